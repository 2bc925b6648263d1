#include <gtest/gtest.h>

#include <algorithm>

#include "shared/base/private_dir.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

constexpr char const* kId = "0192f3a4-0000-7000-8000-000000000001";
constexpr char const* kGithub =
    R"({"slug":"github","name":"GitHub","auth_config":[{"mode":"OAUTH2","managed":true}]})";
constexpr char const* kStripe =
    R"({"slug":"stripe","name":"Stripe","auth_config":[{"mode":"API_KEY","connection_fields":[{"name":"api_key","required":true,"secret":true},{"name":"region","required":false}]}]})";

std::string row(std::string const& status, std::string const& more = "") {
  return R"({"id":")" + std::string{kId} + R"(","slug":"github","integration_slug":"github","status":")" +
         status + "\"" + more + "}";
}

/// Answers the three questions of a login: the integration, the POST, and the state of the row.
Rig::Answer login(std::string detail, std::string state) {
  return [detail = std::move(detail), state = std::move(state)](ServiceRequest const& request) {
    if (request.target.starts_with("/api/tools/integrations")) return reply_with(detail);
    if (request.method == "GET") return reply_with(state);
    return reply_with(
        R"({"id":")" + std::string{kId} +
        R"(","slug":"github","status":"PENDING","redirect_url":"https://link/x","message":"open it"})");
  };
}

TEST(Connect, PrintsTheLinkOnceOnStderrAndTheSettledRowOnStdout) {
  Rig rig;
  rig.answer = login(kGithub, row("ACTIVE"));

  EXPECT_EQ(rig.run({"connect", "github", "--scopes", "repo, user"}), 0);
  EXPECT_EQ(rig.capture.out, row("ACTIVE") + "\n");
  std::size_t const at = rig.capture.err.find("https://link/x");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(rig.capture.err.find("https://link/x", at + 1), std::string::npos);
  EXPECT_EQ(rig.seen.at(1).body, R"({"integration_slug":"github","scopes":["repo","user"]})");
}

TEST(Connect, ReturnsAtOnceWithNoWait) {
  Rig rig;
  rig.answer = login(kGithub, row("PENDING"));

  EXPECT_EQ(rig.run({"connect", "github", "--no-wait", "--json"}), 0);
  EXPECT_EQ(rig.seen.size(), 2U);
  EXPECT_EQ(protocol::find_member(rig.capture.out, "id"), "\"" + std::string{kId} + "\"");
  EXPECT_EQ(protocol::find_member(rig.capture.out, "redirect_url"), "\"https://link/x\"");
  EXPECT_EQ(protocol::find_member(rig.capture.out, "next_step"),
            R"(["agenta-tools","connect","--resume",")" + std::string{kId} + "\"]");
}

TEST(Connect, KeepsToTheSandboxInItsNextStep) {
  Rig rig;
  rig.answer = login(kGithub, row("PENDING"));

  EXPECT_EQ(rig.run({"--sandbox", "connect", "github", "--no-wait"}), 0);
  EXPECT_EQ(protocol::find_member(rig.capture.out, "next_step"),
            R"(["agenta-tools","--sandbox","connect","--resume",")" + std::string{kId} + "\"]");
}

TEST(Connect, ResumesFromAnywhere) {
  Rig rig;
  rig.answers(row("ACTIVE"));

  EXPECT_EQ(rig.run({"connect", "--resume", kId}), 0);
  EXPECT_EQ(rig.capture.out, row("ACTIVE") + "\n");
}

TEST(Connect, TellsDeniedFromExpiredFromPending) {
  struct Case {
    char const* state;
    int exit;
  };
  for (Case const& each : {Case{"OAUTH_DENIED", 1}, Case{"OAUTH_EXPIRED", 9}, Case{"OAUTH_FAILED", 1}}) {
    Rig rig;
    rig.answer = login(
        kGithub, row("FAILED", R"(,"error":{"code":")" + std::string{each.state} + R"(","message":"no"})"));

    EXPECT_EQ(rig.run({"connect", "github", "--json"}), each.exit) << each.state;
    EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/code"), "\"" + std::string{each.state} + "\"");
  }
  Rig rig;
  rig.answer = login(kGithub, row("PENDING"));
  EXPECT_EQ(rig.run({"connect", "github", "--wait", "1ms", "--json"}), 16);
  EXPECT_NE(rig.capture.out.find("--resume"), std::string::npos);
}

TEST(Connect, SaysHowToTryARenewalAgainThatLeftTheConnectionAsItWas) {
  for (char const* status : {"EXPIRED", "ACTIVE"}) {
    Rig rig;
    rig.answer = login(
        kGithub, row(status, R"(,"error":{"code":"OAUTH_DENIED","message":"it was not renewed: denied"})"));

    EXPECT_EQ(rig.run({"connect", "github", "--reconnect", "github", "--json"}), 1) << status;
    EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/code"), "\"OAUTH_DENIED\"");
    EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/next_step"),
              R"(["agenta-tools","connect","github","--reconnect","github"])");
  }
}

TEST(Connect, SaysInWordsThatAFlagNeedsAValue) {
  Rig rig;

  EXPECT_EQ(rig.run({"connect", "--resume"}), 2);
  EXPECT_NE(rig.capture.err.find("--resume needs a value: --resume ID\n"), std::string::npos)
      << rig.capture.err;
}

TEST(Connect, FinishesInTheProjectThatItWasBegunIn) {
  Rig rig;
  rig.variables["AGENTA_TOOLS_PROJECT"] = "other";
  rig.answer = login(kGithub, row("PENDING"));

  EXPECT_EQ(rig.run({"connect", "github", "--no-wait", "--json"}), 0) << rig.capture.err;
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/next_step"),
            R"(["agenta-tools","--project","other","connect","--resume",")" + std::string{kId} + "\"]");
}

TEST(Connect, LeavesTheLoginToItselfWhenInterrupted) {
  Rig rig;
  auto const usual = login(kGithub, row("PENDING"));
  rig.answer = [&](ServiceRequest const& request) {
    if (request.target.find("wait=") != std::string::npos) rig.stop.request_stop();
    return usual(request);
  };

  EXPECT_EQ(rig.run({"connect", "github"}), 130);
  EXPECT_NE(rig.capture.err.find("connect --resume " + std::string{kId}), std::string::npos)
      << rig.capture.err;
  EXPECT_TRUE(std::ranges::none_of(rig.seen, [](auto const& each) { return each.method == "DELETE"; }));
}

TEST(Connect, ListsTheFieldsItNeedsWhereNobodyCanBeAsked) {
  Rig rig;
  rig.answer = login(kStripe, row("ACTIVE"));

  EXPECT_EQ(rig.run({"connect", "stripe", "--json"}), 14);
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/context/fields"), R"(["api_key"])");
  EXPECT_EQ(rig.seen.size(), 1U);
}

TEST(Connect, AsksForASecretField) {
  Rig rig;
  rig.shape.in_is_tty = true;
  rig.capture.in = "sk_typed\n";
  rig.answer = login(kStripe, row("ACTIVE"));

  EXPECT_EQ(rig.run({"connect", "stripe"}), 0);
  EXPECT_EQ(rig.seen.at(1).body, R"({"integration_slug":"stripe","credentials":{"api_key":"sk_typed"}})");
}

TEST(Connect, ReadsAFieldFromFileVariableAndStdin) {
  test::TemporaryDirectory const directory;
  ASSERT_TRUE(write_private_file(directory.path() / "key", "sk_file\n"));
  for (std::string const& value :
       {"@" + (directory.path() / "key").string(), std::string{"env:STRIPE"}, std::string{"-"}}) {
    Rig rig;
    rig.variables["STRIPE"] = "sk_file";
    rig.capture.in = "sk_file\n";
    rig.answer = login(kStripe, row("ACTIVE"));

    EXPECT_EQ(rig.run({"connect", "stripe", "--field", "api_key=" + value, "--field", "region=eu"}), 0)
        << rig.capture.err;
    EXPECT_EQ(rig.seen.at(1).body,
              R"({"integration_slug":"stripe","credentials":{"api_key":"sk_file","region":"eu"}})");
  }
}

TEST(Connect, RefusesALiteralSecretWithoutRepeatingIt) {
  Rig rig;

  EXPECT_EQ(rig.run({"connect", "stripe", "--field", "api_key=canary", "--json"}), 2);
  EXPECT_EQ((rig.capture.out + rig.capture.err).find("canary"), std::string::npos);
  EXPECT_TRUE(rig.seen.empty());
}

}  // namespace
}  // namespace agenta::cli
