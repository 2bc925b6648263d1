#include <gtest/gtest.h>

#include "cli/app/commands.hpp"
#include "cli/command/help_text.hpp"
#include "shared/protocol/error_table.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/support/golden.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

constexpr char const* kConnections =
    R"({"items":[{"id":"0192f3a4-0000-7000-8000-000000000001","slug":"work","name":"Me","integration_slug":"github","status":"ACTIVE","auth_type":"OAUTH2","is_default":true}],"total":1,"next_cursor":null})";
constexpr char const* kConnection =
    R"({"id":"0192f3a4-0000-7000-8000-000000000001","slug":"work","name":"Me","integration_slug":"github","status":"ACTIVE","auth_type":"OAUTH2"})";

TEST(ConnectionsList, PassesTheDaemonsDocumentThroughAPipe) {
  Rig rig;
  rig.answers(kConnections);

  EXPECT_EQ(rig.run({"connections", "list"}), 0);
  EXPECT_EQ(rig.capture.out, std::string{kConnections} + "\n");
}

TEST(ConnectionsList, IsATableOnATerminal) {
  Rig rig;
  rig.shape.out_is_tty = true;
  rig.variables["NO_COLOR"] = "1";
  rig.answers(kConnections);

  EXPECT_EQ(rig.run({"connections", "list"}), 0);
  EXPECT_EQ(rig.capture.out,
            "SLUG  INTEGRATION  STATUS  AUTH    NAME  LAST USED\n"
            "work  github       ACTIVE  OAUTH2  Me    never\n");
}

TEST(Lists, FetchEveryPageWithAll) {
  Rig rig;
  rig.answer = [](ServiceRequest const& request) {
    bool const is_first = request.target.find("cursor") == std::string::npos;
    return reply_with(is_first ? R"({"items":[{"slug":"A"}],"total":2,"next_cursor":"c2"})"
                               : R"({"items":[{"slug":"B"}],"total":2,"next_cursor":null})");
  };

  EXPECT_EQ(rig.run({"tools", "list", "github", "--all"}), 0);
  EXPECT_EQ(rig.capture.out,
            "{\"items\":[{\"slug\":\"A\"},{\"slug\":\"B\"}],\"total\":2,\"next_cursor\":null}\n");
}

TEST(Disconnect, NeedsAYesWhereNobodyCanBeAsked) {
  Rig rig;
  rig.answers(kConnection);

  EXPECT_EQ(rig.run({"disconnect", "work", "--json"}), 14);
  ASSERT_EQ(rig.seen.size(), 1U);
  EXPECT_EQ(rig.seen[0].method, "GET");
  EXPECT_NE(rig.capture.out.find(R"("next_step":["agenta-tools","disconnect","work","--yes"])"),
            std::string::npos);
}

TEST(Disconnect, RevokesByIdOnceAgreed) {
  Rig rig;
  rig.shape.in_is_tty = rig.shape.out_is_tty = true;
  rig.capture.in = "y\n";
  rig.answers(kConnection);

  EXPECT_EQ(rig.run({"disconnect", "work", "--keep-remote"}), 0);
  ASSERT_EQ(rig.seen.size(), 2U);
  EXPECT_EQ(rig.seen[1].method, "DELETE");
  EXPECT_EQ(rig.seen[1].target,
            "/api/tools/connections/0192f3a4-0000-7000-8000-000000000001?keep_remote=true");
  EXPECT_NE(rig.capture.err.find("github connection work (Me)"), std::string::npos) << rig.capture.err;
}

TEST(Login, ReadsTheKeyFromAPipe) {
  Rig rig;
  rig.capture.in = "ak_test\n";
  rig.answers(
      R"({"source":"login","base_url":"https://x","key_fingerprint":"f","file":"/h/credentials.json"})");

  EXPECT_EQ(rig.run({"login"}), 0);
  ASSERT_EQ(rig.seen.size(), 1U);
  EXPECT_EQ(rig.seen[0].body, R"({"api_key":"ak_test"})");
  EXPECT_EQ((rig.capture.out + rig.capture.err).find("ak_test"), std::string::npos);
}

TEST(Login, NeedsAKey) {
  Rig rig;

  EXPECT_EQ(rig.run({"login"}), 14);
  EXPECT_TRUE(rig.seen.empty());
}

TEST(Api, CompletesAShortPath) {
  Rig rig;
  rig.answers("{}");

  EXPECT_EQ(rig.run({"api", "get", "connections?status=ACTIVE"}), 0);
  EXPECT_EQ(rig.seen.at(0).target, "/api/tools/connections?status=ACTIVE");
  EXPECT_EQ(rig.seen.at(0).method, "GET");
}

TEST(Sandbox, IsRefusedOutsideTheSandbox) {
  Rig rig;

  EXPECT_EQ(rig.run({"sandbox", "faults"}), 2);
  EXPECT_TRUE(rig.seen.empty());
}

TEST(Sandbox, PlantsAFaultWithNumbers) {
  Rig rig;
  rig.answers(R"({"id":1})");

  EXPECT_EQ(rig.run({"--sandbox", "sandbox", "faults", "kind=status", "status=503", "times=2"}), 0);
  EXPECT_EQ(rig.seen.at(0).target, "/api/tools/sandbox/faults");
  EXPECT_EQ(rig.seen.at(0).body, R"({"kind":"status","status":503,"times":2})");
}

TEST(Help, OfExitCodesIsTheTable) {
  Rig rig;

  EXPECT_EQ(rig.run({"help", "exit-codes", "--json"}), 0);
  auto const codes = protocol::elements_of(protocol::find_member(rig.capture.out, "exit_codes").value());
  ASSERT_EQ(codes->size(), protocol::exit_code_table().size());
  for (std::size_t i = 0; i < codes->size(); ++i) {
    EXPECT_EQ(protocol::find_member((*codes)[i], "code"),
              std::to_string(protocol::exit_code_table()[i].code));
  }
}

TEST(Help, OfEveryCommandIsGolden) {
  EXPECT_TRUE(test::matches_golden("help/agenta-tools.txt", full_help(command_table())));
  for (Command const& command : command_table()) {
    std::string const verb = command.verb.empty() ? "" : "_" + std::string{command.verb};
    EXPECT_TRUE(
        test::matches_golden("help/" + std::string{command.noun} + verb + ".txt", command_help(command)));
  }
}

TEST(Help, IsGivenForEveryCommandWithoutRunningIt) {
  for (Command const& command : command_table()) {
    Rig rig;
    std::vector<std::string> words{std::string{command.noun}};
    if (!command.verb.empty()) words.emplace_back(command.verb);
    words.emplace_back("--help");

    EXPECT_EQ(rig.run(words), 0) << command.noun << " " << command.verb;
    EXPECT_EQ(rig.capture.out, command_help(command));
    EXPECT_TRUE(rig.seen.empty());
  }
}

TEST(Help, IsOneDocumentWithJson) {
  Rig rig;

  EXPECT_EQ(rig.run({"help", "--json"}), 0);
  ASSERT_TRUE(protocol::is_json(rig.capture.out));
  auto const commands = protocol::elements_of(protocol::find_member(rig.capture.out, "commands").value());
  EXPECT_EQ(commands->size(), command_table().size());
}

TEST(Completion, NamesEveryCommandAndTouchesNothing) {
  for (char const* shell : {"bash", "zsh", "fish"}) {
    Rig rig;

    EXPECT_EQ(rig.run({"completion", shell}), 0);
    for (std::string const& noun : nouns_of(command_table())) {
      EXPECT_NE(rig.capture.out.find(noun), std::string::npos) << shell << " " << noun;
    }
    EXPECT_NE(rig.capture.out.find("--idempotency-key"), std::string::npos) << shell;
    EXPECT_TRUE(rig.seen.empty());
  }
}

TEST(Version, IsPlainForTheFlagAndADocumentInAPipe) {
  Rig rig;

  EXPECT_EQ(rig.run({"--version"}), 0);
  EXPECT_TRUE(rig.capture.out.starts_with("agenta-tools ")) << rig.capture.out;
  rig.capture.out.clear();
  EXPECT_EQ(rig.run({"version"}), 0);
  EXPECT_TRUE(protocol::is_json(rig.capture.out));
}

}  // namespace
}  // namespace agenta::cli
