#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "shared/protocol/codec_approval.hpp"
#include "tests/unit/cli/mcp/flow_rig.hpp"

// Approvals, in both eras and with clients that can and cannot ask.
namespace agenta::mcp::test {
namespace {

/// A daemon that wants every call approved.
struct Approving {
  std::atomic<bool> approved = false;
  std::atomic<bool> denied = false;

  static Error question() {
    Error error;
    error.code = ErrorCode::approval_required;
    error.message = "T_RUN needs approval";
    error.context.text =
        R"j({"approval":{"id":"a1","tool":"T_RUN","connection":{"id":"c1","slug":"work"},"arguments":{"t":"x)j"
        "\xe2\x80\xae"
        R"j(y"},"changes":[{"pointer":"/t","before":"z","after":"x"}],"rule":"writes (line 3)","reason":null}})j";
    error.next_step = {"agenta-tools", "approvals", "approve", "a1"};
    return error;
  }

  Result<ServiceReply> operator()(ServiceRequest const& request, std::stop_token const&) {
    if (request.target == "/api/tools/executions") {
      if (approved) return reply_of(execution_document("\"done\""));
      return fail(question());
    }
    if (request.target == "/api/tools/approvals/a1/approve") approved = true;
    if (request.target == "/api/tools/approvals/a1/deny") denied = true;
    return reply_of("{}");
  }
};

/// One whose question is also decided elsewhere, from some time on.
struct Elsewhere {
  std::mutex mutex{};
  std::condition_variable_any changed{};
  std::atomic<ApprovalState> state = ApprovalState::pending;
  std::atomic<bool> is_late = true;  ///< its time was over when it was decided
  std::atomic<bool> ran = false;
  std::atomic<int> withdrawn = 0;

  std::string document() const {
    Approval approval;
    approval.id.text = "a1";
    approval.tool.text = "T_RUN";
    approval.state = state;
    approval.expires_at = SystemClock{}.wall() + std::chrono::minutes{1};
    approval.decided_at = approval.expires_at + std::chrono::seconds{is_late ? 1 : -1};
    approval.decided_by = Actor{};
    approval.decided_by->user = "ada";
    approval.answer = state == ApprovalState::denied ? "not today" : "";
    return protocol::encode_approval(approval);
  }

  /// As the daemon: what is decided is not decided again.
  Result<ServiceReply> decide(ApprovalState from, ApprovalState to) {
    if (state != from) return fail(ErrorCode::approval_decided, "decided already");
    become(to);
    return reply_of(document());
  }
  void become(ApprovalState decided) {
    std::lock_guard const guard{mutex};
    state = decided;
    changed.notify_all();
  }

  Result<ServiceReply> operator()(ServiceRequest const& request, std::stop_token const& stop) {
    using State = ApprovalState;
    std::string_view const target = request.target;
    if (target == "/api/tools/executions") {
      if (request.body.find(R"("approval":"a1")") == std::string::npos || state != State::approved)
        return fail(Approving::question());
      ran = true;
      return reply_of(execution_document("\"done\""));
    }
    if (target.ends_with("/a1/approve")) return decide(State::pending, State::approved);
    if (target.ends_with("/a1/deny")) return decide(State::pending, State::denied);
    if (target.ends_with("/a1/revoke")) return decide(State::approved, State::revoked);
    if (target.ends_with("/a1/withdraw")) ++withdrawn;
    if (target.find("?wait=") != std::string::npos) {
      std::unique_lock lock{mutex};
      changed.wait(lock, stop, [this] { return state != State::pending; });
    }
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, "stopped");
    return reply_of(document());
  }
};

TEST(ApprovalFlow, WithoutElicitationTheModelIsToldWhatApproves) {
  Approving daemon;
  Rig rig{on(daemon)};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN")"));

  auto const result = Json::parse(rig.wire->await(R"("id":1)"))["result"];
  EXPECT_EQ(result["isError"], true);
  EXPECT_EQ(result["structuredContent"]["error"]["code"], "APPROVAL_REQUIRED");
  EXPECT_TRUE(result["structuredContent"]["error"]["next_step"].empty()) << "it is not the model's to take";
  std::string const text = result["content"][0]["text"];
  EXPECT_NE(text.find("Ask the user"), std::string::npos) << text;
  EXPECT_NE(text.find("`agenta-tools approvals approve a1`"), std::string::npos) << text;
}

TEST(ApprovalFlow, WhoCannotApproveIsToldWhoCan) {
  Approving daemon;

  auto const result = told_inside(on(daemon));

  auto const& error = result["structuredContent"]["error"];
  EXPECT_EQ(error["code"], "APPROVAL_REQUIRED");
  EXPECT_NE(error["message"].get<std::string>().find("; ask the owner: agenta-tools approvals approve a1."),
            std::string::npos)
      << error;
  EXPECT_TRUE(error["next_step"].empty()) << error;
  EXPECT_EQ(result["content"][0]["text"].get<std::string>().find("Next step:"), std::string::npos);
}

TEST(ApprovalFlow, AFormThatAllowsLetsTheCallRun) {
  Approving daemon;
  Rig rig{on(daemon)};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN")", kAsks));
  auto const first = Json::parse(rig.wire->await(R"("id":1)"))["result"];
  auto const& asked = first["inputRequests"]["approval"]["params"];
  EXPECT_EQ(asked["requestedSchema"]["properties"]["decision"]["enum"],
            Json::parse(R"(["once","session","deny"])"));
  std::string const message = asked["message"];
  EXPECT_NE(message.find("T_RUN"), std::string::npos);
  EXPECT_NE(message.find("work"), std::string::npos);
  EXPECT_NE(message.find("\\u202e"), std::string::npos) << message;  // nothing turns what follows
  EXPECT_EQ(message.find("\u202e"), std::string::npos);
  rig.say(modern(
      "2", "tools/call",
      R"("name":"T_RUN","inputResponses":{"approval":{"action":"accept","content":{"decision":"session"}}},"requestState":)" +
          first["requestState"].dump(),
      kAsks));

  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":2)"))["result"]["structuredContent"]["data"], "done");
  Json sent;
  for (auto const& each : rig.daemon.seen()) {
    if (each.target.ends_with("/approve")) sent = Json::parse(each.body);
  }
  EXPECT_EQ(sent["scope"], "session");
  EXPECT_EQ(Json::parse(rig.daemon.seen().back().body)["approval"], "a1");
}

TEST(ApprovalFlow, ALegacyFormThatDeniesEndsTheCall) {
  Approving daemon;
  Rig rig{on(daemon)};
  rig.begin("2025-06-18", R"({"elicitation":{}})");

  rig.say(legacy("1", "tools/call", R"({"name":"T_RUN"})"));
  auto const asked = Json::parse(rig.wire->await("elicitation/create"));
  EXPECT_FALSE(asked["params"].contains("mode"));
  rig.say(R"({"jsonrpc":"2.0","id":)" + asked["id"].dump() +
          R"(,"result":{"action":"accept","content":{"decision":"deny"}}})");

  auto const result = Json::parse(rig.wire->await(R"("id":1)"))["result"];
  EXPECT_EQ(result["structuredContent"]["error"]["code"], "POLICY_DENIED");
  EXPECT_TRUE(daemon.denied);
  EXPECT_FALSE(daemon.approved);
}

/// Has a legacy client that can ask make a call, up to its question.
Json ask_legacy(Rig& rig) {
  rig.begin("2025-11-25", kAsks);
  rig.say(legacy("1", "tools/call", R"({"name":"T_RUN"})"));
  return Json::parse(rig.wire->await("elicitation/create"));
}

/// Has a modern one do so, and come back with the answer. The result of its second call.
Json answer_modern(Rig& rig, std::string const& answer, std::function<void()> const& meanwhile) {
  rig.say(modern("1", "tools/call", R"("name":"T_RUN")", kAsks));
  Json const first = Json::parse(rig.wire->await(R"("id":1)"))["result"];
  meanwhile();
  rig.say(modern("2", "tools/call",
                 R"("name":"T_RUN","inputResponses":{"approval":)" + answer + R"(},"requestState":)" +
                     first["requestState"].dump(),
                 kAsks));
  return Json::parse(rig.wire->await(R"("id":2)"))["result"];
}

constexpr char const* kOnce = R"({"action":"accept","content":{"decision":"once"}})";

TEST(ApprovalFlow, WhatIsApprovedElsewhereRunsAtOnceAndClosesTheForm) {
  Elsewhere daemon;
  Rig rig{on(daemon)};
  Json const asked = ask_legacy(rig);

  daemon.become(ApprovalState::approved);

  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":1)"))["result"]["structuredContent"]["data"], "done");
  Json const closed = Json::parse(rig.wire->await("notifications/cancelled"));
  EXPECT_EQ(closed["params"]["requestId"], asked["id"]);
}

TEST(ApprovalFlow, WhatIsDeniedElsewhereEndsInThoseWords) {
  Elsewhere daemon;
  Rig rig{on(daemon)};
  ask_legacy(rig);

  daemon.become(ApprovalState::denied);

  auto const error = Json::parse(rig.wire->await(R"("id":1)"))["result"]["structuredContent"]["error"];
  EXPECT_EQ(error["code"], "POLICY_DENIED");
  EXPECT_EQ(error["retryable"], false);
  EXPECT_NE(error["message"].get<std::string>().find("denied by ada: not today"), std::string::npos) << error;
  EXPECT_FALSE(daemon.ran);
  EXPECT_NE(rig.wire->await("notifications/cancelled"), "");
}

TEST(ApprovalFlow, NobodysAnswerEndsTheCallAndTheForm) {
  for (bool const is_late : {true, false}) {
    Elsewhere daemon;
    daemon.is_late = is_late;
    Rig rig{on(daemon)};
    ask_legacy(rig);

    daemon.become(ApprovalState::expired);

    auto const result = Json::parse(rig.wire->await(R"("id":1)"))["result"];
    EXPECT_EQ(result["isError"], true);
    std::string const text = result["content"][0]["text"];
    EXPECT_NE(text.find(is_late ? "nobody approved T_RUN in time" : "the session ended before"),
              std::string::npos)
        << text;
    EXPECT_NE(rig.wire->await("notifications/cancelled"), "");
    EXPECT_FALSE(daemon.ran);
  }
}

TEST(ApprovalFlow, WhoIsGoneComesBackForNothing) {
  Elsewhere daemon;
  {
    Rig rig{on(daemon)};
    ask_legacy(rig);
    rig.say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
    while (daemon.withdrawn == 0) std::this_thread::yield();
    EXPECT_EQ(rig.wire->all().size(), 2U) << "of a cancelled call nothing is said";

    rig.say(legacy("2", "tools/call", R"({"name":"T_RUN"})"));
    rig.wire->await(R"("agenta-2")");
    rig.peer->cancel_calls();  // as at the end of input
  }
  EXPECT_EQ(daemon.withdrawn, 2);
  EXPECT_FALSE(daemon.ran);
}

TEST(ApprovalFlow, AYesToWhatIsApprovedAlreadyIsAYes) {
  Elsewhere daemon;
  Rig rig{on(daemon)};

  auto const result = answer_modern(rig, kOnce, [&] { daemon.become(ApprovalState::approved); });

  EXPECT_EQ(result["structuredContent"]["data"], "done") << result;
  EXPECT_EQ(daemon.withdrawn, 0) << "a modern client comes back";
}

TEST(ApprovalFlow, ANoTakesAYesFromElsewhereAway) {
  for (std::string const answer :
       {R"({"action":"decline"})", R"({"action":"accept","content":{"decision":"deny"}})"}) {
    Elsewhere daemon;
    Rig rig{on(daemon)};

    auto const error = answer_modern(
        rig, answer, [&] { daemon.become(ApprovalState::approved); })["structuredContent"]["error"];

    EXPECT_EQ(error["code"], "POLICY_DENIED");
    EXPECT_EQ(daemon.state, ApprovalState::revoked);
    EXPECT_FALSE(daemon.ran);
  }
}

TEST(ApprovalFlow, AYesThatIsTooLateIsToldSo) {
  Elsewhere daemon;
  Rig rig{on(daemon)};

  auto const error =
      answer_modern(rig, kOnce, [&] { daemon.become(ApprovalState::expired); })["structuredContent"]["error"];

  EXPECT_EQ(error["code"], "POLICY_DENIED");
  EXPECT_NE(error["message"].get<std::string>().find("nobody approved T_RUN in time"), std::string::npos)
      << error;
}

TEST(ApprovalFlow, WhoDeclinesIsNotAskedAgain) {
  Elsewhere daemon;
  Rig rig{on(daemon)};
  Json const asked = ask_legacy(rig);

  rig.say(R"({"jsonrpc":"2.0","id":)" + asked["id"].dump() + R"(,"result":{"action":"decline"}})");

  auto const error = Json::parse(rig.wire->await(R"("id":1)"))["result"]["structuredContent"]["error"];
  EXPECT_EQ(error["code"], "POLICY_DENIED");
  EXPECT_EQ(error["retryable"], false);
  std::string const message = error["message"];
  EXPECT_NE(message.find("the user declined T_RUN"), std::string::npos) << message;
  EXPECT_NE(message.find("Do not try it again unless the user asks"), std::string::npos) << message;
  EXPECT_EQ(daemon.state, ApprovalState::denied);
}

TEST(ApprovalFlow, WhoCancelsHasNotDenied) {
  Approving daemon;
  Rig rig{on(daemon)};
  rig.begin("2025-11-25", kAsks);

  rig.say(legacy("1", "tools/call", R"({"name":"T_RUN"})"));
  auto const asked = Json::parse(rig.wire->await("elicitation/create"));
  rig.say(R"({"jsonrpc":"2.0","id":)" + asked["id"].dump() + R"(,"result":{"action":"cancel"}})");

  auto const result = Json::parse(rig.wire->await(R"("id":1)"))["result"];
  EXPECT_EQ(result["structuredContent"]["error"]["code"], "APPROVAL_REQUIRED");
  EXPECT_FALSE(daemon.denied);
}

}  // namespace
}  // namespace agenta::mcp::test
