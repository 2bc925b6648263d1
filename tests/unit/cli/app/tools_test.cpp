#include <gtest/gtest.h>

#include "shared/protocol/json_slice.hpp"
#include "tests/unit/cli/app/catalog_support.hpp"

namespace agenta::cli {
namespace {

constexpr char const* kTools =
    R"({"items":[{"slug":"GITHUB_A","name":"A","description":"Does a","integration_slug":"github"},
{"slug":"SLACK_B","name":"Does b","integration_slug":"slack"}],"total":14852,"next_cursor":"2"})";
constexpr char const* kTool =
    R"({"slug":"GITHUB_A","name":"Do a","description":"Does it.","integration_slug":"github","version":"2",
"available_versions":["1","3","2"],"tags":["readOnlyHint","idempotentHint"],"scopes":["repo"],"deprecated":true,
"input_schema":{"properties":{"owner":{"type":"string","examples":["o"]},"n":{"type":"integer"}},"required":["owner"]},
"output_schema":{"properties":{"data":{"properties":{"id":{"type":"integer"}}},"successful":{"type":"boolean"}}}})";

Rig::Answer tools_and_connections() {
  return [](ServiceRequest const& request) {
    if (!request.target.starts_with("/api/tools/connections")) return reply_with(kTools);
    return reply_with(R"({"items":[{"id":"1","integration_slug":"slack","status":"EXPIRED"},
{"id":"2","integration_slug":"slack","status":"ACTIVE"},{"id":"3","integration_slug":"gmail","status":"PENDING"}]})");
  };
}

TEST(ToolsList, IsOfEveryIntegrationUnlessOneIsNamed) {
  Rig rig;
  rig.answers(kTools);

  EXPECT_EQ(rig.run({"tools", "list", "--read-only", "--category", "crm", "--connected", "--auth", "BASIC"}),
            0);
  EXPECT_EQ(rig.run({"tools", "list", "github", "--offline"}), 0);
  EXPECT_EQ(rig.seen.at(0).target, "/api/tools/tools?category=crm&auth=BASIC&connected=true&read_only=true");
  EXPECT_EQ(rig.seen.at(1).target, "/api/tools/integrations/github/tools?offline=true");
}

TEST(ToolsList, SaysTheStateOfTheirIntegrations) {
  Rig rig;
  put_on_terminal(rig);
  rig.answer = tools_and_connections();

  EXPECT_EQ(rig.run({"tools"}), 0);
  EXPECT_EQ(rig.capture.out,
            "TOOL      STATE      DESCRIPTION\n"
            "GITHUB_A  -          Does a\n"
            "SLACK_B   connected  Does b\n");
  EXPECT_EQ(rig.capture.err, "2 of 14852; more with --all\n");
}

TEST(ToolsList, IsShownWhereTheConnectionsCannotBeHad) {
  Rig rig;
  put_on_terminal(rig);
  rig.answer = [](ServiceRequest const& request) -> Result<ServiceReply> {
    if (request.target.starts_with("/api/tools/connections"))
      return fail(ErrorCode::storage_unavailable, "no");
    return reply_with(kTools);
  };

  EXPECT_EQ(rig.run({"tools", "list"}), 0);
  EXPECT_NE(rig.capture.out.find("GITHUB_A"), std::string::npos);
}

TEST(ToolsShow, DocumentsInputsAndOutputsAndGivesACommand) {
  Rig rig;
  put_on_terminal(rig);
  rig.answers(kTool);

  EXPECT_EQ(rig.run({"--sandbox", "tools", "show", "github_a", "--tool-version", "2", "--offline"}), 0);
  EXPECT_EQ(rig.seen.at(0).target, "/api/tools/tools/GITHUB_A?version=2&offline=true");
  EXPECT_EQ(rig.capture.out,
            "GITHUB_A\n"
            "  name         Do a\n"
            "  integration  github\n"
            "  effects      only reads, may be repeated\n"
            "  version      2\n"
            "  deprecated   yes: it may go away\n"
            "  scopes: repo\n"
            "\n"
            "  Does it.\n"
            "\n"
            "Arguments\n"
            "  owner  string  required\n"
            "      e.g. o\n"
            "  n  integer\n"
            "\n"
            "Result\n"
            "  id  integer\n"
            "\n"
            "Example\n"
            "  agenta-tools --sandbox execute GITHUB_A owner=o\n");
}

TEST(ToolsVersions, AreTheNewestFirstWithTheOneInUseMarked) {
  Rig rig;
  rig.answers(kTool);

  EXPECT_EQ(rig.run({"tools", "versions", "GITHUB_A"}), 0);
  EXPECT_EQ(
      rig.capture.out,
      R"({"items":[{"version":"3","in_use":false},{"version":"2","in_use":true},{"version":"1","in_use":false}],)"
      R"("total":3,"next_cursor":null})"
      "\n");
  rig.capture.out.clear();
  put_on_terminal(rig);
  EXPECT_EQ(rig.run({"tools", "versions", "GITHUB_A"}), 0);
  EXPECT_EQ(rig.capture.out, "VERSION\n3\n2        in use\n1\n");
}

TEST(ToolsVersions, NameTheOneInUseWhereNoneAreListed) {
  Rig rig;
  rig.answers(R"({"slug":"X","version":"7"})");

  EXPECT_EQ(rig.run({"tools", "versions", "X"}), 0);
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/items/0/version"), "\"7\"");
}

TEST(ToolsSearch, TakesWordsWithoutQuotes) {
  Rig rig;
  rig.answers(R"({"items":[],"total":0,"complete":true})");

  EXPECT_EQ(rig.run({"tools", "search", "create", "github", "issue", "--integration", "github", "--read-only",
                     "--connected", "--limit", "5", "--remote"}),
            0);
  EXPECT_EQ(rig.run({"integrations", "search", "mail", "--offline"}), 0);
  EXPECT_EQ(rig.seen.at(0).target,
            "/api/tools/search?q=create%20github%20issue&integration=github&kind=tool&read_only=true&"
            "connected=true&remote=true&limit=5");
  EXPECT_EQ(rig.seen.at(1).target, "/api/tools/search?q=mail&kind=integration&offline=true");
  EXPECT_EQ(rig.capture.err, "");
}

TEST(ToolsSearch, IsATableAndSaysWhatIsNotThereYet) {
  Rig rig;
  put_on_terminal(rig);
  rig.answers(
      R"({"items":[{"kind":"tool","slug":"GITHUB_A","name":"A","description":"Does a","integration_slug":"github",
"score":0.9,"is_connected":true}],"total":3,"complete":false})");

  EXPECT_EQ(rig.run({"tools", "search", "a"}), 0);
  EXPECT_EQ(rig.capture.out,
            "TOOL      STATE      DESCRIPTION\n"
            "GITHUB_A  connected  Does a\n");
  EXPECT_EQ(rig.capture.err,
            "1 of 3; more with --limit\n"
            "the catalogue is still being fetched: more may match later\n");
}

TEST(ToolsSearch, PassesTheDocumentThroughAPipeAndSaysWhatIsNotThereYet) {
  std::string const document = R"({"items":[],"total":0,"complete":false,"more":1})";
  Rig rig;
  rig.answers(document);

  EXPECT_EQ(rig.run({"tools", "search", "a"}), 0);
  EXPECT_EQ(rig.capture.out, document + "\n");
  EXPECT_NE(rig.capture.err.find("still being fetched"), std::string::npos);
}

TEST(ToolsSearch, RefusesNoWordsAndContradictions) {
  for (std::vector<std::string> const& words : {std::vector<std::string>{"tools", "search"},
                                                {"tools", "search", " "},
                                                {"integrations", "search", "--limit", "3"},
                                                {"tools", "search", "a", "--remote", "--offline"},
                                                {"tools", "search", "a", "--limit", "0"}}) {
    Rig rig;

    EXPECT_EQ(rig.run(words), 2) << words.back();
    EXPECT_TRUE(rig.seen.empty());
  }
}

}  // namespace
}  // namespace agenta::cli
