#include <gtest/gtest.h>

#include <random>
#include <set>

#include "shared/protocol/json_slice.hpp"
#include "shared/schema/validate.hpp"
#include "tests/unit/shared/schema/format_support.hpp"

namespace agenta::schema {
namespace {

using test::Json;
using test::parameters_of;

/// Makes schemas up. The same seed makes the same ones, everywhere.
class Maker {
 public:
  explicit Maker(std::uint32_t seed) : engine_(seed) {}

  std::size_t below(std::size_t limit) { return engine_() % limit; }
  bool once_in(std::size_t n) { return below(n) == 0; }

  std::string name() {
    constexpr std::array kNames{"a",   "b",          "title",      "$top", "@odata.type", "a b",
                                "a/b", "a_b",        "dollar_top", "été",  "a.b",         "1",
                                "10",  "properties", "",           "x-y",  "required"};
    return kNames[below(kNames.size())];
  }

  /// Anything that could stand where a schema should.
  Json anything(int depth) {
    if (once_in(12)) return literal();
    Json schema = Json::object();
    std::size_t const keywords = below(6);
    for (std::size_t i = 0; i < keywords; ++i) add_keyword(schema, depth);
    return schema;
  }

  /// A schema whose every value a model can be asked for: no limits, no open objects, no contradictions.
  Json sound(int depth) {
    std::size_t const kind = depth > 3 ? below(5) : below(9);
    if (kind == 0) return Json::parse(R"({"type":"integer"})");
    if (kind == 1) return Json::parse(R"({"type":"boolean","nullable":true})");
    if (kind == 2) return Json::parse(R"({"type":"string","enum":["p","q"]})");
    if (kind == 3) return Json::parse(R"({"type":"string","default":null})");
    if (kind == 4) return Json::parse(R"({"type":["string","null"]})");
    if (kind == 5) return Json{{"type", "array"}, {"items", sound(depth + 1)}};
    if (kind == 6) return Json{{"anyOf", Json::array({sound(depth + 1), Json::parse(R"({"type":"null"})")})}};
    if (kind == 7) return Json{{"allOf", Json::array({sound_object(depth + 1), sound_object(depth + 1)})}};
    return sound_object(depth + 1);
  }
  Json sound_object(int depth) {
    Json object{{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
    std::size_t const count = 1 + below(4);
    for (std::size_t i = 0; i < count; ++i) {
      // The name says the type, so that two schemas of one object agree on it.
      std::string const each = name();
      Json const schema =
          each.size() % 3 == 0 ? Json::parse(R"({"type":"string"})") : Json::parse(R"({"type":"integer"})");
      object["properties"][each] =
          depth > 3 || once_in(2) ? schema : object["properties"].value(each, schema);
      if (once_in(2)) object["required"].push_back(each);
    }
    return object;
  }

  /// A value that a strict schema takes.
  Json value(Json const& schema) {
    if (schema.contains("anyOf")) return value(schema["anyOf"][below(schema["anyOf"].size())]);
    if (schema.contains("enum")) return schema["enum"][below(schema["enum"].size())];
    if (schema.contains("const")) return schema["const"];
    Json const& types = schema["type"];
    std::string const type =
        types.is_array() ? types[below(types.size())].get<std::string>() : types.get<std::string>();
    if (type == "string") return "text";
    if (type == "integer") return below(9);
    if (type == "number") return 0.5;
    if (type == "boolean") return once_in(2);
    if (type == "null") return nullptr;
    Json out = type == "array" ? Json::array() : Json::object();
    for (std::size_t i = below(3); type == "array" && i > 0; --i) out.push_back(value(schema["items"]));
    if (type == "object") {
      for (auto const& [key, each] : schema["properties"].items()) out[key] = value(each);
    }
    return out;
  }

 private:
  Json literal() {
    switch (below(8)) {
      case 0: return nullptr;
      case 1: return true;
      case 2: return false;
      case 3: return 7;
      case 4: return "text";
      case 5: return -1.5;
      case 6: return Json::array({1, "a"});
      default: return Json::object({{"a", 1}});
    }
  }
  Json names() {
    Json list = Json::array();
    for (std::size_t i = below(4); i > 0; --i) list.push_back(once_in(8) ? literal() : Json(name()));
    return list;
  }
  Json list(int depth) {
    Json out = Json::array();
    for (std::size_t i = below(4); i > 0; --i) out.push_back(anything(depth + 1));
    return out;
  }
  Json map(int depth) {
    Json out = Json::object();
    for (std::size_t i = below(5); i > 0; --i) out[name()] = anything(depth + 1);
    return out;
  }

  void add_keyword(Json& schema, int depth) {
    constexpr std::array kTypes{"string", "integer", "number", "boolean", "object", "array", "null", "any"};
    constexpr std::array kOne{"items",    "additionalProperties", "not", "if", "then", "else",
                              "contains", "propertyNames"};
    constexpr std::array kMany{"anyOf", "allOf", "oneOf", "prefixItems", "items"};
    constexpr std::array kNamed{"properties", "$defs", "patternProperties", "dependentSchemas"};
    constexpr std::array kPlain{"minimum",    "maxLength",   "pattern", "format",
                                "default",    "const",       "title",   "description",
                                "nullable",   "minItems",    "$id",     "exclusiveMinimum",
                                "multipleOf", "uniqueItems", "examples"};
    constexpr std::array kReferences{"#",
                                     "#/properties/a",
                                     "#/$defs/b",
                                     "#/$defs/none",
                                     "https://example.com",
                                     "#/default",
                                     "#/properties/$top/items",
                                     "#/anyOf/0",
                                     ""};
    if (once_in(15)) {
      schema[kOne[below(kOne.size())]] = literal();
      return;
    }
    bool const deep = depth > 3;
    switch (below(deep ? 4 : 8)) {
      case 0: schema["type"] = kTypes[below(kTypes.size())]; break;
      case 1: schema[kPlain[below(kPlain.size())]] = literal(); break;
      case 2: schema["required"] = once_in(9) ? literal() : names(); break;
      case 3: schema["$ref"] = kReferences[below(kReferences.size())]; break;
      case 4: schema[kOne[below(kOne.size())]] = anything(depth + 1); break;
      case 5: schema[kMany[below(kMany.size())]] = list(depth); break;
      case 6: schema[kNamed[below(kNamed.size())]] = map(depth); break;
      default: schema["properties"] = map(depth); break;
    }
    if (once_in(6)) schema["type"] = names_of_types(kTypes);
    if (once_in(8)) schema["enum"] = Json::array({literal(), literal(), "a"});
  }
  template <class Types>
  Json names_of_types(Types const& types) {
    Json list = Json::array();
    for (std::size_t i = below(4); i > 0; --i) list.push_back(types[below(types.size())]);
    return list;
  }

  std::mt19937 engine_;
};

/// The rules of strict mode, read from what OpenAI documents. Empty where all is well.
std::string breach(Json const& schema, bool is_root) {
  constexpr std::array kKnown{"type",
                              "title",
                              "description",
                              "properties",
                              "required",
                              "additionalProperties",
                              "items",
                              "enum",
                              "const",
                              "anyOf",
                              "format",
                              "pattern",
                              "minimum",
                              "maximum",
                              "exclusiveMinimum",
                              "exclusiveMaximum",
                              "multipleOf",
                              "minItems",
                              "maxItems"};
  if (!schema.is_object()) return "no schema: " + schema.dump();
  for (auto const& [keyword, value] : schema.items()) {
    if (std::ranges::find(kKnown, keyword) == kKnown.end()) return "unknown keyword " + keyword;
  }
  if (schema.contains("anyOf")) {
    if (is_root) return "anyOf at the root";
    if (schema.contains("type") || schema.contains("properties")) return "something beside anyOf";
    for (Json const& each : schema["anyOf"]) {
      if (auto const found = breach(each, false); !found.empty()) return found;
    }
    return schema["anyOf"].empty() ? "empty anyOf" : "";
  }
  Json const types = !schema.contains("type")    ? Json::array()
                     : schema["type"].is_array() ? schema["type"]
                                                 : Json::array({schema["type"]});
  if (types.empty()) return "no type: " + schema.dump();
  auto const has = [&](char const* type) { return std::ranges::find(types, Json(type)) != types.end(); };
  if (is_root && types != Json::array({"object"})) return "the root is no object";
  if (has("array")) {
    if (!schema.contains("items")) return "a list without items";
    if (auto const found = breach(schema["items"], false); !found.empty()) return found;
  }
  if (!has("object")) return schema.contains("properties") ? "properties of no object" : "";
  if (schema.value("additionalProperties", Json()) != false) return "an open object";
  std::multiset<std::string> listed;
  for (auto const& [name, value] : schema["properties"].items()) listed.insert(name);
  if (schema["required"].get<std::multiset<std::string>>() != listed)
    return "not all required: " + schema.dump();
  for (auto const& [name, value] : schema["properties"].items()) {
    if (auto const found = breach(value, false); !found.empty()) return found;
  }
  return "";
}

TEST(ToolFormatFuzz, NoSchemaBreaksADefinitionAndStrictOnesFollowTheRules) {
  Maker maker{20261125};
  int strict_ones = 0;
  for (int round = 0; round < 400; ++round) {
    std::string const schema =
        maker.once_in(2) ? test::of_x(maker.anything(0).dump()) : maker.anything(0).dump();
    for (std::string const& name : tool_format_names()) {
      for (bool const strict : {false, true}) {
        FormatOptions const options{*parse_tool_format(name), strict, round % 4 == 0};
        if (strict && options.format == ToolFormat::example) continue;
        auto const definition = test::define(schema, options);

        ASSERT_TRUE(protocol::is_json(definition.definition.text)) << name << schema;
        ASSERT_TRUE(protocol::is_json(definition.renamed.text)) << name << schema;
        if (!definition.strict || options.composio) continue;
        ++strict_ones;
        ASSERT_EQ(breach(parameters_of(definition), true), "")
            << name << schema << definition.definition.text;
      }
    }
    static_cast<void>(restore_arguments(JsonText{schema}, JsonText{maker.anything(0).dump()}));
  }
  EXPECT_GT(strict_ones, 50);
}

/// `arguments` under the names of a definition; every name is used in one sense only.
Json rename(Json const& value, Json const& aliases) {
  Json out = value;
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) out[i] = rename(value[i], aliases);
  } else if (value.is_object()) {
    out = Json::object();
    for (auto const& [name, each] : value.items()) out[aliases.value(name, name)] = rename(each, aliases);
  }
  return out;
}

TEST(ToolFormatFuzz, WhatAStrictSchemaTakesTheToolTakesOnceItIsRestored) {
  Maker maker{7};
  int checked = 0;
  for (int round = 0; round < 500; ++round) {
    Json root = maker.sound_object(0);
    root["properties"]["deep"] = maker.sound(0);
    root["properties"]["$deep"] = maker.sound(0);
    std::string const schema = root.dump();
    for (ToolFormat const format :
         {ToolFormat::openai, ToolFormat::openai_responses, ToolFormat::anthropic}) {
      auto const definition = test::strict(schema, format);
      ASSERT_TRUE(definition.strict) << schema << definition.notes.back();
      Json const arguments = maker.value(parameters_of(definition));

      auto const restored = restore_arguments(JsonText{schema}, JsonText{arguments.dump()});

      auto const valid = validate_arguments(JsonText{schema}, restored, "TOOL");
      ASSERT_TRUE(valid) << schema << '\n'
                         << arguments << '\n'
                         << restored.text << '\n'
                         << valid.error().message;
      ++checked;
    }
  }
  EXPECT_EQ(checked, 1'500);
}

TEST(ToolFormatFuzz, NamesComeBackAsTheyWere) {
  Maker maker{99};
  for (int round = 0; round < 500; ++round) {
    Json root = maker.sound_object(0);
    root["properties"]["deep"] = maker.sound(0);
    std::string const schema = root.dump();
    Json const arguments = maker.value(parameters_of(test::strict(schema)));
    std::string const plain = restore_arguments(JsonText{schema}, JsonText{arguments.dump()}).text;
    for (ToolFormat const format : {ToolFormat::anthropic, ToolFormat::gemini}) {
      Json aliases = Json::object();
      Json const renamed = Json::parse(test::define(schema, {format, false, false}).renamed.text);
      for (auto const& [alias, original] : renamed.items()) aliases[original.get<std::string>()] = alias;

      Json const offered = rename(arguments, aliases);

      EXPECT_EQ(Json::parse(restore_arguments(JsonText{schema}, JsonText{offered.dump()}).text),
                Json::parse(plain))
          << schema << offered;
    }
  }
}

}  // namespace
}  // namespace agenta::schema
