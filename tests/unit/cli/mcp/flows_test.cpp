#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>

#include "shared/base/shell_words.hpp"
#include "shared/protocol/codec_approval.hpp"
#include "tests/unit/cli/mcp/fake_daemon.hpp"

// Missing connections and approvals, in both eras and with clients that can and cannot ask.
namespace agenta::mcp::test {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kAsks = R"({"elicitation":{"form":{},"url":{}}})";
constexpr std::string_view kLink = "https://consent.example/l";

/// A daemon on which one service is not connected until somebody follows the link.
struct Connecting {
  std::atomic<bool> connected = false;

  Result<ServiceReply> operator()(ServiceRequest const& request, std::stop_token const&) {
    if (request.method == "POST" && request.target == "/api/tools/executions") {
      if (connected) return reply_of(execution_document("\"done\""));
      return fail(ErrorCode::not_connected, "t is not connected", {"agenta-tools", "connect", "t"});
    }
    if (request.method == "POST" && request.target == "/api/tools/connections") {
      return reply_of(
          R"({"id":"c1","slug":"t","status":"PENDING","redirect_url":"https://consent.example/l","message":"m"})");
    }
    if (request.target.starts_with("/api/tools/connections/c1")) {
      connected = true;
      return reply_of(R"({"id":"c1","slug":"t","status":"ACTIVE","integration_slug":"t"})");
    }
    return fail(ErrorCode::internal, "not scripted: " + request.target);
  }
};

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

FakeDaemon::Handler on(auto& behaviour) {
  return [&behaviour](ServiceRequest const& request, std::stop_token const& stop) {
    return behaviour(request, stop);
  };
}

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

TEST(ConnectFlow, WithoutElicitationTheModelIsToldLinkCommandAndCode) {
  Connecting daemon;
  Rig rig{on(daemon)};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN")"));

  auto const result = Json::parse(rig.wire->await(R"("id":1)"))["result"];
  EXPECT_EQ(result["isError"], true);
  auto const& error = result["structuredContent"]["error"];
  EXPECT_EQ(error["code"], "connection_required");
  EXPECT_EQ(error["connect_url"], kLink);
  EXPECT_EQ(error["toolkit"], "t");
  EXPECT_EQ(error["command"], "agenta-tools connect t");
  std::string const text = result["content"][0]["text"];
  EXPECT_NE(text.find(kLink), std::string::npos);
  EXPECT_NE(text.find("agenta-tools connect t"), std::string::npos);
}

TEST(ConnectFlow, AModernClientIsAskedAndItsSecondCallWaitsAndRuns) {
  Connecting daemon;
  Rig rig{on(daemon)};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN","arguments":{"a":1})", kAsks));
  auto const first = Json::parse(rig.wire->await(R"("id":1)"))["result"];
  ASSERT_EQ(first["resultType"], "input_required");
  auto const& asked = first["inputRequests"]["connect"];
  EXPECT_EQ(asked["method"], "elicitation/create");
  EXPECT_EQ(asked["params"]["mode"], "url");
  EXPECT_EQ(asked["params"]["url"], kLink);
  EXPECT_FALSE(asked["params"].contains("elicitationId"));
  std::string const state = first["requestState"];

  rig.say(modern(
      "2", "tools/call",
      R"("name":"T_RUN","arguments":{"a":1},"inputResponses":{"connect":{"action":"accept"}},"requestState":")" +
          state + "\"",
      kAsks));

  auto const second = Json::parse(rig.wire->await(R"("id":2)"))["result"];
  EXPECT_EQ(second["structuredContent"]["data"], "done");
}

TEST(ConnectFlow, StateOfAnotherCallIsRefused) {
  Connecting daemon;
  Rig rig{on(daemon)};
  rig.say(modern("1", "tools/call", R"("name":"T_RUN","arguments":{"a":1})", kAsks));
  std::string const state = Json::parse(rig.wire->await(R"("id":1)"))["result"]["requestState"];

  rig.say(modern(
      "2", "tools/call",
      R"("name":"T_RUN","arguments":{"a":2},"inputResponses":{"connect":{"action":"accept"}},"requestState":")" +
          state + "\"",
      kAsks));

  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":2)"))["error"]["code"], kInvalidParams);
  EXPECT_FALSE(daemon.connected);
}

TEST(ConnectFlow, WhoDeclinesIsToldTheSameAsWhoCannotBeAsked) {
  for (std::string const action : {"decline", "cancel"}) {
    Connecting daemon;
    Rig rig{on(daemon)};
    rig.say(modern("1", "tools/call", R"("name":"T_RUN")", kAsks));
    std::string const state = Json::parse(rig.wire->await(R"("id":1)"))["result"]["requestState"];

    rig.say(modern("2", "tools/call",
                   R"("name":"T_RUN","inputResponses":{"connect":{"action":")" + action +
                       R"("}},"requestState":")" + state + "\"",
                   kAsks));

    auto const result = Json::parse(rig.wire->await(R"("id":2)"))["result"];
    EXPECT_EQ(result["isError"], true);
    EXPECT_EQ(result["structuredContent"]["error"]["code"], "connection_required");
    EXPECT_EQ(result["structuredContent"]["error"]["connect_url"], kLink);
  }
}

TEST(ConnectFlow, ALegacyClientIsAskedByARequestOfOurs) {
  Connecting daemon;
  Rig rig{on(daemon)};
  rig.begin("2025-11-25", kAsks);

  rig.say(legacy("1", "tools/call", R"({"name":"T_RUN"})"));
  auto const asked = Json::parse(rig.wire->await("elicitation/create"));
  EXPECT_EQ(asked["params"]["mode"], "url");
  EXPECT_EQ(asked["params"]["url"], kLink);
  EXPECT_EQ(asked["params"]["elicitationId"], "c1");
  rig.say(R"({"jsonrpc":"2.0","id":)" + asked["id"].dump() + R"(,"result":{"action":"accept"}})");

  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":1)"))["result"]["structuredContent"]["data"], "done");
  EXPECT_NE(rig.wire->await("notifications/elicitation/complete"), "");
}

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

/// As over a session's socket: what is somebody else's to do is told in words.
SessionUse use_inside() {
  SessionUse use;
  use.complete = [](Error error) {
    error.message += "; ask the owner: " + shell_words(error.next_step);
    error.next_step.clear();
    return error;
  };
  return use;
}

Json told_inside(FakeDaemon::Handler handler) {
  FakeDaemon daemon{std::move(handler)};
  SessionTools tools{use_inside()};
  Server server{{.make_service = daemon.maker()}, tools};
  auto const peer = std::make_shared<Peer>();
  auto const wire = std::make_shared<Wire>();
  server.subscribe(peer, wire);
  server.take(peer, modern("1", "tools/call", R"("name":"T_RUN")"), wire);
  auto result = Json::parse(wire->await(R"("id":1)"))["result"];
  server.end();
  peer->cancel_all();
  return result;
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

TEST(SessionCaller, KnowsAToolOutsideBehindTheFlagsOfAStep) {
  auto const refuses = [](ServiceRequest const&, std::stop_token const&) -> Result<ServiceReply> {
    return fail(ErrorCode::policy_denied, "T_RUN is not in the session s",
                {"agenta-tools", "--project", "shop", "session", "add", "s", "T_RUN"});
  };
  Rig rig{refuses};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN")"));

  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":1)"))["error"]["message"], "Unknown tool: T_RUN");
}

TEST(ConnectFlow, WhoCannotConnectIsToldWhoCan) {
  auto const refuses = [](ServiceRequest const& request, std::stop_token const&) -> Result<ServiceReply> {
    if (request.target == "/api/tools/executions")
      return fail(ErrorCode::not_connected, "t is not connected", {"agenta-tools", "connect", "t"});
    return fail(ErrorCode::forbidden, "not here");
  };

  auto const error = told_inside(refuses)["structuredContent"]["error"];

  EXPECT_EQ(error["code"], "connection_required");
  EXPECT_TRUE(error["command"].is_null()) << error;
  EXPECT_TRUE(error["next_step"].empty()) << error;
  EXPECT_NE(error["message"].get<std::string>().find("; ask the owner: agenta-tools connect t."),
            std::string::npos)
      << error;
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
