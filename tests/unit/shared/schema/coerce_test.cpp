#include <gtest/gtest.h>

#include "shared/schema/validate.hpp"

namespace agenta::schema {
namespace {

std::string coerce(std::string const& schema, std::string const& arguments,
                   std::vector<std::string> const& paths) {
  return Schema::parse(JsonText{schema}).value().coerce(JsonText{arguments}, paths).text;
}

/// What the text `text` becomes under `schema`.
std::string coerce_x(std::string const& schema, std::string const& text) {
  return coerce(R"({"properties":{"x":)" + schema + "}}", "{\"x\":\"" + text + "\"}", {"/x"});
}

TEST(Coerce, EndsWhereASchemaRefersToItselfInEveryBranch) {
  std::string branches = R"({"$ref":"#"})";
  for (int i = 0; i < 30; ++i) branches += R"(,{"$ref":"#"})";

  EXPECT_EQ(coerce(R"({"properties":{"x":{"$ref":"#"}},"allOf":[)" + branches + "]}", R"({"x":"1"})", {"/x"}),
            R"({"x":"1"})");
}

TEST(Coerce, GivesTextTheTypeThatIsWanted) {
  EXPECT_EQ(coerce_x(R"({"type":"integer"})", "30"), R"({"x":30})");
  EXPECT_EQ(coerce_x(R"({"type":"number"})", "-1.50"), R"({"x":-1.50})");
  EXPECT_EQ(coerce_x(R"({"type":"boolean"})", "true"), R"({"x":true})");
  EXPECT_EQ(coerce_x(R"({"type":["integer","null"]})", "null"), R"({"x":null})");
  EXPECT_EQ(coerce_x(R"({"type":"integer","nullable":true})", "null"), R"({"x":null})");
  EXPECT_EQ(coerce_x(R"({"enum":[1,2]})", "2"), R"({"x":2})");
  EXPECT_EQ(coerce_x(R"({"anyOf":[{"type":"integer"},{"type":"null"}]})", "7"), R"({"x":7})");
  EXPECT_EQ(coerce_x(R"({"type":"object"})", R"({\"a\":1})"), R"({"x":{"a":1}})");
}

TEST(Coerce, LeavesTextWhereTextIsTaken) {
  EXPECT_EQ(coerce_x(R"({"type":"string"})", "30"), R"({"x":"30"})");
  EXPECT_EQ(coerce_x(R"({"type":["string","integer"]})", "30"), R"({"x":"30"})");
  EXPECT_EQ(coerce_x("{}", "30"), R"({"x":"30"})");
  EXPECT_EQ(coerce(R"({"properties":{}})", R"({"y":"1"})", {"/y"}), R"({"y":"1"})");
}

TEST(Coerce, LeavesWhatDoesNotReadExactlyForValidation) {
  for (std::string const text : {"30a", "0x1f", "1.5", "", "true", "1e3", "+1"}) {
    EXPECT_EQ(coerce_x(R"({"type":"integer"})", text), "{\"x\":\"" + text + "\"}");
  }
  EXPECT_EQ(coerce_x(R"({"type":"boolean"})", "yes"), R"({"x":"yes"})");
}

TEST(Coerce, MakesOneTextAnArrayOfOne) {
  EXPECT_EQ(coerce_x(R"({"type":"array","items":{"type":"string"}})", "bug"), R"({"x":["bug"]})");
  EXPECT_EQ(coerce_x(R"({"type":"array","items":{"type":"integer"}})", "4"), R"({"x":[4]})");
  EXPECT_EQ(coerce_x(R"({"type":"array","items":{"type":"string"}})", R"([\"a\",\"b\"])"),
            R"({"x":["a","b"]})");
  EXPECT_EQ(coerce_x(R"({"type":"array","items":{"type":"object"}})", "bug"), R"({"x":"bug"})");
}

TEST(Coerce, ReachesNestedValuesAndElements) {
  std::string const schema =
      R"({"properties":{"a":{"$ref":"#/$defs/a"},"ids":{"type":"array","items":{"type":"integer"}}},)"
      R"("$defs":{"a":{"properties":{"b/c":{"type":"integer"}}}}})";

  EXPECT_EQ(coerce(schema, R"({"a":{"b/c":"1"},"ids":["2","3"]})", {"/a/b~1c", "/ids/0", "/ids/1"}),
            R"({"a":{"b/c":1},"ids":[2,3]})");
}

TEST(Coerce, KeepsTheSpellingOfNumbersAndLeavesWhatJsonDoesNotCallOne) {
  struct Row {
    char const* type;
    char const* text;
    char const* becomes;
  };
  for (auto const& [type, text, becomes] : std::initializer_list<Row>{
           {"integer", "9007199254740993", "9007199254740993"},
           {"integer", "123456789012345678901234567890", "123456789012345678901234567890"},
           {"integer", "-0", "-0"},
           {"number", "1e400", "1e400"},
           {"number", "0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"},
           {"number", " 4 ", "4"},
           {"integer", "0x10", R"("0x10")"},
           {"integer", "007", R"("007")"},
           {"number", "1_000", R"("1_000")"},
           {"number", "NaN", R"("NaN")"},
           {"number", "Infinity", R"("Infinity")"},
           {"number", ".5", R"(".5")"},
           {"boolean", "TRUE", R"("TRUE")"},
           {"boolean", "1", R"("1")"},
           {"boolean", "false", "false"},
           {"null", "null", "null"},
           {"string", "null", R"("null")"}}) {
    EXPECT_EQ(coerce_x(std::string{R"({"type":")"} + type + "\"}", text),
              std::string{R"({"x":)"} + becomes + "}")
        << type << ' ' << text;
  }
}

TEST(Coerce, ReachesThroughReferencesAndBranches) {
  std::string const schema =
      R"({"properties":{"a":{"$ref":"#/$defs/n"},"b":{"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}]},)"
      R"("c":{"allOf":[{"$ref":"#/$defs/n"},{"minimum":1}]},"d":{"oneOf":[{"type":"boolean"},{"type":"integer"}]},)"
      R"("e":{"allOf":[{"properties":{"n":{"$ref":"#/$defs/n"}}}]},)"
      R"("f":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/n"}},{"type":"null"}]},"g":{"additionalProperties":{"$ref":"#/$defs/n"}}},)"
      R"("$defs":{"n":{"type":"integer"}}})";

  EXPECT_EQ(
      coerce(schema, R"({"a":"1","b":"2","c":"3","d":"true","e":{"n":"4"},"f":["5","6"],"g":{"k":"7"}})",
             {"/a", "/b", "/c", "/d", "/e/n", "/f/0", "/f/1", "/g/k"}),
      R"({"a":1,"b":2,"c":3,"d":true,"e":{"n":4},"f":[5,6],"g":{"k":7}})");
  EXPECT_EQ(coerce(schema, R"({"b":"null","f":"8"})", {"/b", "/f"}), R"({"b":null,"f":[8]})");
}

TEST(Coerce, LeavesForTheReportTheTextThatFitsNowhere) {
  auto const schema = Schema::parse(JsonText{R"({"properties":{"x":{"type":"integer"}}})"}).value();

  auto const refused = schema.validate(schema.coerce(JsonText{R"({"x":"0x10"})"}, {"/x"}), "TOOL");

  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().context.text.find(R"("value":"0x10")"), std::string::npos);
}

TEST(Coerce, TouchesNothingThatNoPathNames) {
  std::string const arguments = R"({ "x":"1" , "y":1.0e2,"z":"3"})";

  EXPECT_EQ(
      coerce(R"({"properties":{"x":{"type":"integer"},"y":{},"z":{"type":"integer"}}})", arguments, {"/z"}),
      R"({"x":"1","y":1.0e2,"z":3})");
  EXPECT_EQ(coerce(R"({"properties":{"x":{"type":"integer"}}})", arguments, {}), arguments);
}

}  // namespace
}  // namespace agenta::schema
