#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "shared/schema/definition_parts.hpp"

namespace agenta::schema {
namespace {

Value::Object permissive() {
  Value schema;
  schema.set("type", "object");
  return *schema.object();
}

using Broken = std::set<std::string, std::less<>>;

/// The references that lead nowhere.
void find_broken(Value const& schema, References& references, Broken& broken) {
  if (Value const* const reference = schema.find("$ref"); reference != nullptr &&
                                                          reference->text() != nullptr &&
                                                          references.find(*reference->text()) == nullptr) {
    broken.insert(*reference->text());
  }
  each_subschema(schema, [&](Value const& child, std::string_view, std::string_view) {
    find_broken(child, references, broken);
  });
}

class Mender {
 public:
  Mender(Broken const& broken, Notes& notes) : broken_(broken), notes_(notes) {}

  void mend(Value& schema, SchemaPath const& path) {
    if (schema.boolean() != nullptr) return;
    if (schema.object() == nullptr) {
      notes_.at("is no schema, and takes anything", path);
      schema = Value::Object{};
      return;
    }
    mend_type(schema, path);
    mend_members(schema, path);
    mend_required(schema, path);
    mend_reference(schema, path);
    each_subschema(schema, [&](Value& child, std::string_view keyword, std::string_view name) {
      mend(child, path.step(keyword, name));
      if (keyword == "properties") spell_out(child);
    });
  }

 private:
  void mend_members(Value& schema, SchemaPath const& path) {
    for (char const* const keyword : {"properties", "patternProperties", "$defs", "definitions"}) {
      Value const* const value = schema.find(keyword);
      if (value == nullptr || value->object() != nullptr) continue;
      notes_.at(std::string{keyword} + " is no object, and is left out", path);
      schema.erase(keyword);
    }
    for (char const* const keyword : {"anyOf", "allOf", "oneOf", "prefixItems", "enum"}) {
      Value const* const value = schema.find(keyword);
      if (value == nullptr || (value->array() != nullptr && !value->array()->empty())) continue;
      notes_.at(std::string{keyword} + " is no list of anything, and is left out", path);
      schema.erase(keyword);
    }
    for (char const* const keyword : {"not", "if", "then", "else", "contains", "propertyNames"}) {
      Value const* const value = schema.find(keyword);
      if (value == nullptr || value->object() != nullptr || value->boolean() != nullptr) continue;
      notes_.at(std::string{keyword} + " is no schema, and is left out", path);
      schema.erase(keyword);
    }
  }

  /// The seven types there are; `any` and its like say nothing.
  void mend_type(Value& schema, SchemaPath const& path) {
    constexpr std::array<std::string_view, 7> kTypes{"string", "number", "integer", "boolean",
                                                     "object", "array",  "null"};
    Value const* const type = schema.find("type");
    if (type == nullptr) return;
    auto names = type_names(schema);
    std::size_t const dropped = std::erase_if(
        names, [&](std::string const& each) { return std::ranges::find(kTypes, each) == kTypes.end(); });
    if (dropped == 0 && !names.empty()) return;
    notes_.at("names a type that is none", path);
    if (names.empty()) {
      schema.erase("type");
      return;
    }
    Value::Array list;
    for (std::string& each : names) list.emplace_back(std::move(each));
    schema.set("type", std::move(list));
  }

  void mend_required(Value& schema, SchemaPath const& path) {
    Value* const required = schema.find("required");
    if (required == nullptr) return;
    if (required->array() == nullptr) {
      notes_.at("required is no list, and is left out", path);
      schema.erase("required");
      return;
    }
    Value::Array names;
    for (std::string& name : names_in(required)) names.emplace_back(std::move(name));
    *required = std::move(names);
  }

  void mend_reference(Value& schema, SchemaPath const& path) {
    Value const* const reference = schema.find("$ref");
    if (reference == nullptr) return;
    if (reference->text() != nullptr && !broken_.contains(*reference->text())) return;
    notes_.at("refers to a schema that is not here, and takes anything", path);
    schema.erase("$ref");
  }

  /// MCP's SDKs and the model APIs refuse a whole list of tools for one property that is `true`.
  static void spell_out(Value& property) {
    if (property.is(true)) property = Value::Object{};
    if (property.is(false)) {
      Value never;
      never.set("not", Value::Object{});
      property = std::move(never);
    }
  }

  Broken const& broken_;
  Notes& notes_;
};

void drop_twins(Value& value, bool is_schema) {
  constexpr auto is_literal = [](std::string_view keyword) {
    return keyword == "const" || keyword == "default" || keyword == "enum" || keyword == "examples";
  };
  if (auto* const elements = value.array()) {
    for (Value& each : *elements) drop_twins(each, is_schema);
  }
  auto* const members = value.object();
  if (members == nullptr) return;
  for (auto& [name, each] : *members) {
    if (!is_schema || name != "required" || each.array() == nullptr) {
      drop_twins(each, is_schema && !is_literal(name));
      continue;
    }
    std::set<std::string> seen;
    std::erase_if(*each.array(), [&](Value const& entry) {
      return !entry.is_container() && !seen.insert(write_like_javascript(entry)).second;
    });
  }
}

}  // namespace

Value read_schema(JsonText const& text, Notes& notes) {
  auto schema = parse_value(text.text);
  if (schema && schema->object() != nullptr) return std::move(*schema);
  notes.say(schema ? "the tool's schema is no JSON object: it is taken to allow any arguments"
                   : "the tool's schema is not valid JSON: it is taken to allow any arguments");
  return permissive();
}

void drop_required_twins(Value& schema) { drop_twins(schema, true); }

void mend(Value& schema, Notes& notes) {
  Broken broken;
  {
    References references{schema};
    find_broken(schema, references, broken);
  }
  Mender{broken, notes}.mend(schema, {});
  auto const types = type_names(schema);
  if (types == std::vector<std::string>{"object"}) {
    schema.set("type", "object");
  } else if (types.empty() || std::ranges::find(types, "object") != types.end()) {
    Value::Object members;
    Member type;
    type.name = "type";
    type.value = "object";
    members.push_back(std::move(type));
    schema.erase("type");
    std::ranges::move(*schema.object(), std::back_inserter(members));
    schema = std::move(members);
  } else {
    notes.say("the tool's schema describes no object: it is taken to allow any arguments");
    schema = permissive();
  }
}

}  // namespace agenta::schema
