#include <gtest/gtest.h>

#include "tests/unit/cli/mcp/flow_rig.hpp"

// What is no tool of the session, and what became of a call whose reply was lost.
namespace agenta::mcp::test {
namespace {

/// A daemon that has a call in its socket, and nothing of it in its journal: it stands still. What came of
/// the call once it moved again is what a cancellation finds.
struct StandingStill {
  std::string found{};  ///< the execution's state by the time that it is called off; empty: it is not there

  Result<ServiceReply> operator()(ServiceRequest const& request, std::stop_token const&) const {
    if (request.method == "POST" && request.target == "/api/tools/executions")
      return fail(ErrorCode::daemon_unavailable, "the daemon did not answer");
    bool const is_cancel = request.target.ends_with("/cancel");
    if (!is_cancel || found.empty()) return fail(ErrorCode::execution_not_found, "there is no execution");
    return reply_of(R"({"id":"e1","execution_id":"e1","tool":"T_RUN","state":")" + found +
                    R"(","successful":null,"data":null,"error":null})");
  }
};

SessionUse losing_replies() {
  SessionUse use = use_of("s");
  use.lost_reply = [](ToolService&) { return true; };
  return use;
}

TEST(LostReply, NothingRanOnceTheCallIsCalledOff) {
  StandingStill daemon;
  Rig rig{on(daemon), losing_replies()};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN")"));

  auto const error = Json::parse(rig.wire->await(R"("id":1)"))["result"]["structuredContent"]["error"];
  EXPECT_NE(error["message"].get<std::string>().find("nothing ran"), std::string::npos);
  EXPECT_EQ(rig.daemon.count("/cancel"), 1U);
}

TEST(LostReply, WhatHadLeftBeforeItWasCalledOffIsUnknown) {
  StandingStill daemon{.found = "sent"};
  Rig rig{on(daemon), losing_replies()};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN")"));

  auto const error = Json::parse(rig.wire->await(R"("id":1)"))["result"]["structuredContent"]["error"];
  EXPECT_EQ(error["code"], "OUTCOME_UNKNOWN");
  EXPECT_NE(error["retryable"], true);
}

TEST(SessionCaller, KnowsAToolOutsideBehindTheFlagsOfAStep) {
  auto const refuses = [](ServiceRequest const&, std::stop_token const&) -> Result<ServiceReply> {
    return fail(ErrorCode::policy_denied, "T_RUN is not in the session s",
                {"agenta-tools", "--project", "shop", "session", "add", "s", "T_RUN"});
  };
  Rig rig{refuses};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN")"));

  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":1)"))["error"]["message"], "Unknown tool: T_RUN");
}

TEST(SessionCaller, KnowsAToolOutsideWhereNoStepSaysSo) {
  auto const refuses = [](ServiceRequest const&, std::stop_token const&) -> Result<ServiceReply> {
    Error error = fail(ErrorCode::policy_denied, "T_RUN is not in the session s").error();
    error.context.text = R"({"reason":"not_in_session"})";
    return fail(std::move(error));
  };
  Rig rig{refuses};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN")"));

  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":1)"))["error"]["message"], "Unknown tool: T_RUN");
}

}  // namespace
}  // namespace agenta::mcp::test
