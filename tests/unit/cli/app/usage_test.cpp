#include <gtest/gtest.h>

#include <algorithm>

#include "cli/app/commands.hpp"
#include "cli/command/help_text.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

std::string error_code(std::string const& document) {
  auto const code = protocol::find_pointer(document, "/error/code");
  return code ? protocol::read_string(*code).value_or("") : "";
}

TEST(Usage, SuggestsTheNearestCommand) {
  Rig rig;

  EXPECT_EQ(rig.run({"conect", "github"}), 2);
  EXPECT_NE(rig.capture.err.find("did you mean connect?"), std::string::npos) << rig.capture.err;
  EXPECT_EQ(rig.capture.out, "");
  EXPECT_TRUE(rig.seen.empty());
}

TEST(Usage, SuggestsTheNearestVerbAndFlag) {
  Rig rig;

  EXPECT_EQ(rig.run({"connections", "shwo", "x"}), 2);
  EXPECT_NE(rig.capture.err.find("did you mean show?"), std::string::npos) << rig.capture.err;
  EXPECT_EQ(rig.run({"connections", "list", "--statsu", "ACTIVE"}), 2);
  EXPECT_NE(rig.capture.err.find("did you mean --status?"), std::string::npos) << rig.capture.err;
}

TEST(Usage, IsADocumentWhereJsonIsAskedFor) {
  for (std::vector<std::string> const& words : {std::vector<std::string>{"--json"},
                                                {"--json", "nope"},
                                                {"connections", "list", "--nope", "--json"},
                                                {"tools", "show", "--json"},
                                                {"execute", "A", "x", "--json"},
                                                {"sandbox", "--json"},
                                                {"connections", "--json", "--timeout", "soon"},
                                                {"version", "--json", "--color", "pink"}}) {
    Rig rig;

    int const code = rig.run(words);

    EXPECT_EQ(code, 2) << words.back();
    EXPECT_TRUE(protocol::is_json(rig.capture.out)) << rig.capture.out;
    EXPECT_EQ(error_code(rig.capture.out), "USAGE") << rig.capture.out;
  }
}

TEST(Usage, RefusesASecretFlagWithoutRepeatingIt) {
  for (std::vector<std::string> const& words : {std::vector<std::string>{"login", "--api-key", "canary"},
                                                {"--token=canary", "connections"},
                                                {"connect", "stripe", "--password", "canary", "--json"}}) {
    Rig rig;

    EXPECT_EQ(rig.run(words), 2);
    EXPECT_EQ((rig.capture.out + rig.capture.err).find("canary"), std::string::npos);
    EXPECT_NE(rig.capture.err.find("COMPOSIO_API_KEY_FILE"), std::string::npos);
    EXPECT_TRUE(rig.seen.empty());
  }
}

TEST(Usage, TellsThereAreCommandsWhereNoneIsGiven) {
  Rig rig;

  EXPECT_EQ(rig.run({}), 2);
  EXPECT_EQ(rig.capture.out, "");
  EXPECT_NE(rig.capture.err.find("Usage: agenta-tools COMMAND"), std::string::npos) << rig.capture.err;
  for (std::string const& noun : nouns_of(command_table()))
    EXPECT_NE(rig.capture.err.find(noun), std::string::npos) << noun;
  EXPECT_LE(std::ranges::count(rig.capture.err, '\n'), 24) << rig.capture.err;
  rig.capture.err.clear();
  EXPECT_EQ(rig.run({"--json"}), 2);
  EXPECT_EQ(error_code(rig.capture.out), "USAGE");
  EXPECT_EQ(rig.capture.err.find("Usage:"), std::string::npos);
}

TEST(Usage, NeverRepeatsAnArgumentTooMany) {
  Rig rig;

  EXPECT_EQ(rig.run({"login", "ak_canary"}), 2);
  EXPECT_EQ(rig.capture.err.find("canary"), std::string::npos);
}

TEST(Usage, TakesGlobalFlagsAnywhere) {
  Rig rig;
  rig.answers(R"({"items":[],"total":0,"next_cursor":null})");

  EXPECT_EQ(rig.run({"--timeout", "3s", "connections", "--json", "list", "--status", "ACTIVE", "--quiet"}),
            0);
  ASSERT_EQ(rig.seen.size(), 1U);
  EXPECT_EQ(rig.seen[0].target, "/api/tools/connections?status=ACTIVE");
  EXPECT_EQ(rig.seen[0].timeout, std::chrono::seconds{3});
}

TEST(Usage, ListsForABareNounAndAnAlias) {
  Rig rig;
  rig.answers(R"({"items":[],"total":0,"next_cursor":null})");

  EXPECT_EQ(rig.run({"connections"}), 0);
  EXPECT_EQ(rig.run({"toolkits", "--search", "mail"}), 0);
  ASSERT_EQ(rig.seen.size(), 2U);
  EXPECT_EQ(rig.seen[0].target, "/api/tools/connections");
  EXPECT_EQ(rig.seen[1].target, "/api/tools/integrations?search=mail");
}

TEST(Failure, IsOneLineAndTheNextCommandOnStderrAlone) {
  Rig rig;
  rig.answer = [](ServiceRequest const&) -> Result<ServiceReply> {
    return fail(ErrorCode::not_connected, "github is\nnot connected\x1b[2J",
                {"agenta-tools", "connect", "git hub"});
  };

  EXPECT_EQ(rig.run({"connections"}), 4);
  EXPECT_EQ(rig.capture.out, "");
  EXPECT_EQ(rig.capture.err,
            "agenta-tools: github is\\nnot connected\\x1b[2J\n  next: agenta-tools connect 'git hub'\n");
}

TEST(Failure, IsExactlyOneDocumentWithJson) {
  Rig rig;
  rig.answer = [](ServiceRequest const&) -> Result<ServiceReply> {
    return fail(ErrorCode::rate_limited, "slow down");
  };

  EXPECT_EQ(rig.run({"history", "--json"}), 8);
  EXPECT_EQ(error_code(rig.capture.out), "RATE_LIMITED");
  EXPECT_EQ(std::ranges::count(rig.capture.out, '\n'), 1);
}

TEST(Failure, OfATerminationExitsAsOne) {
  Rig rig;
  rig.signal = 15;
  rig.answer = [&](ServiceRequest const&) -> Result<ServiceReply> {
    rig.stop.request_stop();
    return fail(ErrorCode::cancelled, "interrupted");
  };

  EXPECT_EQ(rig.run({"connections", "--json"}), 143);
  EXPECT_EQ(error_code(rig.capture.out), "TERMINATED");
}

TEST(Identity, TakesNoRealKeyIntoTheSandbox) {
  config::Environment const environment = [](std::string const& name) -> std::optional<std::string> {
    if (name == "COMPOSIO_API_KEY") return "ak_real";
    return std::nullopt;
  };

  auto const sandboxed = find_api_key(environment, config::Sandboxed::yes);
  auto const real = find_api_key(environment, config::Sandboxed::no);

  EXPECT_EQ(sandboxed.value(), std::nullopt);
  EXPECT_EQ(real.value()->reveal(), "ak_real");
}

}  // namespace
}  // namespace agenta::cli
