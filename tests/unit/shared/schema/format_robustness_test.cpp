#include <gtest/gtest.h>

#include "shared/protocol/json_slice.hpp"
#include "tests/unit/shared/schema/format_support.hpp"

namespace agenta::schema {
namespace {

using test::define;
using test::Json;
using test::parameters_of;

constexpr std::array kModelFormats{ToolFormat::openai, ToolFormat::openai_responses, ToolFormat::anthropic,
                                   ToolFormat::gemini};

/// All the different definitions of a schema; each is JSON, or the test fails.
std::vector<ToolDefinition> all_of(std::string const& schema) {
  std::vector<ToolDefinition> all;
  for (std::string const& name : tool_format_names()) {
    for (bool const strict : {false, true}) {
      for (bool const composio : {false, true}) {
        bool const is_ours = name == "json-schema" || name == "mcp" || name == "example";
        if (is_ours && (strict || composio)) continue;
        all.push_back(define(schema, {*parse_tool_format(name), strict, composio}));
        EXPECT_TRUE(protocol::is_json(all.back().definition.text)) << name << schema.substr(0, 200);
      }
    }
  }
  return all;
}

TEST(BrokenSchema, BecomesOneThatTakesAnything) {
  for (std::string const schema : {"", "{", "[1]", "5", "\"text\"", "null", "true", "{\"a\":1} x"}) {
    for (ToolDefinition const& each : all_of(schema)) EXPECT_FALSE(each.notes.empty()) << schema;
    EXPECT_EQ(define(schema, {ToolFormat::json_schema, false, false}).definition.text,
              R"({"type":"object"})");
    EXPECT_EQ(parameters_of(define(schema, {ToolFormat::openai, true, false})).dump(),
              R"({"type":"object"})");
  }
}

TEST(BrokenSchema, IsMendedWhereItsReadersWouldStumble) {
  std::string const schema =
      R"({"type":["object"],"properties":{"a":5,"b":true,"c":false,"d":{"type":"array","items":"x"},"e":{"$ref":"#/nowhere"},)"
      R"("f":{"properties":[],"required":"g"},"h":{"anyOf":{},"enum":[]},"i":{"type":"any"}},"required":["a","a",7]})";

  auto const definition = define(schema, {ToolFormat::mcp, false, false});

  EXPECT_EQ(
      parameters_of(definition).dump(),
      R"({"type":"object","properties":{"a":{},"b":{},"c":{"not":{}},"d":{"type":"array","items":{}},"e":{},"f":{},"h":{},"i":{}},"required":["a"]})");
  EXPECT_EQ(definition.notes.size(), 7U);
}

TEST(BrokenSchema, LosesOnlyTheTwinsOfRequiredAsJsonSchema) {
  EXPECT_EQ(
      define(
          R"({"required":["a","b","a"],"properties":{"required":{"enum":["x","x"]},"n":{"type":"any","required":["q","q"]}},"x":[ 1.50 ]})",
          {ToolFormat::json_schema, false, false})
          .definition.text,
      R"({"required":["a","b"],"properties":{"required":{"enum":["x","x"]},"n":{"type":"any","required":["q"]}},"x":[1.50]})");
}

TEST(BrokenSchema, ThatDescribesNoObjectTakesAnything) {
  for (ToolFormat const format : {ToolFormat::openai, ToolFormat::anthropic, ToolFormat::mcp}) {
    auto const definition = define(R"({"type":"array","items":{}})", {format, false, false});
    EXPECT_EQ(parameters_of(definition).dump(), R"({"type":"object"})");
    EXPECT_EQ(definition.notes,
              std::vector<std::string>{
                  "the tool's schema describes no object: it is taken to allow any arguments"});
  }
}

TEST(BrokenSchema, ReferencesToItselfEnd) {
  for (
      std::string const schema :
      {R"({"$ref":"#"})",
       R"({"type":"object","properties":{"a":{"$ref":"#"},"b":{"$ref":"#/properties/b"}}})",
       R"({"type":"object","allOf":[{"$ref":"#"}],"anyOf":[{"$ref":"#"},{"$ref":"#"}],"properties":{"a":{"$ref":"#"}}})",
       R"({"type":"object","properties":{"a":{"type":"array","items":{"$ref":"#/properties/a"}}},"required":["a"]})"}) {
    for (ToolDefinition const& each : all_of(schema)) EXPECT_LT(each.definition.text.size(), 10'000U);
  }
}

TEST(BrokenSchema, ReferencesThatMultiplyAreCutOffWithANote) {
  std::string schema =
      R"({"type":"object","properties":{"x":{"$ref":"#/$defs/d0"}},"required":["x"],"$defs":{)";
  for (int i = 0; i < 60; ++i) {
    std::string const next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}";
    schema += "\"d" + std::to_string(i) + R"(":{"type":"object","properties":{"a":)" + next +
              ",\"b\":" + next + R"(},"required":["a","b"]},)";
  }
  schema += R"("d60":{"type":"string"}}})";

  auto const gemini = define(schema, {ToolFormat::gemini, false, false});
  auto const strict = define(schema, {ToolFormat::openai, true, false});
  auto const compatible = define(schema, {ToolFormat::gemini, false, true});
  auto const example = define(schema, {ToolFormat::example, false, false});

  EXPECT_LT(gemini.definition.text.size(), 20'000'000U);
  EXPECT_NE(gemini.notes.front().find("is too large with everything it refers to"), std::string::npos);
  EXPECT_FALSE(strict.strict);
  EXPECT_EQ(compatible.notes,
            std::vector<std::string>{
                "Composio's provider refuses the tool's schema: it is taken to allow any arguments"});
  EXPECT_LT(example.definition.text.size(), 20'000'000U);
}

TEST(BrokenSchema, NestedAsDeeplyAsJsonMayBeIsTakenOrGivenUpWithANote) {
  std::string schema = R"({"type":"string"})";
  for (int i = 0; i < 250; ++i) schema = R"({"type":"array","items":)" + schema + "}";
  ASSERT_TRUE(protocol::is_json(schema));
  std::string typed = R"({"type":"string"})";
  for (int i = 0; i < 250; ++i) typed = R"({"type":["array","string"],"items":)" + typed + "}";

  for (std::string const& each : {schema, typed}) {
    for (ToolDefinition const& definition : all_of(test::of_x(each))) {
      EXPECT_TRUE(protocol::is_json("[[[[[[[[" + definition.definition.text + "]]]]]]]]"));
    }
  }
  std::string objects = "{}";
  for (int i = 0; i < 254; ++i) objects = test::of_x(objects);
  for (ToolDefinition const& definition : all_of(objects)) {
    EXPECT_TRUE(protocol::is_json("[[[[[[[[" + definition.definition.text + "]]]]]]]]"));
  }
}

TEST(BrokenSchema, OfFiveMegabytesIsNoWork) {
  std::string properties;
  std::string required;
  for (int i = 0; i < 80'000; ++i) {
    std::string const name = "\"property number " + std::to_string(i) + "\"";
    properties += (i > 0 ? "," : "") + name + R"(:{"type":"string"})";
    required += (i > 0 ? "," : "") + name;
  }
  std::string const text =
      R"({"type":"object","properties":{)" + properties + R"(},"required":[)" + required + "]}";
  ASSERT_GT(text.size(), 5'000'000U);

  EXPECT_GT(define(text, {ToolFormat::openai, true, false}).definition.text.size(), 5'000'000U);
  EXPECT_GT(define(text, {ToolFormat::gemini, false, false}).definition.text.size(), 5'000'000U);
  EXPECT_GT(define(text, {ToolFormat::anthropic, false, true}).definition.text.size(), 5'000'000U);
  EXPECT_EQ(restore_arguments(JsonText{text}, JsonText{R"({"property_number_7":null})"}).text,
            R"({"property number 7":null})");
}

TEST(BrokenSchema, OfManyBranchesIsNoWork) {
  std::string branches;
  for (int i = 0; i < 4'000; ++i)
    branches +=
        (i > 0 ? "," : "") + (R"({"properties":{"p)" + std::to_string(i) + R"(":{"type":"string"}}})");
  for (std::string const keyword : {"allOf", "anyOf", "oneOf"}) {
    std::string const node =
        R"({"type":"object","properties":{"q":{"type":"string"}},")" + keyword + "\":[" + branches + "]}";
    all_of(test::of_x(node));
  }
}

TEST(BrokenSchema, ControlCharactersSurviveAsEscapes) {
  Tool tool = test::tool_with(
      R"({"type":"object","properties":{"x":{"type":"string","description":"\u001b[31mred\u0007\u202e"}}})");
  tool.description = "bell\x07 escape\x1b \"quoted\"\n";

  for (ToolFormat const format : kModelFormats) {
    auto const definition = define_tool(tool, {format, false, false});
    EXPECT_TRUE(std::ranges::none_of(definition.definition.text, [](char c) { return c >= 0 && c < 0x20; }));
    EXPECT_EQ(parameters_of(definition)["properties"]["x"]["description"], "\x1b[31mred\x07\u202e");
    EXPECT_NE(definition.definition.text.find(R"(bell\u0007 escape\u001b \"quoted\"\n)"), std::string::npos);
  }
}

TEST(BrokenSchema, AHalfCharacterBecomesAReplacement) {
  auto const definition = define(R"({"type":"object","description":"cut \ud83d","properties":{}})",
                                 {ToolFormat::json_schema, false, false});

  EXPECT_EQ(definition.definition.text,
            "{\"type\":\"object\",\"description\":\"cut \uFFFD\",\"properties\":{}}");
}

}  // namespace
}  // namespace agenta::schema
