#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "shared/schema/definition_parts.hpp"

namespace agenta::schema {
namespace {

constexpr std::array<std::string_view, 6> kTypes{"string", "number", "integer", "boolean", "array", "object"};

/// What is left out because the format has no word for it, and a tool's users lose something by that.
constexpr std::array<std::string_view, 15> kLost{"multipleOf",
                                                 "uniqueItems",
                                                 "patternProperties",
                                                 "propertyNames",
                                                 "contains",
                                                 "not",
                                                 "if",
                                                 "then",
                                                 "else",
                                                 "dependentSchemas",
                                                 "dependentRequired",
                                                 "dependencies",
                                                 "unevaluatedItems",
                                                 "unevaluatedProperties",
                                                 "additionalItems"};

template <std::size_t Size>
bool has_word(std::array<std::string_view, Size> const& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

Value of_type(std::string_view type) {
  Value schema;
  schema.set("type", type);
  return schema;
}

class Converter {
 public:
  explicit Converter(Notes& notes) : notes_(notes) {}

  Value convert(Value schema, SchemaPath const& path) {
    if (schema.object() == nullptr) return any_value(Value{Value::Object{}}, path);
    if (!fold_all_of(schema))
      notes_.at("combines schemas (allOf) that cannot be written as one; the first ones count", path);
    fold_one_of(schema, path);
    for (std::string_view const keyword : kLost) {
      if (schema.has(keyword))
        notes_.at(std::string{keyword} + " is left out, which Gemini does not know", path);
    }
    bool nullable = take_nullable(schema);
    Value* const list = schema.find("anyOf");
    Value out;
    if (list != nullptr && !list->array()->empty()) {
      Value::Array branches = std::move(*list->array());
      out = convert_union(std::move(schema), std::move(branches), nullable, path);
    } else {
      out = convert_types(std::move(schema), path);
    }
    if (nullable) make_nullable(out);
    return out;
  }

 private:
  void fold_one_of(Value& schema, SchemaPath const& path) {
    Value* const list = schema.find("oneOf");
    if (list == nullptr) return;
    Value branches = std::move(*list);
    schema.erase("oneOf");
    if (schema.has("anyOf")) {
      notes_.at("oneOf is left out beside anyOf", path);
    } else {
      schema.set("anyOf", std::move(branches));
      notes_.at("oneOf is offered as anyOf", path);
    }
  }

  /// All the ways of saying that null is taken.
  static bool take_nullable(Value& schema) {
    Value const* const nullable = schema.find("nullable");
    Value const* const fallback = schema.find("default");
    Value const* const constant = schema.find("const");
    bool takes = (nullable != nullptr && nullable->is(true)) ||
                 (fallback != nullptr && fallback->is_null()) || (constant != nullptr && constant->is_null());
    if (constant != nullptr && constant->is_null()) schema.erase("const");
    schema.erase("nullable");
    if (Value* const values = schema.find("enum"); values != nullptr && values->array() != nullptr) {
      takes = std::erase_if(*values->array(), [](Value const& each) { return each.is_null(); }) > 0 || takes;
      if (values->array()->empty()) schema.erase("enum");
    }
    auto const types = type_names(schema);
    return takes || std::ranges::find(types, "null") != types.end();
  }

  static bool is_null_only(Value const& branch) {
    return type_names(branch) == std::vector<std::string>{"null"} ||
           (branch.has("const") && branch.find("const")->is_null());
  }

  /// `anyOf` stands alone in Gemini's schemas: what stood beside it goes into the branches.
  Value convert_union(Value schema, Value::Array branches, bool& nullable, SchemaPath const& path) {
    schema.erase("anyOf");
    nullable = std::erase_if(branches, is_null_only) > 0 || nullable;
    Value const description = schema.has("description") ? *schema.find("description") : Value{};
    Value const title = schema.has("title") ? *schema.find("title") : Value{};
    Value literals{Value::Object{}};
    for (char const* const keyword : {"default", "examples"}) {
      if (Value* const value = schema.find(keyword)) literals.set(keyword, std::move(*value));
    }
    for (char const* const keyword : {"title", "description", "default", "examples"}) schema.erase(keyword);
    if (branches.size() == 1) add_missing(branches.front(), std::move(literals));  // of a union nobody's
    Value::Array out;
    constexpr std::size_t kShort = 1'000;  // twins are of a type and little more
    std::unordered_set<std::string> seen;
    for (Value& each : branches) {
      if (each.is(false)) continue;
      if (!schema.object()->empty()) spell_out(each, schema, path);
      if (out.empty()) describe(each, title, description);  // a union has no words: its first branch speaks
      Value converted = convert(std::move(each), path);
      nullable = converted.erase("nullable") || nullable;
      bool const is_short = weight_of(converted, kShort) <= kShort;
      if (!is_short || seen.insert(write_value(converted)).second) out.push_back(std::move(converted));
    }
    if (out.empty()) {
      describe(schema, title, description);
      return any_value(std::move(schema), path);
    }
    if (out.size() == 1) return std::move(out.front());
    Value united;
    united.set("anyOf", std::move(out));
    return united;
  }

  void spell_out(Value& branch, Value const& beside, SchemaPath const& path) {
    constexpr std::size_t kMostSpelledOut = 1'000'000;
    if (spelled_out_ <= kMostSpelledOut) spelled_out_ += weight_of(beside, kMostSpelledOut);
    if (spelled_out_ > kMostSpelledOut) {
      notes_.at("has too many alternatives for all of them to be spelled out", path);
    } else if (!merge_into(branch, beside)) {
      notes_.at("has an alternative that contradicts what stands beside it", path);
    }
  }

  static void describe(Value& schema, Value const& title, Value const& description) {
    if (schema.boolean() != nullptr) schema = Value::Object{};
    if (title.text() != nullptr && !schema.has("title")) schema.set("title", title);
    if (description.text() == nullptr) return;
    std::string text = *description.text();
    std::string_view const own = schema.text_of("description");
    if (!own.empty() && own != text) text += " " + std::string{own};
    schema.set("description", std::move(text));
  }

  static void make_nullable(Value& schema) {
    if (Value* const branches = schema.find("anyOf")) {
      for (Value& each : *branches->array()) make_nullable(each);
      return;
    }
    schema.set("nullable", true);
  }

  Value any_value(Value schema, SchemaPath const& path) {
    notes_.at("takes a value of any type, and is offered as a union", path);
    Value::Array branches;
    for (std::string_view const type : {"string", "number", "boolean", "object"})
      branches.push_back(of_type(type));
    Value list = of_type("array");
    list.set("items", of_type("string"));
    branches.push_back(std::move(list));
    Value const description = schema.has("description") ? *schema.find("description") : Value{};
    Value const title = schema.has("title") ? *schema.find("title") : Value{};
    describe(branches.front(), title, description);
    Value out;
    out.set("anyOf", std::move(branches));
    return out;
  }

  Value convert_types(Value schema, SchemaPath const& path) {
    auto types = type_names(schema);
    std::erase_if(types, [](std::string const& each) { return !has_word(kTypes, each); });
    if (types.empty()) infer_types(schema, types);
    if (types.empty()) return any_value(std::move(schema), path);
    if (types.size() == 1) return convert_type(std::move(schema), types.front(), path);
    // What only lists and objects have goes to their branch, and is not copied for the others.
    Value structure{Value::Object{}};
    for (char const* const keyword :
         {"properties", "required", "additionalProperties", "items", "prefixItems"}) {
      if (Value* const value = schema.find(keyword)) structure.set(keyword, std::move(*value));
      schema.erase(keyword);
    }
    Value::Array branches;
    for (std::size_t i = 0; i < types.size(); ++i) {
      Value branch = schema;
      if (i == 0) {
        for (char const* const keyword : {"title", "description", "default", "examples"})
          schema.erase(keyword);
      }
      bool const list = types[i] == "array";
      if (list || types[i] == "object") {
        for (auto& [keyword, value] : *structure.object()) {
          bool const of_lists = keyword == "items" || keyword == "prefixItems";
          if (of_lists == list) branch.set(keyword, std::move(value));
        }
      }
      branches.push_back(convert_type(std::move(branch), types[i], path));
    }
    Value out;
    out.set("anyOf", std::move(branches));
    return out;
  }

  static void infer_types(Value const& schema, std::vector<std::string>& types) {
    auto const add = [&](std::string_view type) {
      if (type == "integer") type = "number";
      if (std::ranges::find(types, type) == types.end()) types.emplace_back(type);
    };
    if (Value const* const values = schema.find("enum"); values != nullptr && values->array() != nullptr) {
      for (Value const& each : *values->array()) add(type_of(each));
    } else if (Value const* const constant = schema.find("const")) {
      add(type_of(*constant));
    } else if (schema.has("properties")) {
      add("object");
    } else if (schema.has("items")) {
      add("array");
    } else if (type_names(schema) == std::vector<std::string>{"null"}) {
      add("string");  // a text that may be null, and never is anything else
    }
  }

  /// One type; the members in an order of our own.
  Value convert_type(Value schema, std::string_view type, SchemaPath const& path) {
    Value out = of_type(type);
    keep_value_keywords(schema, out, path, notes_);
    if (type == "array") keep_items(schema, out, path);
    if (type == "object") keep_properties(schema, out, path);
    keep_literals(schema, out);
    return out;
  }

  void keep_items(Value& schema, Value& out, SchemaPath const& path) {
    Value* const items = schema.find("items");
    Value* const tuple = schema.find("prefixItems");
    Value::Array kinds;
    if (tuple != nullptr && tuple->array() != nullptr) kinds = std::move(*tuple->array());
    if (items != nullptr && items->array() != nullptr) kinds = std::move(*items->array());
    if (!kinds.empty()) {
      notes_.at("is a list whose elements differ by their place; all are offered everywhere", path);
      if (items != nullptr && items->object() != nullptr) kinds.push_back(std::move(*items));
      Value united;
      united.set("anyOf", std::move(kinds));
      out.set("items", convert(std::move(united), path.elements()));
    } else {
      Value element = items != nullptr ? std::move(*items) : Value{Value::Object{}};
      out.set("items", convert(std::move(element), path.elements()));
    }
    for (char const* const limit : {"minItems", "maxItems"}) keep_number(schema, out, limit);
  }

  void keep_properties(Value& schema, Value& out, SchemaPath const& path) {
    if (Value const* const additional = schema.find("additionalProperties");
        additional != nullptr && !additional->is(false)) {
      notes_.at("takes members of any name, which Gemini cannot be told", path);
    }
    Value* const found = schema.find("properties");
    if (found == nullptr || found->object() == nullptr || found->object()->empty()) return;
    auto const listed = names_in(schema.find("required"));
    std::unordered_set<std::string> const required{listed.begin(), listed.end()};
    Value::Object properties = std::move(*found->object());
    std::erase_if(properties, [](Member const& each) { return is_never(each.value); });
    Value::Array names;
    for (auto& [name, value] : properties) {
      value = convert(std::move(value), path.property(name));
      if (required.contains(name)) names.emplace_back(name);
    }
    if (names.size() < required.size()) notes_.at("requires what is no property; that is left out", path);
    out.set("properties", std::move(properties));
    if (!names.empty()) out.set("required", std::move(names));
    for (char const* const limit : {"minProperties", "maxProperties"}) keep_number(schema, out, limit);
  }

  static bool is_never(Value const& schema) {
    Value const* const negated = schema.find("not");
    return schema.is(false) ||
           (negated != nullptr && negated->object() != nullptr && negated->object()->empty());
  }

  Notes& notes_;
  std::size_t spelled_out_ = 0;
};

}  // namespace

Value make_gemini(Value schema, Notes& notes) {
  schema.erase("nullable");
  schema.erase("default");
  Value out = Converter{notes}.convert(std::move(schema), {});
  return out.has("properties") && !out.find("properties")->object()->empty() ? out : Value{};
}

}  // namespace agenta::schema
