#include "daemon/app/dispatcher.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "daemon/api/routes.hpp"
#include "shared/base/version.hpp"
#include "tests/support/gate.hpp"
#include "tests/unit/daemon/net/loop_thread.hpp"

namespace agenta::daemon {
namespace {

using api::Call;
using api::Permission;
using api::Work;

struct DispatcherTest : testing::Test {
  /// Work in steps, as the test has it.
  struct Steps final : api::StagedWork {
    explicit Steps(DispatcherTest& test) : of(test) {}
    Step next(bool rested) override {
      ++of.runs;
      return of.step(rested);
    }
    std::optional<Error> leave() override { return of.leave(); }
    DispatcherTest& of;
  };
  std::function<api::StagedWork::Step(bool)> step{};
  std::function<std::optional<Error>()> leave = [] { return std::nullopt; };

  LoopThread thread;
  log::Log log;
  WaitList waits{thread.executor()};
  std::function<Result<ServiceReply>(Call const&)> answer = [](Call const&) { return api::json_reply("{}"); };
  test::Gate gate;
  std::atomic<int> runs = 0;
  api::Router router{
      {{"GET", "/local", Permission::view_tools, Work::local, [this](Call const& call) { return run(call); }},
       {"POST", "/local", Permission::view_tools, Work::local,
        [this](Call const& call) { return run(call); }},
       {"GET", "/provider", Permission::view_tools, Work::provider,
        [this](Call const&) -> Result<ServiceReply> {
          gate.pass();
          return api::json_reply("{}");
        }},
       {"GET", "/control", Permission::view_tools, Work::control,
        [this](Call const& call) { return run(call); }},
       {"POST", "/staged", Permission::view_tools, Work::provider,
        [this](Call const& call) { return run(call); },
        [this](Call const&) { return std::make_unique<Steps>(*this); }}}};
  api::Router few{{{"GET", "/local", Permission::view_tools, Work::local,
                    [this](Call const& call) { return run(call); }}}};
  WorkerPool local{"local", 2};
  WorkerPool provider{"provider", 2};
  std::unique_ptr<Dispatcher> dispatcher;

  DispatcherTest() {
    Dispatcher::Options options;
    options.sandbox_flag = "--sandbox";
    options.user = "ada";
    options.host = "loom";
    dispatcher = std::make_unique<Dispatcher>(router, local, provider, waits, log, options);
  }
  ~DispatcherTest() override { thread.finish(); }

  Result<ServiceReply> run(Call const& call) {
    ++runs;
    return answer(call);
  }
  /// By a session's socket, which has `/local` and nothing else.
  HttpResponse visit(std::string method, std::string target, HttpHeaders headers = {}) {
    SessionEntrance entrance;
    entrance.session = "the-session";
    entrance.name = "triage";
    entrance.project = "mine";
    entrance.router = &few;
    return start(std::move(method), std::move(target), std::move(headers), {},
                 std::make_shared<SessionEntrance const>(std::move(entrance)))
        .get();
  }
  std::future<HttpResponse> start(std::string method, std::string target, HttpHeaders headers = {},
                                  HttpPeer peer = {}, std::shared_ptr<SessionEntrance const> by = nullptr) {
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers = std::move(headers);
    auto promise = std::make_shared<std::promise<HttpResponse>>();
    auto future = promise->get_future();
    boost::asio::co_spawn(thread.loop(),
                          dispatcher->handle(std::move(request), std::move(peer), std::move(by)),
                          [promise](std::exception_ptr failure, HttpResponse response) {
                            if (failure)
                              promise->set_exception(failure);
                            else
                              promise->set_value(std::move(response));
                          });
    return future;
  }
  HttpResponse ask(std::string method, std::string target, HttpHeaders headers = {}) {
    return start(std::move(method), std::move(target), std::move(headers)).get();
  }
  static nlohmann::json body_of(HttpResponse const& response) { return nlohmann::json::parse(response.body); }
  void await_runs(int count) {
    while (runs < count) std::this_thread::yield();
  }
  /// A route that is settled from its second run on.
  void settle_at_the_second_run() {
    answer = [this](Call const&) -> Result<ServiceReply> {
      auto reply = api::json_reply(runs == 1 ? "\"pending\"" : "\"settled\"");
      if (runs == 1) reply.headers.emplace_back(api::kWaitKeyHeader, "key");
      return reply;
    };
  }
};

TEST_F(DispatcherTest, EveryReplySaysWhoAnswers) {
  for (char const* target : {"/local", "/control", "/nothing"}) {
    auto const reply = ask("GET", target);
    EXPECT_EQ(find_header(reply.headers, "Agenta-Tools-Version"), product_version());
    EXPECT_EQ(find_header(reply.headers, "Agenta-Tools-Protocol"), std::to_string(protocol_range().newest));
    EXPECT_EQ(find_header(reply.headers, "Content-Type"), "application/json");
    EXPECT_TRUE(find_header(reply.headers, "Agenta-Tools-Request-Id"));
  }
}

TEST_F(DispatcherTest, ASessionsSocketHasItsOwnTableAndForbidsTheRestAlike) {
  EXPECT_EQ(visit("GET", "/local").status, 200U);
  auto const there = visit("GET", "/control");
  auto const nowhere = visit("GET", "/nothing");
  auto const method = visit("POST", "/local");

  EXPECT_EQ(there.status, 403U);
  EXPECT_EQ(nowhere.status, 403U);
  EXPECT_EQ(method.status, 403U);
  EXPECT_EQ(body_of(there).at("detail"), body_of(nowhere).at("detail"));
  EXPECT_EQ(body_of(there).at("detail"), body_of(method).at("detail"));
  EXPECT_EQ(runs, 1);
}

TEST_F(DispatcherTest, WhoComesByASessionsSocketIsThatSessionWhateverTheySay) {
  std::string session;
  std::string project;
  answer = [&](Call const& call) {
    session = call.caller.session;
    project = call.caller.project;
    return api::json_reply("{}");
  };

  visit("GET", "/local", {{"Agenta-Tools-Project", "other"}, {"Agenta-Tools-Session", "another"}});

  EXPECT_EQ(session, "the-session");
  EXPECT_EQ(project, "mine");
  ask("GET", "/local", {{"Agenta-Tools-Project", "other"}});
  EXPECT_EQ(session, "");
  EXPECT_EQ(project, "other");
}

TEST_F(DispatcherTest, NobodysKeyOrEndpointIsTakenByASessionsSocket) {
  for (char const* name :
       {"Agenta-Tools-Composio-Key", "agenta-tools-composio-url", "Agenta-Tools-Session-Bus"}) {
    EXPECT_EQ(visit("GET", "/local", {{name, ""}}).status, 403U) << name;
  }
  EXPECT_EQ(runs, 0);
}

TEST_F(DispatcherTest, AFailureIsADocumentWithItsStatusAndTheNextStepOfThisCaller) {
  answer = [](Call const&) -> Result<ServiceReply> {
    return fail(ErrorCode::not_connected, "github is not connected", {"agenta-tools", "connect", "github"});
  };

  auto const reply = ask("GET", "/local", {{"Agenta-Tools-Project", "Other"}});

  EXPECT_EQ(reply.status, 424U);
  auto const body = body_of(reply);
  EXPECT_EQ(body.at("code"), "NOT_CONNECTED");
  EXPECT_EQ(body.at("detail"), "github is not connected");
  EXPECT_EQ(body.at("next_step"),
            (nlohmann::json{"agenta-tools", "--sandbox", "--project", "other", "connect", "github"}));
  EXPECT_EQ(body.at("request_id"), find_header(reply.headers, "Agenta-Tools-Request-Id").value());
}

TEST_F(DispatcherTest, OverASessionsSocketItsOwnersStepsAreToldInWords) {
  answer = [](Call const&) -> Result<ServiceReply> {
    return fail(ErrorCode::not_connected, "github is not connected", {"agenta-tools", "connect", "github"});
  };
  auto const owners = body_of(visit("GET", "/local"));
  EXPECT_EQ(owners.at("detail"),
            "github is not connected; ask whoever runs the session: "
            "`agenta-tools --sandbox --project mine connect github`");
  EXPECT_TRUE(owners.at("next_step").empty());

  answer = [](Call const&) -> Result<ServiceReply> {
    return fail(ErrorCode::tool_failed, "no", {"agenta-tools", "history", "show", "e1"});
  };
  EXPECT_EQ(body_of(visit("GET", "/local")).at("next_step").size(), 7U) << "its own";

  std::string const nothing_there = body_of(visit("GET", "/nothing")).at("detail");
  EXPECT_NE(nothing_there.find("ask whoever runs the session"), std::string::npos) << nothing_there;
}

TEST_F(DispatcherTest, AToolsFailureWithoutAnEnvelopeIsNoSuccess) {
  answer = [](Call const&) -> Result<ServiceReply> { return fail(ErrorCode::tool_failed, "no"); };

  EXPECT_EQ(ask("GET", "/local").status, 422U);
}

TEST_F(DispatcherTest, SaysWhenToComeBack) {
  answer = [](Call const&) -> Result<ServiceReply> {
    Error error = fail(ErrorCode::rate_limited, "slower").error();
    error.retry_after = std::chrono::seconds{7};
    return fail(std::move(error));
  };

  EXPECT_EQ(find_header(ask("GET", "/local").headers, "Retry-After"), "7");
}

TEST_F(DispatcherTest, AnExceptionIsABugOfOursAndTheNextRequestIsServed) {
  for (char const* target : {"/local", "/control"}) {
    answer = [](Call const&) -> Result<ServiceReply> { throw std::runtime_error("broken"); };
    auto const reply = ask("GET", target);
    EXPECT_EQ(reply.status, 500U);
    EXPECT_EQ(body_of(reply).at("code"), "INTERNAL");

    answer = [](Call const&) { return api::json_reply("{}"); };
    EXPECT_EQ(ask("GET", target).status, 200U);
  }
  EXPECT_EQ(dispatcher->active(), 0U);
}

TEST_F(DispatcherTest, RefusesAtTheDoorBeforeAnyRouteRuns) {
  EXPECT_EQ(ask("GET", "/local", {{"Host", "evil.example"}}).status, 403U);
  EXPECT_EQ(ask("GET", "/local", {{"Origin", "http://localhost"}}).status, 403U);
  EXPECT_EQ(body_of(ask("GET", "/local", {{"Agenta-Tools-Version", "999.0.0"}})).at("code"), "VERSION_SKEW");
  EXPECT_EQ(ask("GET", "/nothing").status, 501U);
  EXPECT_EQ(ask("PUT", "/local").status, 501U);
  EXPECT_EQ(ask("GET", "/local?a=%zz").status, 400U);
  EXPECT_EQ(ask("GET", "/local?wait=soon").status, 400U);
  EXPECT_EQ(ask("GET", "/local?wait=-1").status, 400U);
  EXPECT_EQ(ask("GET", "/local", {{"Agenta-Tools-Timeout-Ms", "1s"}}).status, 400U);
  EXPECT_EQ(ask("GET", "/local", {{"Agenta-Tools-Project", "../x"}}).status, 400U);
  EXPECT_EQ(runs, 0);
}

TEST_F(DispatcherTest, TellsARouteWhoAsksAndUntilWhen) {
  Caller seen;
  answer = [&](Call const& call) {
    seen = call.caller;
    return api::json_reply("{}");
  };
  auto const before = std::chrono::steady_clock::now();

  ask("POST", "/local",
      {{"Agenta-Tools-Project", "Work"},
       {"Agenta-Tools-Composio-Key", "key"},
       {"Agenta-Tools-Composio-Url", "http://127.0.0.1:1"},
       {"Agenta-Tools-Timeout-Ms", "3000"},
       {"Agenta-Tools-Version", "0.0.1"}});

  EXPECT_EQ(seen.project, "work");
  EXPECT_EQ(seen.api_key->reveal(), "key");
  EXPECT_EQ(seen.base_url, "http://127.0.0.1:1");
  EXPECT_GE(seen.deadline, before + std::chrono::milliseconds{3000});
  EXPECT_LE(seen.deadline, std::chrono::steady_clock::now() + std::chrono::milliseconds{3000});
  EXPECT_EQ(seen.actor.user, "ada");
  EXPECT_EQ(seen.actor.host, "loom");
  EXPECT_EQ(seen.actor.program, "0.0.1");
}

TEST_F(DispatcherTest, AnEmptyKeyIsNoKey) {
  bool has_key = true;
  answer = [&](Call const& call) {
    has_key = call.caller.api_key.has_value();
    return api::json_reply("{}");
  };

  ask("GET", "/local", {{"Agenta-Tools-Composio-Key", ""}});

  EXPECT_FALSE(has_key);
}

TEST_F(DispatcherTest, AnswersAtOnceWhatIsNotSettledWhereNobodyWaits) {
  settle_at_the_second_run();

  auto const reply = ask("GET", "/local");

  EXPECT_EQ(reply.body, "\"pending\"");
  EXPECT_FALSE(find_header(reply.headers, api::kWaitKeyHeader)) << "the key is not for the wire";
}

TEST_F(DispatcherTest, HoldsTheReplyUntilItIsSettled) {
  settle_at_the_second_run();
  auto reply = start("GET", "/local?wait=600");
  await_runs(1);

  thread.on_loop([this] { waits.notify("key"); });

  EXPECT_EQ(reply.get().body, "\"settled\"");
}

TEST_F(DispatcherTest, AWaitEndsWithItsTime) {
  answer = [](Call const&) -> Result<ServiceReply> {
    auto reply = api::json_reply("\"pending\"");
    reply.headers.emplace_back(api::kWaitKeyHeader, "key");
    return reply;
  };

  EXPECT_EQ(ask("GET", "/local?wait=1").body, "\"pending\"");
}

TEST_F(DispatcherTest, AWaitEndsWhereThePeerHangsUp) {
  settle_at_the_second_run();
  std::stop_source hangup;
  HttpPeer peer;
  peer.hangup = hangup.get_token();
  auto reply = start("GET", "/local?wait=600", {}, std::move(peer));
  await_runs(1);

  thread.on_loop([&] { hangup.request_stop(); });

  EXPECT_EQ(reply.wait_for(std::chrono::seconds{20}), std::future_status::ready);
}

TEST_F(DispatcherTest, WorkInStepsHoldsNoThreadWhileItPauses) {
  step = [this](bool) -> api::StagedWork::Step {
    if (runs <= 10) return api::StagedWork::Pause{"turn", std::chrono::minutes{5}};
    return Result<ServiceReply>{api::json_reply("\"done\"")};
  };
  std::vector<std::future<HttpResponse>> pausing;
  for (int i = 0; i < 10; ++i) pausing.push_back(start("POST", "/staged"));
  await_runs(10);
  gate.open();

  EXPECT_EQ(ask("GET", "/provider").status, 200U) << "two threads, and ten that pause";
  thread.on_loop([this] { dispatcher->wake("turn"); });

  for (auto& reply : pausing) EXPECT_EQ(reply.get().body, "\"done\"");
}

TEST_F(DispatcherTest, APauseEndsWithItsTimeAndSaysSo) {
  step = [this](bool rested) -> api::StagedWork::Step {
    if (runs == 1) return api::StagedWork::Pause{"turn", std::chrono::milliseconds{1}};
    return Result<ServiceReply>{api::json_reply(rested ? "\"rested\"" : "\"woken\"")};
  };

  EXPECT_EQ(ask("POST", "/staged").body, "\"rested\"");
}

TEST_F(DispatcherTest, ACallerWhoseDeadlineHasPassedIsAnsweredWhereTheWorkLetsItGo) {
  step = [this](bool) -> api::StagedWork::Step {
    gate.pass();
    return Result<ServiceReply>{api::json_reply("{}")};
  };
  leave = []() -> std::optional<Error> {
    return fail(ErrorCode::outcome_unknown, "it may have run").error();
  };

  auto const reply = ask("POST", "/staged", {{"Agenta-Tools-Timeout-Ms", "1"}});

  EXPECT_EQ(body_of(reply).at("code"), "OUTCOME_UNKNOWN");
  gate.open();
}

TEST_F(DispatcherTest, SlowToolsDoNotDelayALocalAnswer) {
  std::vector<std::future<HttpResponse>> slow;
  for (int i = 0; i < 10; ++i) slow.push_back(start("GET", "/provider"));
  gate.await_arrivals(2);

  EXPECT_EQ(ask("GET", "/local").status, 200U);
  EXPECT_EQ(ask("GET", "/control").status, 200U);
  EXPECT_EQ(thread.on_loop([this] { return dispatcher->active(); }), 10U);

  gate.open();
  for (auto& reply : slow) EXPECT_EQ(reply.get().status, 200U);
}

TEST_F(DispatcherTest, WhatCouldNotBeReadIsAnsweredWithADocumentToo) {
  for (Malformed const kind : {Malformed::bad_request, Malformed::header_too_large, Malformed::body_too_large,
                               Malformed::too_slow}) {
    auto const reply = malformed_reply(kind);
    EXPECT_EQ(body_of(reply).at("code"), "INVALID_REQUEST");
    EXPECT_TRUE(find_header(reply.headers, "Agenta-Tools-Version"));
  }
}

}  // namespace
}  // namespace agenta::daemon
