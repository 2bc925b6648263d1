#include "shared/schema/tool_format.hpp"

#include <gtest/gtest.h>

#include "tests/unit/shared/schema/format_support.hpp"

namespace agenta::schema {
namespace {

using test::define;
using test::Json;
using test::parameters_of;
using test::tool_with;

constexpr char const* kSchema =
    R"({"type":"object","properties":{"title":{"type":"string"},"body":{"type":"string"}},"required":["title","title"]})";
constexpr char const* kParameters =
    R"({"type":"object","properties":{"title":{"type":"string"},"body":{"type":"string"}},"required":["title"]})";

std::string shape(ToolFormat format, bool strict = false) {
  return define(kSchema, {format, strict, false}).definition.text;
}

TEST(ToolFormat, HasANameThatIsReadInAnyCase) {
  for (std::string const& name : tool_format_names()) {
    auto const format = parse_tool_format(name);
    ASSERT_TRUE(format) << name;
    EXPECT_EQ(name_of(*format), name);
  }
  EXPECT_EQ(tool_format_names(), (std::vector<std::string>{"json-schema", "openai", "openai-responses",
                                                           "anthropic", "gemini", "mcp", "example"}));
  EXPECT_EQ(parse_tool_format("OpenAI-Responses"), ToolFormat::openai_responses);
  EXPECT_FALSE(parse_tool_format("yaml"));
  EXPECT_FALSE(parse_tool_format(""));
}

TEST(ToolFormat, EachHasTheShapeThatItsReaderWants) {
  std::string const parameters = kParameters;
  EXPECT_EQ(shape(ToolFormat::json_schema), parameters);
  EXPECT_EQ(
      shape(ToolFormat::openai),
      R"({"type":"function","function":{"name":"GITHUB_CREATE_AN_ISSUE","description":"Opens an issue.","parameters":)" +
          parameters + "}}");
  EXPECT_EQ(
      shape(ToolFormat::openai_responses),
      R"({"type":"function","name":"GITHUB_CREATE_AN_ISSUE","description":"Opens an issue.","parameters":)" +
          parameters + R"(,"strict":false})");
  EXPECT_EQ(shape(ToolFormat::anthropic),
            R"({"name":"GITHUB_CREATE_AN_ISSUE","description":"Opens an issue.","input_schema":)" +
                parameters + "}");
  EXPECT_EQ(
      shape(ToolFormat::gemini),
      R"({"name":"GITHUB_CREATE_AN_ISSUE","description":"Opens an issue.","parameters":)" + parameters + "}");
  EXPECT_EQ(
      shape(ToolFormat::mcp),
      R"({"name":"GITHUB_CREATE_AN_ISSUE","title":"Create an issue","description":"Opens an issue.","inputSchema":)" +
          parameters +
          R"(,"annotations":{"title":"Create an issue","readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":true}})");
  EXPECT_EQ(shape(ToolFormat::example),
            R"({"tool":"GITHUB_CREATE_AN_ISSUE","arguments":{"title":"example-title"}})");
}

TEST(ToolFormat, SaysStrictWhereTheApiLooksForIt) {
  Json const chat = Json::parse(shape(ToolFormat::openai, true));
  Json const responses = Json::parse(shape(ToolFormat::openai_responses, true));
  Json const messages = Json::parse(shape(ToolFormat::anthropic, true));

  EXPECT_EQ(chat["function"]["strict"], true);
  EXPECT_EQ(responses["strict"], true);
  EXPECT_EQ(messages["strict"], true);
}

TEST(ToolFormat, SaysOfATool) {
  Tool tool = tool_with(kSchema);
  tool.integration.text = "github";
  tool.version = "20261101_00";

  auto const definition = define_tool(tool, {ToolFormat::openai, false, false});

  EXPECT_EQ(definition.tool, tool.slug);
  EXPECT_EQ(definition.integration.text, "github");
  EXPECT_EQ(definition.version, "20261101_00");
  EXPECT_EQ(definition.name, tool.slug.text);
  EXPECT_FALSE(definition.strict);
  EXPECT_EQ(definition.renamed.text, "{}");
  EXPECT_TRUE(definition.notes.empty());
}

TEST(ToolFormat, McpPromisesNothingThatNoTagSays) {
  auto const hints = [](std::vector<std::string> tags) {
    Tool tool = tool_with(kSchema);
    tool.tags = std::move(tags);
    Json annotations =
        Json::parse(define_tool(tool, {ToolFormat::mcp, false, false}).definition.text)["annotations"];
    annotations.erase("title");
    return annotations.dump();
  };

  EXPECT_EQ(hints({}),
            R"({"readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":true})");
  EXPECT_EQ(hints({"openWorldHint"}),
            R"({"readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":true})");
  EXPECT_EQ(hints({"readOnlyHint", "idempotentHint"}),
            R"({"readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":true})");
  EXPECT_EQ(hints({"updateHint", "idempotentHint"}),
            R"({"readOnlyHint":false,"destructiveHint":true,"idempotentHint":true,"openWorldHint":true})");
}

TEST(ToolFormat, McpKeepsWhatTheDialectKnows) {
  std::string const schema =
      R"({"type":"object","$defs":{"a":{"$anchor":"a","type":"string"}},"properties":{"x":{"$ref":"#/$defs/a"},"$y":{"type":"any"}},)"
      R"("allOf":[{"required":["x"]}],"if":{"required":["$y"]},"then":{"minProperties":1},"else":false})";

  auto const definition = define(schema, {ToolFormat::mcp, false, false});

  Json expected = Json::parse(schema);
  expected["properties"]["$y"].erase("type");  // a validator refuses the whole schema for it
  EXPECT_EQ(parameters_of(definition), expected);
}

TEST(ToolFormat, GeminiHasNoParametersForAToolWithoutArguments) {
  auto const definition = define(R"({"type":"object","properties":{}})", {ToolFormat::gemini, false, false});

  EXPECT_EQ(definition.definition.text,
            R"({"name":"GITHUB_CREATE_AN_ISSUE","description":"Opens an issue."})");
}

TEST(ToolFormat, ShortensANameOfMoreThan64CharactersAndSaysSo) {
  std::string const slug = "GITHUB_" + std::string(60, 'X');

  for (ToolFormat const format : {ToolFormat::openai, ToolFormat::openai_responses, ToolFormat::anthropic,
                                  ToolFormat::gemini, ToolFormat::mcp}) {
    auto const definition = define_tool(tool_with(kSchema, slug), {format, false, false});
    EXPECT_EQ(definition.name, offered_name({slug}));
    EXPECT_EQ(definition.notes, std::vector{"the name is shortened from " + slug});
    EXPECT_NE(definition.definition.text.find("\"" + definition.name + "\""), std::string::npos);
  }
  EXPECT_EQ(define_tool(tool_with(kSchema, slug), {ToolFormat::example, false, false}).name, slug);
  EXPECT_EQ(define_tool(tool_with(kSchema, slug), {ToolFormat::openai, false, true}).name, slug);
}

TEST(ToolFormat, SaysWhatAnOptionDoesNotReach) {
  EXPECT_EQ(define(kSchema, {ToolFormat::gemini, true, false}).notes,
            std::vector<std::string>{"this format has no strict mode"});
  EXPECT_EQ(define(kSchema, {ToolFormat::mcp, false, true}).notes,
            std::vector<std::string>{"Composio has no provider for this format: this is our own"});
  EXPECT_EQ(define(kSchema, {ToolFormat::anthropic, true, true}).notes,
            std::vector<std::string>{"Composio's provider knows no strict mode for this format"});
}

TEST(ToolFormat, OffersAlternativesAtTheTopAsOneObject) {
  std::string const schema =
      R"({"anyOf":[{"type":"object","properties":{"id":{"type":"integer"},"k":{"type":"string"}},"required":["id","k"]},)"
      R"({"$ref":"#/$defs/named"}],"$defs":{"named":{"properties":{"name":{"type":"string"},"k":{"type":"integer"}},"required":["k"]}}})";

  for (ToolFormat const format : {ToolFormat::openai, ToolFormat::openai_responses, ToolFormat::anthropic}) {
    auto const definition = define(schema, {format, false, false});
    Json const parameters = parameters_of(definition);
    EXPECT_EQ(parameters["type"], "object");
    EXPECT_EQ(
        parameters["properties"].dump(),
        R"({"id":{"type":"integer"},"k":{"anyOf":[{"type":"string"},{"type":"integer"}]},"name":{"type":"string"}})");
    EXPECT_EQ(parameters["required"].dump(), R"(["k"])");
    EXPECT_FALSE(parameters.contains("anyOf"));
    EXPECT_EQ(definition.notes.size(), 1U);
  }
}

TEST(ToolFormat, LeavesNoReferenceIntoAlternativesThatAreGone) {
  auto const definition = define(
      R"({"type":"object","anyOf":[{"properties":{"a":{"type":"string"}}}],"properties":{"b":{"$ref":"#/anyOf/0/properties/a"}}})",
      {ToolFormat::openai, false, false});

  EXPECT_EQ(parameters_of(definition)["properties"].dump(), R"({"b":{},"a":{"type":"string"}})");
  EXPECT_EQ(definition.notes.size(), 2U);
}

TEST(ToolFormat, MergesWhatTheTopCombines) {
  auto const definition = define(
      R"({"type":"object","allOf":[{"properties":{"a":{"type":"number"}}},{"properties":{"a":{"type":"integer","minimum":1}},"required":["a"]}]})",
      {ToolFormat::openai, false, false});

  EXPECT_EQ(parameters_of(definition).dump(),
            R"({"type":"object","properties":{"a":{"type":"integer","minimum":1}},"required":["a"]})");
}

TEST(ComposioCompatibility, GivesWhatTheirProvidersGive) {
  std::string const schema =
      R"({"type":"object","properties":{"$top":{"type":"integer","minimum":1.0},"10":{"properties":{}},"2":{"$ref":"#/$defs/p"}},)"
      R"("required":["$top","$top"],"$defs":{"p":{"type":"string"}}})";
  auto const compat = [&](ToolFormat format, bool strict = false) {
    return define(schema, {format, strict, true}).definition.text;
  };
  std::string const head = R"("name":"GITHUB_CREATE_AN_ISSUE","description":"Opens an issue.",)";

  EXPECT_EQ(
      compat(ToolFormat::openai),
      R"({"type":"function","function":{)" + head +
          R"("parameters":{"type":"object","properties":{"2":{"$ref":"#/$defs/p"},"10":{"properties":{}},"$top":{"type":"integer","minimum":1}},)"
          R"("required":["$top"],"$defs":{"p":{"type":"string"}}}}})");
  EXPECT_EQ(
      compat(ToolFormat::openai_responses, true),
      "{" + head +
          R"("parameters":{"type":"object","properties":{"$top":{"type":"integer","minimum":1}},"required":["$top"],)"
          R"("$defs":{"p":{"type":"string"}},"additionalProperties":false},"strict":true,"type":"function"})");
  EXPECT_EQ(
      compat(ToolFormat::anthropic),
      "{" + head +
          R"("input_schema":{"type":"object","properties":{"2":{"type":"string"},"10":{"properties":{}},"dollar_top":{"type":"integer","minimum":1}},"required":["dollar_top"]}})");
  EXPECT_EQ(
      compat(ToolFormat::gemini),
      "{" + head +
          R"("parameters":{"type":"object","description":"Opens an issue.","properties":{"2":{"type":"string"},"10":{"properties":{},"type":"object"},"$top":{"type":"integer","minimum":1}},"required":["$top"]}})");
  EXPECT_EQ(define(schema, {ToolFormat::anthropic, false, true}).renamed.text, R"({"dollar_top":"$top"})");
}

TEST(ComposioCompatibility, NamesTheArgumentsThatTheirStrictModeDrops) {
  auto const definition = define(kSchema, {ToolFormat::openai_responses, true, true});

  EXPECT_TRUE(definition.strict);
  EXPECT_EQ(definition.notes,
            std::vector<std::string>{"body: Composio's strict mode drops optional arguments"});
}

TEST(ComposioCompatibility, TakesASchemaWithoutMembersForNone) {
  EXPECT_EQ(
      define("{}", {ToolFormat::openai, false, true}).definition.text,
      R"({"type":"function","function":{"name":"GITHUB_CREATE_AN_ISSUE","description":"Opens an issue."}})");
  EXPECT_EQ(parameters_of(define("{}", {ToolFormat::anthropic, false, true})).dump(),
            R"({"type":"object","properties":{},"required":[]})");
}

TEST(ComposioCompatibility, BreaksCyclesWhereTheyDo) {
  auto const definition = define(test::of_x(R"({"$ref":"#"})"), {ToolFormat::anthropic, false, true});

  EXPECT_EQ(parameters_of(definition).dump(),
            R"({"type":"object","properties":{"x":{"type":"object","additionalProperties":true}}})");
}

}  // namespace
}  // namespace agenta::schema
