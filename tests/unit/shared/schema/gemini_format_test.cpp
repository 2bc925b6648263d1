#include <gtest/gtest.h>

#include "tests/unit/shared/schema/format_support.hpp"

namespace agenta::schema {
namespace {

using test::define;
using test::gemini_x;
using test::of_x;

std::vector<std::string> notes_of_x(std::string const& schema) {
  return define(of_x(schema), {ToolFormat::gemini, false, false}).notes;
}

TEST(GeminiFormat, WritesTheWordsItKnowsInOneOrder) {
  EXPECT_EQ(
      gemini_x(
          R"({"x-vendor":1,"maxLength":9,"pattern":"^a","description":"d","format":"date-time","type":"string",)"
          R"("title":"T","examples":["e","f"],"default":"z","minLength":1,"file_uploadable":true})"),
      R"({"type":"string","format":"date-time","title":"T","description":"d","minLength":1,"maxLength":9,)"
      R"("pattern":"^a","default":"z","example":"e"})");
}

TEST(GeminiFormat, SaysNullableForEveryWayOfTakingNull) {
  std::string const nullable = R"({"type":"string","nullable":true})";
  EXPECT_EQ(gemini_x(R"({"type":"string","nullable":true})"), nullable);
  EXPECT_EQ(gemini_x(R"({"type":["string","null"]})"), nullable);
  EXPECT_EQ(gemini_x(R"({"type":"string","default":null})"), nullable);
  EXPECT_EQ(gemini_x(R"({"anyOf":[{"type":"string"},{"type":"null"}]})"), nullable);
  EXPECT_EQ(gemini_x(R"({"anyOf":[{"type":"string","nullable":true}]})"), nullable);
  EXPECT_EQ(gemini_x(R"({"type":"null"})"), nullable);
  EXPECT_EQ(gemini_x(R"({"type":["string","null"],"enum":["a",null]})"),
            R"({"type":"string","enum":["a"],"nullable":true})");
}

TEST(GeminiFormat, MakesAUnionOfSeveralTypes) {
  EXPECT_EQ(
      gemini_x(
          R"({"type":["array","string","null"],"items":{"type":"integer"},"maxLength":3,"description":"d"})"),
      R"({"anyOf":[{"type":"array","description":"d","items":{"type":"integer"},"nullable":true},)"
      R"({"type":"string","maxLength":3,"nullable":true}]})");
}

TEST(GeminiFormat, LeavesNothingBesideAnyOf) {
  EXPECT_EQ(
      gemini_x(
          R"({"title":"T","description":"which","type":"object","properties":{"a":{"type":"string"}},)"
          R"("anyOf":[{"required":["a"]},{"properties":{"b":{"type":"string"}},"description":"or b"}]})"),
      R"({"anyOf":[{"type":"object","title":"T","description":"which","properties":{"a":{"type":"string"}},"required":["a"]},)"
      R"({"type":"object","description":"or b","properties":{"b":{"type":"string"},"a":{"type":"string"}}}]})");
  EXPECT_EQ(gemini_x(R"({"oneOf":[{"type":"string"},{"type":"string"},{"type":"integer"}]})"),
            R"({"anyOf":[{"type":"string"},{"type":"integer"}]})");
}

TEST(GeminiFormat, KeepsDefaultAndExampleOfWhatIsOnlyOptional) {
  EXPECT_EQ(gemini_x(R"({"anyOf":[{"type":"string"},{"type":"null"}],"default":"a","examples":["b"]})"),
            R"({"type":"string","default":"a","example":"b","nullable":true})");
}

TEST(GeminiFormat, HasNoEnumButOfTexts) {
  EXPECT_EQ(gemini_x(R"({"type":"string","enum":["a","","a","b"]})"),
            R"({"type":"string","enum":["a","b"]})");
  EXPECT_EQ(gemini_x(R"({"const":"a"})"), R"({"type":"string","enum":["a"]})");
  EXPECT_EQ(gemini_x(R"({"type":"integer","enum":[1,2],"description":"How"})"),
            R"({"type":"integer","description":"How. One of 1, 2."})");
  EXPECT_EQ(gemini_x(R"({"const":true})"), R"({"type":"boolean","description":"Always true."})");
}

TEST(GeminiFormat, MakesLimitsInclusive) {
  EXPECT_EQ(gemini_x(R"({"type":"integer","exclusiveMinimum":-2.5,"exclusiveMaximum":9})"),
            R"({"type":"integer","minimum":-2,"maximum":8})");
  EXPECT_EQ(gemini_x(R"({"type":"number","exclusiveMinimum":0})"), R"({"type":"number","minimum":0})");
  EXPECT_EQ(gemini_x(R"({"type":"number","minimum":2,"exclusiveMinimum":true})"),
            R"({"type":"number","minimum":2})");
}

TEST(GeminiFormat, GivesEveryListElementsAndEveryPlaceAType) {
  std::string const anything =
      R"({"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"},{"type":"object"},{"type":"array","items":{"type":"string"}}]})";
  EXPECT_EQ(gemini_x(R"({"type":"array"})"), R"({"type":"array","items":)" + anything + "}");
  EXPECT_EQ(gemini_x("{}"), anything);
  EXPECT_EQ(gemini_x(R"({"properties":{"a":{"type":"string"}}})"),
            R"({"type":"object","properties":{"a":{"type":"string"}}})");
  EXPECT_EQ(gemini_x(R"({"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}]})"),
            R"({"type":"array","items":{"anyOf":[{"type":"string"},{"type":"integer"}]}})");
}

TEST(GeminiFormat, RequiresOnlyWhatThereIs) {
  EXPECT_EQ(
      gemini_x(
          R"({"type":"object","properties":{"a":{"type":"string"},"n":false},"required":["a","b","n"]})"),
      R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})");
}

TEST(GeminiFormat, SaysWhatItHasNoWordFor) {
  EXPECT_EQ(notes_of_x(R"({"type":"object","additionalProperties":{"type":"string"}})"),
            std::vector<std::string>{"x: takes members of any name, which Gemini cannot be told"});
  EXPECT_EQ(notes_of_x(R"({"type":"string","format":"uri","not":{"const":"a"}})"),
            (std::vector<std::string>{"x: not is left out, which Gemini does not know",
                                      "x: format is left out, which Gemini does not know"}));
  EXPECT_TRUE(
      notes_of_x(R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false})")
          .empty());
}

TEST(GeminiFormat, ResolvesReferencesAndCutsOffCircularOnes) {
  auto const definition = define(
      R"({"type":"object","$defs":{"node":{"type":"object","description":"a node","properties":{"name":{"type":"string"},"next":{"$ref":"#/$defs/node"}}}},)"
      R"("properties":{"x":{"$ref":"#/$defs/node"}}})",
      {ToolFormat::gemini, false, false});

  EXPECT_EQ(
      test::x_of(definition),
      R"({"type":"object","description":"a node","properties":{"name":{"type":"string"},"next":{"type":"object","description":"a node"}}})");
  EXPECT_EQ(definition.notes,
            std::vector<std::string>{"x.next: refers to itself, and takes anything from there on"});
}

}  // namespace
}  // namespace agenta::schema
