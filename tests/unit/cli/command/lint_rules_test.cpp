#include <gtest/gtest.h>

#include <algorithm>

#include "cli/command/lint_rules.hpp"

namespace agenta::cli {
namespace {

LintTool tool(std::string slug, std::string schema = R"({"type":"object","properties":{}})") {
  return {.slug = std::move(slug), .description = "Does something.", .input_schema = std::move(schema)};
}

/// `severity rule tool`, each on a line.
std::string told(LintReport const& report) {
  std::string text;
  for (Finding const& each : report.findings) {
    text += std::string{name_of(each.severity)} + " " + each.rule + " " +
            (each.tool.empty() ? "-" : each.tool) + "\n";
  }
  return text;
}

std::string lint(std::vector<LintTool> const& tools, std::string const& client,
                 std::string_view server = "agenta") {
  return told(lint_tools(tools, {client}, server));
}

std::vector<LintTool> many(std::size_t count) {
  std::vector<LintTool> tools;
  for (std::size_t i = 0; i < count; ++i) tools.push_back(tool("GITHUB_TOOL_" + std::to_string(i)));
  return tools;
}

TEST(ToolsLint, FindsNothingInWhatEverybodyTakes) {
  EXPECT_EQ(told(lint_tools({tool("GITHUB_CREATE_AN_ISSUE")}, {}, "agenta")), "");
}

TEST(ToolsLint, SaysUnderWhichNameATooLongOneIsOffered) {
  std::string const slug = "GOOGLESHEETS_SPREADSHEETS_VALUES_BATCH_CLEAR_BY_DATA_FILTER";
  auto const report = lint_tools({tool(slug)}, {"cursor"}, "agenta");

  ASSERT_EQ(told(report), "note name-shortened " + slug + "\n");
  std::string const& message = report.findings.front().message;
  std::string const name = message.substr(message.rfind(' ') + 1);
  EXPECT_EQ(name.size(), 47U);
  EXPECT_TRUE(slug.starts_with(name.substr(0, 39))) << name;
  EXPECT_EQ(lint({tool(slug)}, "openai"), "");
}

TEST(ToolsLint, CountsTheServersNameToo) {
  std::string const slug = "GITHUB_" + std::string(40, 'X');  // 47
  std::string const server(20, 's');

  EXPECT_EQ(lint({tool(slug)}, "cursor"), "");
  EXPECT_EQ(lint({tool(slug)}, "cursor", server), "error name-long " + slug + "\n");
  EXPECT_EQ(lint({tool(slug)}, "codex", server), "warning name-long " + slug + "\n");
  EXPECT_EQ(lint({tool(slug)}, "gemini", server), "warning name-long " + slug + "\n");
  EXPECT_EQ(lint({tool(slug)}, "opencode", server), "warning name-long " + slug + "\n");
  EXPECT_EQ(lint({tool(slug)}, "goose", server), "warning name-long " + slug + "\n");
  EXPECT_EQ(lint({tool(slug)}, "claude-code", server), "");
}

TEST(ToolsLint, FindsNamesThatBecomeOne) {
  EXPECT_EQ(lint({tool("A-B"), tool("A_B")}, "codex"), "error name-duplicate A_B\n");
  EXPECT_EQ(lint({tool("A-B"), tool("A_B")}, "claude-code"), "");
  EXPECT_EQ(lint({tool("A.B"), tool("A_B")}, "claude-code"),
            "error name-characters A.B\nerror name-duplicate A_B\n");
}

TEST(ToolsLint, KnowsHowManyToolsAClientTakes) {
  EXPECT_EQ(lint(many(25), "goose"), "");
  EXPECT_EQ(lint(many(26), "goose"), "warning tools-many -\n");
  EXPECT_EQ(lint(many(81), "cursor"), "warning tools-many -\n");
  EXPECT_EQ(lint(many(128), "vscode"), "");
  EXPECT_EQ(lint(many(129), "vscode"), "error tools-many -\n");
  EXPECT_EQ(lint(many(129), "openai"), "error tools-many -\n");
  EXPECT_EQ(lint(many(128), "copilot"), "");
  EXPECT_EQ(lint(many(129), "copilot"), "error tools-many -\n");
  EXPECT_EQ(lint(many(606), "claude-code"), "");
}

TEST(ToolsLint, LooksAtDescriptions) {
  LintTool none = tool("A_B");
  none.description.clear();
  LintTool tall = tool("C_D");
  for (int i = 0; i < 1025; ++i) tall.description += "\xC3\xA4";
  tall.description.erase(0, std::string_view{"Does something."}.size());
  LintTool fits = tall;
  fits.description.resize(2048);

  EXPECT_EQ(lint({none}, "codex"), "warning description-missing A_B\n");
  EXPECT_EQ(lint({tall}, "openai"), "warning description-long C_D\n");
  EXPECT_EQ(lint({fits}, "openai"), "");
  EXPECT_EQ(lint({tall}, "anthropic"), "");
}

TEST(ToolsLint, LooksAtTheTopOfSchemas) {
  EXPECT_EQ(lint({tool("A_B", R"({"type":"array"})")}, "goose"), "error schema-root A_B\n");
  EXPECT_EQ(lint({tool("A_B", "{}")}, "goose"), "error schema-root A_B\n");
  std::string const either = R"({"type":"object","anyOf":[{"required":["a"]}]})";
  EXPECT_EQ(lint({tool("A_B", either)}, "anthropic"), "error schema-root A_B\n");
  EXPECT_EQ(lint({tool("A_B", either)}, "claude-code"), "error schema-root A_B\n");
  EXPECT_EQ(lint({tool("A_B", either)}, "openai"), "error schema-root A_B\n");
  EXPECT_EQ(lint({tool("A_B", either)}, "cursor"), "");
}

TEST(ToolsLint, LooksAtTheNamesOfArgumentsAtEveryDepth) {
  std::string const dollar = R"({"type":"object","properties":{"a":{"type":"array","items":{"type":"object",)"
                             R"("properties":{"$top":{"type":"integer"}}}}}})";
  auto const report = lint_tools({tool("A_B", dollar)}, {"anthropic"}, "agenta");

  ASSERT_EQ(told(report), "error argument-name A_B\n");
  EXPECT_NE(report.findings[0].message.find("/properties/a/items/properties/$top"), std::string::npos)
      << report.findings[0].message;
  EXPECT_EQ(lint({tool("A_B", dollar)}, "openai"), "");
  std::string const dotted = R"({"type":"object","properties":{"a.b":{"type":"string"}}})";
  EXPECT_EQ(lint({tool("A_B", dotted)}, "anthropic"), "");
  EXPECT_EQ(lint({tool("A_B", dotted)}, "gemini"), "error argument-name A_B\n");
}

TEST(ToolsLint, LooksAtKeywordsThatAModelHasNoWordFor) {
  std::string const odd =
      R"({"type":"object","properties":{"not":{"type":["string","null"]},)"
      R"("b":{"oneOf":[{"const":1},{"type":"object","minProperties":1}]}},"enum":[{"oneOf":1}]})";

  EXPECT_EQ(lint({tool("A_B", odd)}, "gemini"), "warning schema-keyword A_B\nwarning schema-types A_B\n");
  EXPECT_EQ(lint({tool("A_B", odd)}, "openai"), "warning schema-keyword A_B\n");
  EXPECT_EQ(lint({tool("A_B", odd)}, "anthropic"), "");
}

TEST(ToolsLint, SaysWhatAListCosts) {
  LintTool one = tool("A_B");
  auto const report = lint_tools({one}, {"vscode"}, "agenta");

  ASSERT_EQ(report.sizes.size(), 1U);
  std::size_t const bytes =
      std::string_view{
          R"({"name":"A_B","description":"Does something.","inputSchema":{"type":"object","properties":{}}},)"}
          .size();
  EXPECT_EQ(report.sizes[0].bytes, bytes);
  EXPECT_EQ(report.sizes[0].tokens, (bytes + 3) / 4);
  EXPECT_EQ(report.sizes[0].tools, 1U);
  one.input_schema = R"({"type":"object","title":")" + std::string(100'000, 'x') + "\"}";
  EXPECT_EQ(lint({one}, "codex"), "warning tokens-many -\n");
}

TEST(ToolsLint, SaysOnceWhatIsTheSameForSeveral) {
  LintTool none = tool("A_B");
  none.description.clear();

  auto const report = lint_tools({none}, {}, "agenta");

  ASSERT_EQ(told(report), "warning description-missing A_B\n");
  EXPECT_EQ(report.findings.front().clients, lint_client_words());
}

TEST(ToolsLint, KeepsApartWhatIsNotTheSame) {
  auto const report = lint_tools(many(129), {"goose", "vscode", "copilot"}, "agenta");

  ASSERT_EQ(report.findings.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(report.findings[i].clients.size(), 1U);
}

TEST(ToolsLint, KnowsEveryClientOnce) {
  auto const words = lint_client_words();

  EXPECT_EQ(words, (std::vector<std::string>{"claude-code", "codex", "gemini", "opencode", "cursor", "vscode",
                                             "goose", "copilot", "openai", "anthropic"}));
  EXPECT_EQ(lint_tools({}, {}, "agenta").sizes.size(), words.size());
}

}  // namespace
}  // namespace agenta::cli
