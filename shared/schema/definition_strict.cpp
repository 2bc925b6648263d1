#include <algorithm>
#include <unordered_set>
#include <utility>

#include "shared/schema/definition_parts.hpp"

namespace agenta::schema {
namespace {

/// What OpenAI refuses a strict schema for, beyond its form.
constexpr std::size_t kMostProperties = 5'000;
constexpr std::size_t kMostEnumValues = 1'000;
constexpr std::size_t kMostNameBytes = 120'000;
constexpr int kMostLevels = 10;
/// What `anyOf` may bring in by being spelled out.
constexpr std::size_t kMostSpelledOut = 1'000'000;

bool has_type(Value const& schema, std::string_view type) {
  auto const types = type_names(schema);
  return std::ranges::find(types, type) != types.end();
}

bool takes_null(Value const& schema) {
  if (Value const* const values = schema.find("enum"); values != nullptr && values->array() != nullptr) {
    if (std::ranges::none_of(*values->array(), &Value::is_null)) return false;
  }
  if (Value const* const branches = schema.find("anyOf"); branches != nullptr && branches->array() != nullptr)
    return std::ranges::any_of(*branches->array(), takes_null);
  return has_type(schema, "null");
}

class Converter {
 public:
  Converter(StrictDialect dialect, Notes& notes) : dialect_(dialect), notes_(notes) {}

  Value convert(Value schema, SchemaPath const& path, int level) {
    if (!reason_.empty()) return schema;  // one is enough: the rest of the work would be thrown away
    if (schema.object() == nullptr)
      return refuse(path, schema.is(false) ? "takes no value" : "takes a value of any type");
    if (!fold_all_of(schema)) return refuse(path, "combines schemas (allOf) that cannot be written as one");
    fold_one_of(schema, path);
    bool const nullable = take_nullable(schema);
    if (!spell_out_any_of(schema, path)) return schema;
    if (Value* const branches = schema.find("anyOf")) {
      for (Value& each : *branches->array()) each = convert(std::move(each), path, level);
      inline_only_branch(schema);
    } else {
      convert_plain(schema, path, level);
    }
    if (nullable) take_null(schema);
    return schema;
  }

  /// Why there is no strict schema; empty where there is one.
  std::string const& reason() const { return reason_; }
  void check_limits(SchemaPath const& root) {
    if (properties_ > kMostProperties) refuse(root, "has more properties than strict mode allows");
    if (enum_values_ > kMostEnumValues) refuse(root, "has more enum values than strict mode allows");
    if (name_bytes_ > kMostNameBytes)
      refuse(root, "has longer names and enum values than strict mode allows");
  }

 private:
  Value refuse(SchemaPath const& path, std::string_view why) {
    if (reason_.empty()) reason_ = path.text() + " " + std::string{why};
    return Value::Object{};
  }

  void fold_one_of(Value& schema, SchemaPath const& path) {
    Value* const list = schema.find("oneOf");
    if (list == nullptr) return;
    Value branches = std::move(*list);
    schema.erase("oneOf");
    if (schema.has("anyOf")) {
      refuse(path, "has both anyOf and oneOf");
      return;
    }
    schema.set("anyOf", std::move(branches));
    notes_.at("oneOf is offered as anyOf", path);
  }

  static bool take_nullable(Value& schema) {
    Value const* const nullable = schema.find("nullable");
    Value const* const fallback = schema.find("default");
    bool const takes =
        (nullable != nullptr && nullable->is(true)) || (fallback != nullptr && fallback->is_null());
    schema.erase("nullable");
    return takes;
  }

  /// Alternatives that say no more than which members go together.
  static bool says_no_more(Value const& branch) {
    return branch.object() != nullptr && !branch.object()->empty() &&
           std::ranges::all_of(*branch.object(), [](Member const& each) {
             return each.name == "required" || each.name == "title" || each.name == "description" ||
                    only_constrains(each.name);
           });
  }

  /// What stands beside `anyOf` becomes part of every branch. False where that cannot be.
  bool spell_out_any_of(Value& schema, SchemaPath const& path) {
    Value* const list = schema.find("anyOf");
    if (list == nullptr) return true;
    Value::Array branches = std::move(*list->array());
    schema.erase("anyOf");
    if (branches.empty()) return true;
    if (std::ranges::all_of(branches, says_no_more)) {
      notes_.at("anyOf is left out, which strict mode does not know beside properties", path);
      return true;
    }
    Value annotations;
    tell_default(schema);
    for (char const* const keyword : {"title", "description"}) {
      if (Value* const value = schema.find(keyword)) annotations.set(keyword, std::move(*value));
      schema.erase(keyword);
    }
    schema.erase("default");
    schema.erase("examples");
    if (annotations.is_null()) annotations = Value::Object{};
    if (!spell_out(branches, schema, path)) return false;
    schema = std::move(annotations);
    schema.set("anyOf", std::move(branches));
    return true;
  }

  bool spell_out(Value::Array& branches, Value const& beside, SchemaPath const& path) {
    if (beside.object()->empty()) {
      std::erase_if(branches, [](Value const& each) { return each.is(false); });
      if (branches.empty()) refuse(path, "takes no value");
      return !branches.empty();
    }
    std::size_t const weight = weight_of(beside, kMostSpelledOut);
    if (weight * branches.size() > spell_out_left_) {
      refuse(path, "has too many alternatives to be spelled out");
      return false;
    }
    spell_out_left_ -= weight * branches.size();
    Value::Array possible;
    for (Value& each : branches) {
      if (merge_into(each, beside)) possible.push_back(std::move(each));
    }
    branches = std::move(possible);
    if (branches.empty()) refuse(path, "takes no value");
    return !branches.empty();
  }

  static void inline_only_branch(Value& schema) {
    Value::Array& branches = *schema.find("anyOf")->array();
    if (branches.size() != 1) return;
    Value only = std::move(branches.front());
    schema.erase("anyOf");
    add_missing(schema, std::move(only));
  }

  void convert_plain(Value& schema, SchemaPath const& path, int level) {
    if (schema.has("patternProperties")) {
      refuse(path, "takes members of any name");
      return;
    }
    if (schema.has("prefixItems") || (schema.has("items") && schema.find("items")->array() != nullptr)) {
      refuse(path, "is a list whose elements differ by their place");
      return;
    }
    settle_type(schema);
    auto const types = type_names(schema);
    if (types.empty()) {
      refuse(path, "takes a value of any type");
      return;
    }
    keep_strict_keywords(schema, dialect_, path, notes_);
    count_values(schema);
    if (has_type(schema, "object")) {
      convert_object(schema, path, level);
    } else {
      for (char const* const keyword : {"properties", "required", "additionalProperties"})
        schema.erase(keyword);
    }
    if (has_type(schema, "array")) {
      convert_items(schema, path, level);
    } else {
      schema.erase("items");
    }
  }

  /// Every schema names its types: as one word, or as a list of several.
  static void settle_type(Value& schema) {
    auto types = type_names(schema);
    auto const add = [&](std::string_view type) {
      if (std::ranges::find(types, type) == types.end()) types.emplace_back(type);
    };
    if (types.empty()) {
      if (Value const* const values = schema.find("enum"); values != nullptr && values->array() != nullptr) {
        for (Value const& each : *values->array()) add(type_of(each));
      } else if (Value const* const constant = schema.find("const")) {
        add(type_of(*constant));
      } else if (schema.has("properties")) {
        add("object");
      } else if (schema.has("items")) {
        add("array");
      }
    }
    if (types.empty()) return;
    Value::Array list;
    for (std::string& each : types) list.emplace_back(std::move(each));
    schema.set("type", list.size() == 1 ? std::move(list.front()) : Value{std::move(list)});
  }

  void count_values(Value const& schema) {
    Value const* const values = schema.find("enum");
    if (values == nullptr || values->array() == nullptr) return;
    enum_values_ += values->array()->size();
    for (Value const& each : *values->array())
      name_bytes_ += each.text() != nullptr ? each.text()->size() : 0;
  }

  void convert_object(Value& schema, SchemaPath const& path, int level) {
    if (level >= kMostLevels) {
      refuse(path, "is nested deeper than strict mode allows");
      return;
    }
    Value const* const additional = schema.find("additionalProperties");
    Value* const found = schema.find("properties");
    bool const closed = additional != nullptr && additional->is(false);
    bool const empty = found == nullptr || found->object()->empty();
    // A root that lists no arguments has none; an object further down that lists no members takes any.
    bool const lists_none = level == 0 && found != nullptr;
    if ((additional != nullptr && !closed) || (empty && !closed && !lists_none)) {
      refuse(path, "takes members of any name");
      return;
    }
    auto const listed = names_in(schema.find("required"));
    std::unordered_set<std::string> const required{listed.begin(), listed.end()};
    Value::Object properties = empty ? Value::Object{} : std::move(*found->object());
    std::size_t met = 0;
    std::erase_if(properties,
                  [&](Member const& each) { return never(each.value) && !required.contains(each.name); });
    for (auto& [name, value] : properties) {
      bool const wanted = required.contains(name);
      if (wanted) ++met;
      value = convert(std::move(value), path.property(name), level + 1);
      if (!reason_.empty()) return;
      if (!wanted) take_null(value);
      name_bytes_ += name.size();
    }
    properties_ += properties.size();
    if (met < required.size()) notes_.at("requires what is no property; that is left out", path);
    finish_object(schema, std::move(properties));
  }

  static bool never(Value const& schema) {
    if (schema.is(false)) return true;
    Value const* const negated = schema.find("not");
    return negated != nullptr &&
           (negated->is(true) || (negated->object() != nullptr && negated->object()->empty()));
  }

  static void finish_object(Value& schema, Value::Object properties) {
    order_like_javascript(properties);  // OpenAI's own converter lists `required` in this order
    Value::Array names;
    for (Member const& each : properties) names.emplace_back(each.name);
    schema.set("properties", std::move(properties));
    schema.set("required", std::move(names));
    schema.set("additionalProperties", false);
  }

  void convert_items(Value& schema, SchemaPath const& path, int level) {
    Value* const items = schema.find("items");
    if (level >= kMostLevels) {
      refuse(path, "is nested deeper than strict mode allows");
    } else if (items == nullptr || items->object() == nullptr) {
      refuse(path.elements(), "takes a value of any type");
    } else {
      *items = convert(std::move(*items), path.elements(), level + 1);
    }
  }

  StrictDialect dialect_;
  Notes& notes_;
  std::string reason_{};
  std::size_t spell_out_left_ = kMostSpelledOut;
  std::size_t properties_ = 0;
  std::size_t enum_values_ = 0;
  std::size_t name_bytes_ = 0;
};

}  // namespace

void take_null(Value& schema) {
  if (schema.object() == nullptr || takes_null(schema)) return;
  if (Value* const branches = schema.find("anyOf")) {
    Value null;
    null.set("type", "null");
    branches->array()->push_back(std::move(null));
    return;
  }
  if (Value const* const constant = schema.find("const")) {
    Value::Array values;
    values.push_back(*constant);
    schema.erase("const");
    schema.set("enum", std::move(values));
  }
  if (Value* const values = schema.find("enum"); values != nullptr && values->array() != nullptr) {
    if (std::ranges::none_of(*values->array(), &Value::is_null)) values->array()->emplace_back();
  }
  Value::Array types;
  for (std::string& each : type_names(schema)) types.emplace_back(std::move(each));
  if (!has_type(schema, "null")) types.emplace_back("null");
  schema.set("type", types.size() == 1 ? std::move(types.front()) : Value{std::move(types)});
}

std::optional<Value> make_strict(Dereferenced source, StrictDialect dialect, Notes& notes) {
  if (source.recursive) {
    notes.say("not strict: the arguments refer to themselves");
    return std::nullopt;
  }
  Notes lost;
  Converter converter{dialect, lost};
  SchemaPath const root;
  source.schema.erase("nullable");
  source.schema.erase("default");
  Value strict = converter.convert(std::move(source.schema), root, 0);
  converter.check_limits(root);
  if (!converter.reason().empty()) {
    notes.say("not strict: " + converter.reason());
    return std::nullopt;
  }
  for (std::string& each : lost.sentences()) notes.say(std::move(each));
  return strict;
}

}  // namespace agenta::schema
