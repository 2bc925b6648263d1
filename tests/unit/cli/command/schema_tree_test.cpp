#include "cli/command/schema_tree.hpp"

#include <gtest/gtest.h>

#include <string>

namespace agenta::cli {
namespace {

std::string tree(std::string const& schema, int columns = 80) {
  return render_schema(schema, SchemaSide::input, {.columns = columns});
}

std::string of_property(std::string const& schema) { return tree(R"({"properties":{"p":)" + schema + "}}"); }

TEST(SchemaTree, PutsWhatIsRequiredFirst) {
  EXPECT_EQ(tree(R"({"properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["b","b"]})"),
            "  b  integer  required\n"
            "  a  string\n");
}

TEST(SchemaTree, SaysWhatAResultAlwaysHas) {
  EXPECT_EQ(
      render_schema(R"({"properties":{"a":{"type":"string"}},"required":["a"]})", SchemaSide::output, {}),
      "  a  string  always there\n");
}

TEST(SchemaTree, TellsTypesInWords) {
  EXPECT_EQ(of_property(R"({"type":"array","items":{"type":"array","items":{"type":"integer"}}})"),
            "  p  array of array of integer\n");
  EXPECT_EQ(of_property(R"({"type":["string","null"],"format":"date-time"})"),
            "  p  string (date-time) or null\n");
  EXPECT_EQ(of_property(R"({"anyOf":[{"type":"string"},{"type":"null"}]})"), "  p  string or null\n");
  EXPECT_EQ(of_property(R"({"oneOf":[{"type":"string"},{"type":"integer"}]})"), "  p  string or integer\n");
  EXPECT_EQ(of_property(R"({"type":"object","additionalProperties":{"type":"number"}})"),
            "  p  object of number by name\n");
  EXPECT_EQ(of_property("{}"), "  p  anything\n");
  EXPECT_EQ(of_property("true"), "  p  anything\n");
}

TEST(SchemaTree, TellsDefaultsAndLimits) {
  EXPECT_EQ(of_property(R"({"type":"integer","minimum":1,"maximum":100,"default":30})"),
            "  p  integer  default 30, 1 to 100\n");
  EXPECT_EQ(of_property(R"({"type":"number","exclusiveMinimum":0,"multipleOf":0.5})"),
            "  p  number  more than 0, a multiple of 0.5\n");
  EXPECT_EQ(of_property(R"({"type":"number","minimum":0,"exclusiveMinimum":true})"),
            "  p  number  more than 0\n");
  EXPECT_EQ(of_property(R"({"type":"string","minLength":1,"maxLength":1,"pattern":"^a$"})"),
            "  p  string  1 character, matches ^a$\n");
  EXPECT_EQ(of_property(R"({"type":"array","minItems":2,"uniqueItems":true})"),
            "  p  array  at least 2 items, no item twice\n");
  EXPECT_EQ(of_property(R"({"type":"string","default":null})"), "  p  string\n");
}

TEST(SchemaTree, TellsDescriptionChoicesAndExamples) {
  EXPECT_EQ(
      of_property(R"({"type":"string","description":" What\nit is. ","enum":["a","b"],"examples":["a"]})"),
      "  p  string\n"
      "      What\n"
      "      it is.\n"
      "      one of: a, b\n"
      "      e.g. a\n");
}

TEST(SchemaTree, WrapsToTheTerminal) {
  EXPECT_EQ(tree(R"({"properties":{"p":{"type":"string","description":"one two three four five"}}})", 20),
            "  p  string\n"
            "      one two three\n"
            "      four five\n");
}

TEST(SchemaTree, GoesIntoObjectsArraysAndMaps) {
  EXPECT_EQ(of_property(R"({"type":"object","properties":{"q":{"type":"string"}},"required":["q"]})"),
            "  p  object\n"
            "    q  string  required\n");
  EXPECT_EQ(of_property(R"({"type":"array","items":{"type":"object","properties":{"q":{"type":"string"}}}})"),
            "  p  array of object\n"
            "    q  string\n");
  EXPECT_EQ(of_property(R"({"type":"object","additionalProperties":{"properties":{"q":{"type":"string"}}}})"),
            "  p  object of object by name\n"
            "    q  string\n");
}

TEST(SchemaTree, FollowsReferencesAndPartsOfAWhole) {
  EXPECT_EQ(
      tree(R"({"properties":{"p":{"$ref":"#/$defs/a~1b"}},"$defs":{"a/b":{"type":"integer","default":1}}})"),
      "  p  integer  default 1\n");
  EXPECT_EQ(of_property(R"({"allOf":[{"properties":{"q":{"type":"string"}}},
                                     {"properties":{"r":{"type":"string"}},"required":["r"]}]})"),
            "  p  object\n"
            "    r  string  required\n"
            "    q  string\n");
  EXPECT_EQ(of_property(R"({"anyOf":[{"title":"One","properties":{"q":{"type":"string"}}},
                                     {"properties":{"r":{"type":"string"}}}]})"),
            "  p  object\n"
            "    either One:\n"
            "      q  string\n"
            "    either:\n"
            "      r  string\n");
  EXPECT_EQ(of_property(R"({"$ref":"https://elsewhere/x"})"), "  p  anything (see https://elsewhere/x)\n");
}

TEST(SchemaTree, MarksWhatLeadsBack) {
  EXPECT_EQ(tree(R"({"properties":{"p":{"$ref":"#/$defs/t"}},
                     "$defs":{"t":{"type":"object","properties":{"child":{"$ref":"#/$defs/t"}}}}})"),
            "  p  object\n"
            "    child  object\n"
            "      … again as above (#/$defs/t)\n");
  EXPECT_EQ(of_property(R"({"type":"array","items":{"$ref":"#"}})"),
            "  p  array of object\n"
            "    … again as above (the whole)\n");
  EXPECT_NE(of_property(R"({"$ref":"#/properties/p"})"), "") << "a reference to itself";
}

TEST(SchemaTree, EndsWhereReferencesMultiply) {
  std::string definitions;
  for (int i = 0; i < 60; ++i) {
    std::string const next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}";
    definitions += "\"d" + std::to_string(i) + R"(":{"anyOf":[)" + next + "," + next +
                   R"(,{"type":"array","items":)" + next + R"(}],"properties":{"a":)" + next +
                   ",\"b\":" + next + "}},";
  }
  definitions += R"("d60":{"type":"string"})";

  std::string const text = tree(R"({"$ref":"#/$defs/d0","$defs":{)" + definitions + "}}");

  EXPECT_NE(text.find("…"), std::string::npos);
  EXPECT_LT(text.size(), std::size_t{2} << 20);
}

TEST(SchemaTree, EndsWithAVeryLargeSchema) {
  std::string properties;
  std::string required;
  for (int i = 0; i < 50'000; ++i) {
    std::string const name = "\"property_" + std::to_string(i) + "\"";
    properties +=
        (i > 0 ? "," : "") + name + R"(:{"type":"string","description":")" + std::string(80, 'd') + "\"}";
    required += (i > 0 ? "," : "") + name;
  }

  std::string const text = tree(R"({"properties":{)" + properties + R"(},"required":[)" + required + "]}");

  EXPECT_TRUE(text.ends_with("  …\n"));
  EXPECT_LT(text.size(), std::size_t{2} << 20);
}

TEST(SchemaTree, StopsWhereNobodyCouldFollow) {
  std::string schema = R"({"type":"string"})";
  for (int i = 0; i < 100; ++i) schema = R"({"properties":{"deeper":)" + schema + "}}";

  std::string const text = tree(schema);

  EXPECT_NE(text.find("…"), std::string::npos);
}

TEST(SchemaTree, ShowsControlCharactersOfNamesAndWords) {
  std::string const text =
      tree(R"({"properties":{"a\u001b[2J":{"type":"x\u001b","description":"\u202e","default":"\u009b"}}})");

  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\u202e"), std::string::npos);
  EXPECT_NE(text.find("\\x1b"), std::string::npos);
}

TEST(SchemaTree, TakesWhatIsNoSchemaForNothing) {
  for (char const* schema :
       {"{}", "[]", "null", R"({"properties":[]})", R"({"properties":{"a":1},"required":"a"})"}) {
    EXPECT_EQ(tree(schema).find("required"), std::string::npos) << schema;
  }
}

}  // namespace
}  // namespace agenta::cli
