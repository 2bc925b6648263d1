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

TEST(Coerce, TouchesNothingThatNoPathNames) {
  std::string const arguments = R"({ "x":"1" , "y":1.0e2,"z":"3"})";

  EXPECT_EQ(
      coerce(R"({"properties":{"x":{"type":"integer"},"y":{},"z":{"type":"integer"}}})", arguments, {"/z"}),
      R"({"x":"1","y":1.0e2,"z":3})");
  EXPECT_EQ(coerce(R"({"properties":{"x":{"type":"integer"}}})", arguments, {}), arguments);
}

}  // namespace
}  // namespace agenta::schema
