#include <gtest/gtest.h>

#include "tests/unit/shared/schema/format_support.hpp"

namespace agenta::schema {
namespace {

std::string restore(std::string const& schema, std::string const& arguments) {
  return restore_arguments(JsonText{schema}, JsonText{arguments}).text;
}

constexpr char const* kOdd =
    R"({"type":"object","properties":{"$top":{"type":"integer"},"odata.type":{"type":"string"},"list":{"type":"array",)"
    R"("items":{"type":"object","properties":{"@id":{"type":"string"},"note":{"type":"string"}}}}},"required":["$top"]})";

TEST(RestoreArguments, GivesNamesBackAtEveryDepth) {
  EXPECT_EQ(restore(kOdd, R"({"dollar_top":5,"list":[{"at_id":"a"},{"@id":"b","at_id":"c"},{"note":"d"}]})"),
            R"({"$top":5,"list":[{"@id":"a"},{"@id":"b","at_id":"c"},{"note":"d"}]})");
}

TEST(RestoreArguments, KnowsTheNamesOfEveryFormat) {
  EXPECT_EQ(restore(kOdd, R"({"odata_type":"gemini"})"), R"({"odata.type":"gemini"})");
  EXPECT_EQ(restore(kOdd, R"({"odata.type":"anthropic"})"), R"({"odata.type":"anthropic"})");
}

TEST(RestoreArguments, KnowsTheNamesThatComposioGivesTwins) {
  std::string const schema =
      R"({"properties":{"a b":{},"a/b":{}}})";  // `a_b` goes to the first of them there

  EXPECT_EQ(restore(schema, R"({"a_b":1,"a_b_375hnt":2})"), R"({"a b":1,"a/b":2})");
  EXPECT_EQ(restore(schema, R"({"a_b_375hfq":1,"a_b_375hnt":2})"), R"({"a b":1,"a/b":2})");
}

TEST(RestoreArguments, RenamesNothingThatIsAPropertyOrMeantForNone) {
  std::string const schema =
      R"({"properties":{"$top":{},"m":{"type":"object","properties":{"dollar_top":{}}},"free":{"type":"object"}}})";

  EXPECT_EQ(restore(schema, R"({"m":{"dollar_top":1},"free":{"dollar_top":1},"dollar_skip":1})"),
            R"({"m":{"dollar_top":1},"free":{"dollar_top":1},"dollar_skip":1})");
}

TEST(RestoreArguments, GoesThroughReferencesAndAlternatives) {
  std::string const schema =
      R"({"properties":{"p":{"$ref":"#/$defs/p"},"u":{"anyOf":[{"type":"string"},{"allOf":[{"properties":{"$u":{}}}]}]},)"
      R"("m":{"additionalProperties":{"$ref":"#/$defs/p"}},"t":{"prefixItems":[{},{"$ref":"#/$defs/p"}]}},)"
      R"("$defs":{"p":{"properties":{"$n":{},"next":{"$ref":"#/$defs/p"}}}}})";

  EXPECT_EQ(
      restore(
          schema,
          R"({"p":{"next":{"dollar_n":1}},"u":{"dollar_u":2},"m":{"any":{"dollar_n":3}},"t":[{"dollar_n":4},{"dollar_n":5}]})"),
      R"({"p":{"next":{"$n":1}},"u":{"$u":2},"m":{"any":{"$n":3}},"t":[{"dollar_n":4},{"$n":5}]})");
}

TEST(RestoreArguments, GoesWhereMembersAndElementsHaveNoNames) {
  std::string const schema =
      R"({"patternProperties":{"^m":{"properties":{"$p":{}}}},"properties":{"t":{"items":[{"properties":{"$i":{}}}],)"
      R"("additionalItems":{"properties":{"$r":{}}}}}})";

  EXPECT_EQ(restore(schema, R"({"m1":{"dollar_p":1},"t":[{"dollar_i":2},{"dollar_r":3},{"dollar_i":4}]})"),
            R"({"m1":{"$p":1},"t":[{"$i":2},{"$r":3},{"dollar_i":4}]})");
}

TEST(RestoreArguments, LeavesOutNullThatOnlyMeansNotGiven) {
  auto const of = [](std::string const& property) {
    return restore(R"({"properties":{"x":)" + property + R"(,"y":{}}})", R"({"x":null,"y":1})");
  };
  std::string const gone = R"({"y":1})";
  std::string const kept = R"({"x":null,"y":1})";

  EXPECT_EQ(of(R"({"type":"string"})"), gone);
  EXPECT_EQ(of(R"({"type":["string","integer"]})"), gone);
  EXPECT_EQ(of(R"({"type":"string","enum":["a"]})"), gone);
  EXPECT_EQ(of(R"({"const":"a"})"), gone);
  EXPECT_EQ(of(R"({"anyOf":[{"type":"string"},{"type":"integer"}]})"), gone);
  EXPECT_EQ(of(R"({"allOf":[{},{"type":"string"}]})"), gone);
  EXPECT_EQ(of(R"({"$ref":"#/properties/z"})"), kept);  // leads nowhere: says nothing
  EXPECT_EQ(of(R"({"type":"string","nullable":true})"), kept);
  EXPECT_EQ(of(R"({"type":"string","default":null})"), kept);
  EXPECT_EQ(of(R"({"type":["string","null"]})"), kept);
  EXPECT_EQ(of(R"({"enum":["a",null]})"), kept);
  EXPECT_EQ(of(R"({"anyOf":[{"type":"string"},{"type":"null"}]})"), kept);
  EXPECT_EQ(of("{}"), kept);
  EXPECT_EQ(of("true"), kept);
}

TEST(RestoreArguments, KeepsNullOfWhatIsRequiredUnknownOrInAList) {
  std::string const schema =
      R"({"properties":{"x":{"type":"string"},"l":{"type":"array","items":{"type":"string"}},"o":{"type":"object"}},"required":["x"]})";
  std::string const arguments = R"({"x":null,"l":[null],"o":{"a":null},"unknown":null})";

  EXPECT_EQ(restore(schema, arguments), arguments);
}

TEST(RestoreArguments, KeepsNullWhereItIsToldTo) {
  Arguments arguments;
  arguments.json.text = R"({"dollar_top":null})";

  auto const restored =
      restore_arguments(JsonText{R"({"properties":{"$top":{"type":"integer"}}})"}, arguments, Nulls::keep);

  EXPECT_EQ(restored.json.text, R"({"$top":null})");
}

TEST(RestoreArguments, KeepsTheBytesOfEverythingElse) {
  std::string const untouched = R"({ "n" : 1.50e+1, "n":2, "s":"é\/", "list":[ {"note" : "x"} ]})";
  EXPECT_EQ(restore(kOdd, untouched), untouched);
  EXPECT_EQ(restore(kOdd, R"({"n":1.50e+1,"dollar_top":007e1})"),
            R"({"n":1.50e+1,"dollar_top":007e1})");  // no JSON
  EXPECT_EQ(restore(kOdd, R"({"z":1.50e+1,"dollar_top":10000000000000000000001,"z":{ "q" : [ ] }})"),
            R"({"z":1.50e+1,"$top":10000000000000000000001,"z":{ "q" : [ ] }})");
}

TEST(RestoreArguments, LeadsPointersToTheNamesGivenBack) {
  Arguments arguments;
  arguments.json.text = R"({"dollar_top":"5","list":[{"at_id":"a"}],"a_b_c":"x"})";
  arguments.text_paths = {"/dollar_top", "/list/0/at_id", "/a_b_c", "/list/1/at_id"};

  auto const restored = restore_arguments(
      JsonText{R"({"properties":{"$top":{},"a/b~c":{},"list":{"items":{"properties":{"@id":{}}}}}})"},
      arguments);

  EXPECT_EQ(restored.json.text, R"({"$top":"5","list":[{"@id":"a"}],"a/b~c":"x"})");
  EXPECT_EQ(restored.text_paths,
            (std::vector<std::string>{"/$top", "/list/0/@id", "/a~1b~0c", "/list/1/at_id"}));
}

TEST(RestoreArguments, LeavesAloneWhatItCannotRead) {
  EXPECT_EQ(restore("no schema", R"({"a":null})"), R"({"a":null})");
  EXPECT_EQ(restore("[1]", R"({"a":null})"), R"({"a":null})");
  EXPECT_EQ(restore(kOdd, "no arguments null"), "no arguments null");
  EXPECT_EQ(restore(kOdd, R"(["dollar_top",null])"), R"(["dollar_top",null])");
  EXPECT_EQ(restore(kOdd, ""), "");
}

TEST(RestoreArguments, EndsWhereASchemaRefersToItselfInEveryBranch) {
  std::string branches = R"({"$ref":"#"})";
  for (int i = 0; i < 300; ++i) branches += R"(,{"$ref":"#"},{"properties":{"$a":{"$ref":"#"}}})";
  std::string const schema =
      R"({"properties":{"$a":{"$ref":"#"}},"anyOf":[)" + branches + R"(],"allOf":[)" + branches + "]}";
  std::string arguments = "{}";
  for (int i = 0; i < 40; ++i) arguments = R"({"dollar_a":)" + arguments + R"(,"b":null})";

  EXPECT_NE(restore(schema, arguments).find("$a"), std::string::npos);
}

TEST(RestoreArguments, UndoesWhatADefinitionOfAnyFormatDid) {
  std::string const schema =
      R"({"type":"object","properties":{"$a":{"type":"string"},"a b":{"type":"string"},"a/b":{"type":"string"},"a_b":{"type":"string"},)"
      R"("1":{"type":"string"},"a.b":{"type":"string"},"":{"type":"string"},")" +
      std::string(80, 'x') +
      R"(":{"type":"string"},"été":{"type":"string"},"名":{"type":"string"},"😀":{"type":"string"}}})";
  for (ToolFormat const format : {ToolFormat::openai, ToolFormat::anthropic, ToolFormat::gemini}) {
    for (bool const composio : {false, true}) {
      auto const definition = test::define(schema, {format, false, composio});
      test::Json given = test::Json::object();
      test::Json wanted = test::Json::object();
      auto const renamed = test::Json::parse(definition.renamed.text);
      auto const parameters = test::parameters_of(definition);
      for (auto const& [name, value] : parameters["properties"].items()) {
        given[name] = "of " + name;
        wanted[renamed.value(name, name)] = "of " + name;
      }

      EXPECT_EQ(test::Json::parse(restore(schema, given.dump())), wanted) << name_of(format) << composio;
    }
  }
}

}  // namespace
}  // namespace agenta::schema
