#include <gtest/gtest.h>

#include <algorithm>

#include "shared/protocol/json_slice.hpp"
#include "tests/unit/cli/app/catalog_support.hpp"

namespace agenta::cli {
namespace {

std::string status(std::string const& state, int refreshes, int done = 0, std::string const& more = "") {
  return R"({"state":")" + state + R"(","complete":true,"integrations":857,"tools":14852,"refresh_done":)" +
         std::to_string(done) + R"(,"refresh_total":857,"refreshes":)" + std::to_string(refreshes) + more +
         "}";
}

/// The POST's reply, then the others, the last again and again.
Rig::Answer in_turn(std::vector<std::string> bodies) {
  return [bodies = std::move(bodies), next = std::size_t{0}](ServiceRequest const&) mutable {
    return reply_with(bodies[std::min(next++, bodies.size() - 1)]);
  };
}

TEST(Refresh, FetchesTheListOrWhatIsNamed) {
  Rig rig;
  rig.answers(status("idle", 3));

  EXPECT_EQ(rig.run({"integrations", "refresh"}), 0);
  EXPECT_EQ(rig.run({"integrations", "refresh", "github", "gmail"}), 0);
  ASSERT_EQ(rig.seen.size(), 2U);
  EXPECT_EQ(rig.seen[0].method, "POST");
  EXPECT_EQ(rig.seen[0].target, "/api/tools/catalog/refresh");
  EXPECT_EQ(rig.seen[0].body, R"({"integrations":[],"all":false})");
  EXPECT_EQ(rig.seen[1].body, R"({"integrations":["github","gmail"],"all":false})");
}

TEST(RefreshAll, ReturnsTheStatusOnceTheRunHasEnded) {
  Rig rig;
  rig.answer = in_turn({status("refreshing", 3), status("refreshing", 3, 400), status("idle", 4)});

  EXPECT_EQ(rig.run({"integrations", "refresh", "--all"}), 0);
  ASSERT_EQ(rig.seen.size(), 3U);
  EXPECT_EQ(rig.seen[0].body, R"({"integrations":[],"all":true})");
  EXPECT_EQ(rig.seen[1].target, "/api/tools/catalog");
  EXPECT_EQ(rig.capture.out, status("idle", 4) + "\n");
  EXPECT_EQ(rig.capture.err, "");
}

TEST(RefreshAll, ShowsABarOnATerminalAndSaysWhatIsThere) {
  Rig rig;
  put_on_terminal(rig);
  rig.answer = in_turn({status("refreshing", 3), status("refreshing", 3, 428), status("idle", 4)});

  EXPECT_EQ(rig.run({"integrations", "refresh", "--all"}), 0);
  EXPECT_NE(rig.capture.err.find(" 49%  428 of 857"), std::string::npos) << rig.capture.err;
  EXPECT_TRUE(rig.capture.err.ends_with("\r\x1b[K"));
  EXPECT_EQ(rig.capture.out, "Fetched the catalogue: 857 integrations, 14852 tools.\n");
}

TEST(RefreshAll, SaysItsStepsInAPipeWhenVerbose) {
  Rig rig;
  rig.answer = in_turn({status("refreshing", 3), status("refreshing", 3, 428), status("idle", 4)});

  EXPECT_EQ(rig.run({"integrations", "refresh", "--all", "--verbose"}), 0);
  EXPECT_NE(rig.capture.err.find("agenta-tools: fetching the catalogue: 428 of 857\n"), std::string::npos);
  EXPECT_EQ(rig.capture.err.find('\x1b'), std::string::npos);
}

TEST(RefreshAll, FailsWithWhatTheRunFailedWith) {
  Rig rig;
  rig.answer =
      in_turn({status("refreshing", 0),
               status("waiting", 1, 9, R"(,"error":{"code":"API_KEY_REJECTED","message":"no such key"})")});

  EXPECT_EQ(rig.run({"integrations", "refresh", "--all", "--json"}), 4);
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/message"), "\"no such key\"");
}

TEST(RefreshAll, EndsTheWaitingAloneWhenInterrupted) {
  Rig rig;
  rig.answer = [&](ServiceRequest const& request) {
    if (request.method == "GET") rig.stop.request_stop();
    return reply_with(status("refreshing", 3));
  };

  EXPECT_EQ(rig.run({"integrations", "refresh", "--all"}), 130);
  EXPECT_NE(rig.capture.err.find("the daemon goes on fetching"), std::string::npos) << rig.capture.err;
}

TEST(RefreshAll, GivesUpWaitingAfterTheTimeout) {
  Rig rig;
  rig.answers(status("refreshing", 3));

  EXPECT_EQ(rig.run({"integrations", "refresh", "--all", "--timeout", "100ms"}), 9);
  EXPECT_NE(rig.capture.err.find("not everything was fetched within 100ms"), std::string::npos);
}

TEST(RefreshAll, SurvivesALostQuestion) {
  Rig rig;
  rig.answer = [&](ServiceRequest const&) -> Result<ServiceReply> {
    if (rig.seen.size() == 2) return fail(ErrorCode::daemon_unavailable, "gone");
    return reply_with(status("refreshing", rig.seen.size() > 3 ? 4 : 3));
  };

  EXPECT_EQ(rig.run({"integrations", "refresh", "--all"}), 0);
  EXPECT_EQ(rig.seen.size(), 4U);
}

TEST(RefreshAll, GoesOnWithADaemonThatTookTheRunUpAgain) {
  Rig rig;
  rig.answer = in_turn({status("refreshing", 3), status("refreshing", 0), status("idle", 1)});

  EXPECT_EQ(rig.run({"integrations", "refresh", "--all"}), 0);
}

TEST(RefreshAll, RefusesNamesBesideAll) {
  Rig rig;

  EXPECT_EQ(rig.run({"integrations", "refresh", "github", "--all"}), 2);
  EXPECT_TRUE(rig.seen.empty());
}

TEST(Refresh, SaysThatADaemonOfBeforeCannot) {
  Rig rig;
  rig.answer = [](ServiceRequest const&) -> Result<ServiceReply> {
    return fail(ErrorCode::unsupported, "this daemon has nothing at /api/tools/catalog/refresh");
  };

  EXPECT_EQ(rig.run({"integrations", "refresh", "--all", "--json"}), 2);
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/code"), "\"UNSUPPORTED\"");
}

}  // namespace
}  // namespace agenta::cli
