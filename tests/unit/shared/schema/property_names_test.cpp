#include <gtest/gtest.h>

#include "tests/unit/shared/schema/format_support.hpp"

namespace agenta::schema {
namespace {

using test::define;
using test::Json;
using test::parameters_of;

/// The names of the arguments, in their order, as `format` offers them.
std::vector<std::string> names(std::vector<std::string> const& properties, ToolFormat format) {
  Json schema = Json::parse(R"({"type":"object","properties":{}})");
  for (std::string const& each : properties) schema["properties"][each] = {{"type", "string"}};
  std::vector<std::string> out;
  Json const parameters = parameters_of(define(schema.dump(), {format, false, false}));
  for (auto const& [name, value] : parameters["properties"].items()) out.push_back(name);
  return out;
}
using Names = std::vector<std::string>;

TEST(PropertyNames, AreReadableWhereTheyHaveToChange) {
  EXPECT_EQ(names({"$top", "@odata.type", "a b", "a.b-c", "été"}, ToolFormat::anthropic),
            (Names{"dollar_top", "at_odata.type", "a_b", "a.b-c", "_t_"}));
  EXPECT_EQ(names({"$top", "@odata.type", "a.b-c", "1st", "name"}, ToolFormat::gemini),
            (Names{"dollar_top", "at_odata_type", "a_b_c", "_1st", "name"}));
  EXPECT_EQ(names({"$top"}, ToolFormat::openai), Names{"$top"});
}

TEST(PropertyNames, AreCutAt64WithAHash) {
  std::string const name = std::string(70, 'a');

  auto const cut = names({name}, ToolFormat::gemini).front();

  EXPECT_EQ(cut.size(), 64U);
  EXPECT_TRUE(name.starts_with(cut.substr(0, 57)));
  EXPECT_EQ(names({name}, ToolFormat::anthropic).front(), cut);
  EXPECT_NE(names({name + "b"}, ToolFormat::gemini).front(), cut);
}

TEST(PropertyNames, NeverMeetWhateverTheOrder) {
  for (auto const& properties : {Names{"a b", "a/b", "a_b"}, Names{"a_b", "a/b", "a b"}}) {
    auto const definition = names(properties, ToolFormat::anthropic);
    Json const renamed =
        Json::parse(define(R"({"type":"object","properties":{")" + properties[0] + R"(":{},")" +
                               properties[1] + R"(":{},")" + properties[2] + R"(":{}}})",
                           {ToolFormat::anthropic, false, false})
                        .renamed.text);

    EXPECT_EQ(std::set<std::string>(definition.begin(), definition.end()).size(), 3U);
    EXPECT_EQ(renamed.size(), 2U);
    EXPECT_EQ(renamed["a_b_375hfq"], "a b");
    EXPECT_EQ(renamed["a_b_375hnt"], "a/b");
  }
}

TEST(PropertyNames, AreRenamedAtEveryDepthAndInRequired) {
  auto const definition = define(
      R"({"type":"object","properties":{"$a":{"type":"array","items":{"anyOf":[{"type":"object","properties":{"@b":{"type":"string"}},"required":["@b"]},)"
      R"({"type":"object","additionalProperties":{"type":"object","properties":{"c d":{"type":"string"}}}}]}}},"required":["$a"]})",
      {ToolFormat::anthropic, false, false});

  EXPECT_EQ(
      parameters_of(definition).dump(),
      R"({"type":"object","properties":{"dollar_a":{"type":"array","items":{"anyOf":[{"type":"object","properties":{"at_b":{"type":"string"}},"required":["at_b"]},)"
      R"({"type":"object","additionalProperties":{"type":"object","properties":{"c_d":{"type":"string"}}}}]}}},"required":["dollar_a"]})");
  EXPECT_EQ(definition.renamed.text, R"({"dollar_a":"$a","at_b":"@b","c_d":"c d"})");
}

TEST(PropertyNames, AnAliasIsNobodysNameAnywhere) {
  // `$x` in one branch, and a property that is called `dollar_x` in the other.
  auto const definition = define(
      R"({"type":"object","properties":{"v":{"anyOf":[{"type":"object","properties":{"$x":{"type":"string"}}},)"
      R"({"type":"object","properties":{"dollar_x":{"type":"string"}}}]}}})",
      {ToolFormat::anthropic, false, false});

  EXPECT_EQ(definition.renamed.text, R"({"dollar_x_3hknt":"$x"})");
}

TEST(PropertyNames, OfReferencedSchemasAreRenamedWithThem) {
  auto const definition = define(
      R"({"type":"object","$defs":{"p":{"type":"object","properties":{"$n":{"type":"integer"}}}},"properties":{"x":{"$ref":"#/$defs/p"}}})",
      {ToolFormat::anthropic, false, false});

  EXPECT_EQ(test::x_of(definition), R"({"type":"object","properties":{"dollar_n":{"type":"integer"}}})");
}

}  // namespace
}  // namespace agenta::schema
