#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "cli/app/command_line.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

/// A home of its own, and a session whose policy has one tool of each verdict.
struct InstallRig : Rig {
  test::TemporaryDirectory home{};

  InstallRig() {
    variables["HOME"] = home.path().string();
    answer = [](ServiceRequest const& request) -> Result<ServiceReply> {
      if (request.target == "/api/tools/sessions/triage/tools") {
        return reply_with(
            R"({"items":[{"slug":"GITHUB_GET_A_REPOSITORY","verdict":"allow","description":"d","input_schema":{"type":"object"}},)"
            R"({"slug":"GITHUB_DELETE_A_REPOSITORY","verdict":"deny"}],"total":4,"next_cursor":"c 2","unavailable":[]})");
      }
      if (request.target == "/api/tools/sessions/triage/tools?cursor=c%202") {
        return reply_with(
            R"({"items":[{"slug":"GITHUB_CREATE_AN_ISSUE","verdict":"ask","description":"d","input_schema":{"type":"object"}},)"
            R"({"slug":"GOOGLESHEETS_SPREADSHEETS_VALUES_BATCH_CLEAR_BY_DATA_FILTER","verdict":"allow","description":"d","input_schema":{"type":"object"}}],)"
            R"("total":4,"next_cursor":null,"unavailable":[]})");
      }
      return fail(ErrorCode::session_not_found, "there is no session here");
    };
  }

  std::string read(std::string const& path) const {
    std::ifstream file{home / path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
};

TEST(McpInstall, ApprovesForCodexWhatThePolicyAllows) {
  InstallRig rig;

  EXPECT_EQ(rig.run({"mcp", "install", "codex", "--session", "triage"}), 0) << rig.capture.err;
  std::string const file = rig.read(".codex/config.toml");
  EXPECT_TRUE(
      file.starts_with("[mcp_servers.agenta]\ncommand = \"/opt/agenta/bin/agenta-tools\"\n"
                       "args = [\"mcp\", \"--session\", \"triage\"]\n\n[mcp_servers.agenta.tools]\n"
                       "GITHUB_GET_A_REPOSITORY = { approval_mode = \"approve\" }\n"
                       "GOOGLESHEETS_SPREADSHEETS_VALUES_BATCH_"))
      << file;
  EXPECT_EQ(file.find("DELETE"), std::string::npos);
  EXPECT_EQ(file.find("CREATE_AN_ISSUE"), std::string::npos);
  EXPECT_EQ(protocol::find_member(rig.capture.out, "approved"), "2");
}

TEST(McpInstall, ApprovesNothingOfTheFourThatStandForAll) {
  InstallRig rig;

  EXPECT_EQ(rig.run({"mcp", "install", "codex", "--session", "triage", "--meta"}), 0) << rig.capture.err;
  EXPECT_EQ(rig.read(".codex/config.toml").find("approval_mode"), std::string::npos);
  EXPECT_TRUE(rig.seen.empty());
}

TEST(McpInstall, AsksTheDaemonForNoOtherClient) {
  InstallRig rig;

  for (char const* client : {"claude-code", "gemini", "opencode", "cursor", "vscode", "goose", "copilot"}) {
    EXPECT_EQ(rig.run({"mcp", "install", client, "--session", "triage"}), 0) << rig.capture.err;
  }
  EXPECT_TRUE(rig.seen.empty());
}

TEST(McpInstall, WritesNothingWhereThereIsNoSuchSession) {
  InstallRig rig;

  EXPECT_EQ(rig.run({"mcp", "install", "codex", "--session", "other"}), 6);
  EXPECT_FALSE(std::filesystem::exists(rig.home / ".codex"));
}

TEST(McpInstall, WritesNothingOfToolsThatNobodyKnows) {
  for (auto const code :
       {ErrorCode::integration_not_found, ErrorCode::tool_not_found, ErrorCode::connection_not_found}) {
    for (char const* way : {"--dry-run", "--print", "--json"}) {
      InstallRig rig;
      rig.answer = [code](ServiceRequest const&) -> Result<ServiceReply> {
        return fail(code, "there is no gihub; did you mean github?");
      };

      EXPECT_EQ(
          rig.run({"mcp", "install", "cursor", "--tools", "slack,gihub", "--connection", "slack=work", way}),
          6);
      EXPECT_NE(rig.capture.err.find("did you mean github?"), std::string::npos) << rig.capture.err;
      EXPECT_FALSE(std::filesystem::exists(rig.home / ".cursor"));
      ASSERT_EQ(rig.seen.size(), 1U);
      EXPECT_EQ(protocol::find_member(rig.seen.front().body, "tools"), R"(["slack","gihub"])");
      EXPECT_EQ(protocol::find_pointer(rig.seen.front().body, "/connections/slack"), "\"work\"");
      EXPECT_EQ(protocol::find_member(rig.seen.front().body, "dry_run"), "true");
    }
  }
}

TEST(McpInstall, TakesNamesAsTheyAreWhereNobodyCanSay) {
  InstallRig rig;
  rig.answer = [](ServiceRequest const&) -> Result<ServiceReply> {
    return fail(ErrorCode::not_configured, "nobody is logged in");
  };

  EXPECT_EQ(rig.run({"mcp", "install", "cursor", "--tools", "github"}), 0);
  EXPECT_NE(rig.capture.err.find("not known here: nobody is logged in"), std::string::npos)
      << rig.capture.err;
  EXPECT_NE(rig.read(".cursor/mcp.json").find("github"), std::string::npos);
}

TEST(McpInstall, HasTheClientSetWhichHomeIsMeant) {
  InstallRig rig;

  EXPECT_EQ(rig.run({"mcp", "install", "cursor"}), 0);
  std::string const written = rig.read(".cursor/mcp.json");
  auto const home = protocol::find_pointer(written, "/mcpServers/agenta/env/AGENTA_TOOLS_HOME");
  ASSERT_TRUE(home) << written;
  EXPECT_TRUE(protocol::read_string(*home).value_or("").starts_with('/')) << *home;
}

TEST(McpInstall, NeedsToKnowWhereItIs) {
  InstallRig rig;
  rig.own_program.clear();

  EXPECT_EQ(rig.run({"mcp", "install", "cursor"}), 2);
  EXPECT_FALSE(std::filesystem::exists(rig.home / ".cursor"));
}

TEST(ToolsLintOfASession, LeavesOutWhatThePolicyDenies) {
  InstallRig rig;

  EXPECT_EQ(rig.run({"tools", "lint", "--session", "triage", "--client", "claude-code", "--json"}), 0)
      << rig.capture.err;
  auto const clients = protocol::elements_of(protocol::find_member(rig.capture.out, "clients").value());
  EXPECT_EQ(protocol::find_member(clients->front(), "tools"), "3");
  EXPECT_NE(rig.capture.out.find("name-shortened"), std::string::npos);
}

TEST(FindCommand, TellsANounThatIsACommandFromItsVerbs) {
  auto const takes_flags = [](Syntax&) { return RunFn{}; };
  auto const takes_words = [](Syntax& syntax) {
    auto words = std::make_shared<std::vector<std::string>>();
    syntax.arguments("WORD", *words, "Words");
    return RunFn{[words](Context&) -> Result<void> { return {}; }};
  };
  std::vector<Command> const commands{Command{"mcp", "", "", "", Needs::nothing, takes_flags},
                                      Command{"mcp", "install", "", "", Needs::nothing, takes_words},
                                      Command{"say", "", "", "", Needs::nothing, takes_words},
                                      Command{"say", "twice", "", "", Needs::nothing, takes_words}};
  auto const verb_of = [&](std::vector<std::string> const& words) {
    auto const found = find_command(commands, words);
    return found && found->command != nullptr ? std::string{found->command->verb} : "none";
  };

  EXPECT_EQ(verb_of({"mcp"}), "");
  EXPECT_EQ(verb_of({"mcp", "--session", "install"}), "");
  EXPECT_EQ(verb_of({"mcp", "install", "cursor"}), "install");
  EXPECT_EQ(verb_of({"--json", "mcp", "--sandbox", "install"}), "install");
  EXPECT_EQ(verb_of({"mcp", "other"}), "none") << "it takes no words: a verb is meant";
  EXPECT_EQ(verb_of({"say", "other"}), "");
}

}  // namespace
}  // namespace agenta::cli
