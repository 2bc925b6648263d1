#include <gtest/gtest.h>

#include "tests/unit/shared/schema/format_support.hpp"

namespace agenta::schema {
namespace {

using test::Json;
using test::of_x;
using test::parameters_of;
using test::strict;
using test::strict_x;

/// The only note, of a tool that could not be strict.
std::string reason(std::string const& schema) {
  auto const definition = strict(schema);
  EXPECT_FALSE(definition.strict) << schema;
  Json const whole = Json::parse(definition.definition.text);
  EXPECT_EQ(whole["function"]["strict"], false);
  return definition.notes.empty() ? "" : definition.notes.back();
}
std::string reason_of_x(std::string const& schema) { return reason(of_x(schema)); }

TEST(StrictFormat, ClosesEveryObjectAndRequiresEveryProperty) {
  auto const definition = strict(
      R"({"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"required":["b"]},)"
      R"("list":{"type":"array","items":{"type":"object","properties":{"c":{"type":"integer"}}}}},"required":["a"]})");

  EXPECT_TRUE(definition.strict);
  EXPECT_EQ(
      parameters_of(definition).dump(),
      R"({"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"required":["b"],"additionalProperties":false},)"
      R"("list":{"type":["array","null"],"items":{"type":"object","properties":{"c":{"type":["integer","null"]}},"required":["c"],"additionalProperties":false}}},)"
      R"("required":["a","list"],"additionalProperties":false})");
}

TEST(StrictFormat, KeepsOptionalArgumentsAsOnesThatTakeNull) {
  EXPECT_EQ(strict_x(R"({"type":"string"})"), R"({"type":["string","null"]})");
  EXPECT_EQ(strict_x(R"({"type":["string","integer"]})"), R"({"type":["string","integer","null"]})");
  EXPECT_EQ(strict_x(R"({"type":"string","enum":["a","b"]})"),
            R"({"type":["string","null"],"enum":["a","b",null]})");
  EXPECT_EQ(strict_x(R"({"const":"a"})"), R"({"type":["string","null"],"enum":["a",null]})");
  EXPECT_EQ(strict_x(R"({"anyOf":[{"type":"string"},{"type":"integer"}]})"),
            R"({"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]})");
  EXPECT_EQ(strict_x(R"({"anyOf":[{"type":"string"},{"type":"null"}]})"),
            R"({"anyOf":[{"type":"string"},{"type":"null"}]})");
  EXPECT_EQ(strict_x(R"({"type":"string","nullable":true,"default":null})"), R"({"type":["string","null"]})");
}

TEST(StrictFormat, KeepsNullOfWhatIsRequired) {
  auto const required = [](std::string const& schema) {
    return test::x_of(strict(R"({"type":"object","properties":{"x":)" + schema + R"(},"required":["x"]})"));
  };

  EXPECT_EQ(required(R"({"type":"string"})"), R"({"type":"string"})");
  EXPECT_EQ(required(R"({"type":"string","nullable":true})"), R"({"type":["string","null"]})");
  EXPECT_EQ(required(R"({"type":"string","default":null})"), R"({"type":["string","null"]})");
}

TEST(StrictFormat, PutsADefaultIntoTheDescription) {
  EXPECT_EQ(strict_x(R"({"type":"integer","default":30,"description":"How many"})"),
            R"({"type":["integer","null"],"description":"How many. Default: 30."})");
  EXPECT_EQ(strict_x(R"({"type":"integer","default":30,"description":"How many (default 30)."})"),
            R"({"type":["integer","null"],"description":"How many (default 30)."})");
}

TEST(StrictFormat, InlinesReferences) {
  auto const definition = strict(
      R"({"type":"object","$defs":{"p":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}},)"
      R"("properties":{"x":{"$ref":"#/$defs/p","description":"the page"}}})");

  EXPECT_EQ(
      test::x_of(definition),
      R"({"description":"the page","type":["object","null"],"properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false})");
  EXPECT_FALSE(parameters_of(definition).contains("$defs"));
}

TEST(StrictFormat, MergesAllOf) {
  EXPECT_EQ(
      strict_x(R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},)"
               R"({"type":"object","properties":{"b":{"type":"number"}},"required":["b"]}]})"),
      R"({"type":["object","null"],"properties":{"a":{"type":"string"},"b":{"type":"number"}},"required":["a","b"],"additionalProperties":false})");
  EXPECT_EQ(
      strict_x(R"({"allOf":[{"type":"number","minimum":1,"maximum":9},{"type":"integer","minimum":3}]})"),
      R"({"type":["integer","null"],"minimum":3,"maximum":9})");
  EXPECT_EQ(strict_x(R"({"allOf":[{"enum":["a","b"]},{"enum":["b","c"]}]})"),
            R"({"enum":["b",null],"type":["string","null"]})");
}

TEST(StrictFormat, OffersOneOfAsAnyOfAndSaysSo) {
  auto const definition = strict(of_x(R"({"oneOf":[{"type":"string"},{"type":"integer"}]})"));

  EXPECT_EQ(test::x_of(definition), R"({"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]})");
  EXPECT_EQ(definition.notes, std::vector<std::string>{"x: oneOf is offered as anyOf"});
}

TEST(StrictFormat, SpellsOutWhatStandsBesideAnyOf) {
  EXPECT_EQ(
      strict_x(
          R"({"description":"d","type":"string","anyOf":[{"pattern":"^a"},{"enum":["b"]},{"type":"integer"}]})"),
      R"({"description":"d","anyOf":[{"pattern":"^a","type":"string"},{"enum":["b"],"type":"string"},{"type":"null"}]})");
  EXPECT_EQ(strict_x(R"({"anyOf":[{"type":"string"}],"description":"d"})"),
            R"({"description":"d","type":["string","null"]})");
}

TEST(StrictFormat, LeavesOutWhatOnlyNarrows) {
  auto const definition = strict(of_x(
      R"({"type":"array","uniqueItems":true,"minItems":1,"items":{"type":"string","minLength":2,"format":"uri","pattern":"^h"}})"));

  EXPECT_EQ(test::x_of(definition),
            R"({"type":["array","null"],"minItems":1,"items":{"type":"string","pattern":"^h"}})");
  EXPECT_EQ(definition.notes,
            (std::vector<std::string>{"x: uniqueItems is left out, which strict mode does not know",
                                      "x[]: minLength is left out, which strict mode does not know",
                                      "x[]: format is left out, which strict mode does not know"}));
}

TEST(StrictFormat, LeavesOutLimitsThatOnlyAnthropicDoesNotKnow) {
  std::string const schema = of_x(R"({"type":"integer","minimum":1,"maximum":9})");

  EXPECT_EQ(test::x_of(strict(schema)), R"({"type":["integer","null"],"minimum":1,"maximum":9})");
  EXPECT_EQ(test::x_of(strict(schema, ToolFormat::anthropic)), R"({"type":["integer","null"]})");
}

TEST(StrictFormat, AToolWithoutArgumentsIsStrict) {
  EXPECT_EQ(parameters_of(strict(R"({"type":"object","properties":{}})")).dump(),
            R"({"type":"object","properties":{},"required":[],"additionalProperties":false})");
}

TEST(StrictFormat, NamesThePropertyThatCannotBe) {
  EXPECT_EQ(reason_of_x(R"({"type":"object"})"), "not strict: x takes members of any name");
  EXPECT_EQ(reason_of_x(R"({"type":"object","additionalProperties":{"type":"string"}})"),
            "not strict: x takes members of any name");
  EXPECT_EQ(
      reason_of_x(R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":true})"),
      "not strict: x takes members of any name");
  EXPECT_EQ(
      reason_of_x(R"({"type":"object","properties":{"a":{"type":"string"}},"patternProperties":{"^x":{}}})"),
      "not strict: x takes members of any name");
  EXPECT_EQ(reason_of_x(R"({"description":"anything"})"), "not strict: x takes a value of any type");
  EXPECT_EQ(reason_of_x(R"({"type":"array"})"), "not strict: x[] takes a value of any type");
  EXPECT_EQ(
      reason_of_x(R"({"type":"object","properties":{"deep":{"type":"array","items":{"type":"object"}}}})"),
      "not strict: x.deep[] takes members of any name");
  EXPECT_EQ(reason_of_x(R"({"allOf":[{"type":"string"},{"type":"integer"}]})"),
            "not strict: x combines schemas (allOf) that cannot be written as one");
  EXPECT_EQ(reason_of_x(R"({"type":"array","items":[{"type":"string"}]})"),
            "not strict: x is a list whose elements differ by their place");
  EXPECT_EQ(reason_of_x(R"({"$ref":"#"})"), "not strict: the arguments refer to themselves");
  EXPECT_EQ(reason(R"({"type":"object"})"), "not strict: the object of arguments takes members of any name");
}

TEST(StrictFormat, FallsBackToTheWholeSchema) {
  std::string const schema = of_x(R"({"type":"object","additionalProperties":true})");

  EXPECT_EQ(parameters_of(strict(schema)), Json::parse(schema));
}

TEST(StrictFormat, KeepsToTheLimitsOfTheApi) {
  std::string deep = R"({"type":"string"})";
  for (int i = 0; i < 11; ++i) deep = of_x(deep);
  EXPECT_EQ(reason(deep), "not strict: x.x.x.x.x.x.x.x.x.x is nested deeper than strict mode allows");
  Json many = Json::parse(R"({"type":"object","properties":{}})");
  for (int i = 0; i < 5001; ++i) many["properties"]["p" + std::to_string(i)] = {{"type", "string"}};
  EXPECT_EQ(reason(many.dump()),
            "not strict: the object of arguments has more properties than strict mode allows");
}

TEST(StrictFormat, ListsRequiredInTheOrderOfTheProperties) {
  auto const definition = strict(
      R"({"type":"object","properties":{"b":{"type":"string"},"10":{"type":"string"},"2":{"type":"string"}},"required":["b","2"]})");

  EXPECT_EQ(parameters_of(definition)["required"].dump(), R"(["2","10","b"])");
}

}  // namespace
}  // namespace agenta::schema
