#include <gtest/gtest.h>

#include "shared/schema/validate.hpp"
#include "tests/unit/shared/schema/format_support.hpp"

namespace agenta::schema {
namespace {

using test::define;
using test::Json;
using test::of_x;

Json example_of(std::string const& schema) {
  return Json::parse(define(schema, {ToolFormat::example, false, false}).definition.text)["arguments"];
}
/// The value of an argument that has to be given.
std::string example_x(std::string const& schema) {
  std::string const whole = R"({"type":"object","properties":{"x":)" + schema + R"(},"required":["x"]})";
  Json const example = example_of(whole);
  EXPECT_TRUE(validate_arguments(JsonText{whole}, JsonText{example.dump()}, "TOOL")) << schema << example;
  return example["x"].dump();
}

TEST(ExampleFormat, GivesRequiredArgumentsFirstAndThenThoseWithAValue) {
  EXPECT_EQ(
      example_of(
          R"({"type":"object","properties":{"per_page":{"type":"integer","default":30},"note":{"type":"string"},)"
          R"("state":{"type":"string","enum":["open","closed"]},"owner":{"type":"string","examples":["octocat"]},)"
          R"("nothing":{"type":"string","default":null}},"required":["owner"]})")
          .dump(),
      R"({"owner":"octocat","per_page":30,"state":"open"})");
}

TEST(ExampleFormat, TakesTheSchemasOwnValues) {
  EXPECT_EQ(example_x(R"({"type":"string","examples":["a","b"],"default":"c"})"), R"("a")");
  EXPECT_EQ(example_x(R"({"const":7})"), "7");
  EXPECT_EQ(example_x(R"({"type":"integer","examples":["5"],"default":3})"), "3");
  EXPECT_EQ(example_x(R"({"type":"array","items":{"type":"string"},"examples":["date","region"]})"),
            R"(["date"])");
  EXPECT_EQ(example_x(R"({"type":"string","description":"The owner (e.g. 'octocat')."})"), R"("octocat")");
}

TEST(ExampleFormat, MakesUpValuesOfTheRightKind) {
  EXPECT_EQ(example_x(R"({"type":"string"})"), R"("example-x")");
  EXPECT_EQ(example_x(R"({"type":"string","format":"date-time"})"), R"("2026-01-15T09:30:00Z")");
  EXPECT_EQ(example_x(R"({"type":"string","format":"email"})"), R"("ada@example.com")");
  EXPECT_EQ(example_x(R"({"type":"string","minLength":12})"), R"("example-xaaa")");
  EXPECT_EQ(example_x(R"({"type":"string","maxLength":3})"), R"("exa")");
  EXPECT_EQ(example_x(R"({"type":"integer","minimum":10})"), "10");
  EXPECT_EQ(example_x(R"({"type":"integer","maximum":-3})"), "-3");
  EXPECT_EQ(example_x(R"({"type":"number","exclusiveMinimum":1,"exclusiveMaximum":3})"), "2");
  EXPECT_EQ(example_x(R"({"type":"integer","multipleOf":5,"minimum":7})"), "10");
  EXPECT_EQ(example_x(R"({"type":"boolean"})"), "true");
  EXPECT_EQ(example_x(R"({"type":"array","items":{"type":"integer"},"minItems":2})"), "[1,1]");
  EXPECT_EQ(
      example_x(
          R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["b"]})"),
      R"({"b":"example-b"})");
  EXPECT_EQ(example_x(R"({"type":["null","integer"]})"), "1");
  EXPECT_EQ(example_x(R"({"anyOf":[{"type":"integer"},{"type":"null"}]})"), "1");
  EXPECT_EQ(
      example_x(
          R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"required":["b"],"properties":{"b":{"type":"integer"}}}]})"),
      R"({"a":"example-a","b":1})");
}

TEST(ExampleFormat, KeepsToNarrowRanges) {
  for (char const* const range :
       {R"("exclusiveMinimum":2.5,"maximum":3)", R"("minimum":2.2,"maximum":2.4)", R"("maximum":-5)",
        R"("minimum":10)", R"("exclusiveMaximum":0.5,"exclusiveMinimum":0.25)",
        R"("minimum":1,"exclusiveMinimum":true)", R"("maximum":1,"exclusiveMaximum":true)",
        R"("multipleOf":7,"minimum":30)", R"("multipleOf":0.5,"maximum":-0.25)"}) {
    example_x(R"({"type":"number",)" + std::string{range} + "}");
  }
  example_x(R"({"type":"integer","minimum":2.5,"maximum":3.5})");
}

TEST(ExampleFormat, MatchesPatterns) {
  for (char const* const pattern :
       {"^#[0-9a-fA-F]{6}$", "^(?:top|bottom|after:\\\\d+)$", "^refs/(heads|tags)/.+$", "^[^/]+/[^/]+$",
        "^\\\\w{3,}-\\\\d+$", "^[A-Z]{2}(-[A-Z]{2})?$", "^\\\\+?[1-9]\\\\d{1,14}$", "^properties/\\\\d+$"}) {
    example_x(R"({"type":"string","pattern":")" + std::string{pattern} + "\"}");
  }
}

TEST(ExampleFormat, SatisfiesTheSchemaOfEveryToolOfTheSandbox) {
  auto const tools = test::sandbox_tools();
  ASSERT_GT(tools.size(), 40U);

  for (Tool const& tool : tools) {
    auto const definition = define_tool(tool, {ToolFormat::example, false, false});
    Json const example = Json::parse(definition.definition.text);
    auto const valid =
        validate_arguments(tool.input_schema, JsonText{example["arguments"].dump()}, tool.slug.text);
    EXPECT_EQ(example["tool"], tool.slug.text);
    EXPECT_TRUE(valid) << tool.slug.text << example << (valid ? "" : valid.error().message);
    EXPECT_TRUE(definition.notes.empty()) << tool.slug.text;
  }
}

TEST(ExampleFormat, FindsWhatGoesTogether) {
  std::string const schema =
      R"({"type":"object","anyOf":[{"properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"b":{"type":"string"}},"required":["b"]}]})";

  EXPECT_TRUE(validate_arguments(JsonText{schema}, JsonText{example_of(schema).dump()}, "TOOL"));
}

TEST(ExampleFormat, SaysSoWhereThereIsNone) {
  auto const definition =
      define(R"({"type":"object","properties":{"x":{"enum":["a"],"type":"integer"}},"required":["x"]})",
             {ToolFormat::example, false, false});

  EXPECT_EQ(definition.notes,
            std::vector<std::string>{
                "the example does not satisfy the tool's schema: no value that does was found"});
}

}  // namespace
}  // namespace agenta::schema
