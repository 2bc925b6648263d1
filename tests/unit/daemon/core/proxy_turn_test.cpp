#include <future>

#include "daemon/core/proxy_run.hpp"
#include "tests/support/gate.hpp"
#include "tests/unit/daemon/core/proxy_support.hpp"

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;
using Pause = ProxyRequests::Run::Pause;

/// Raw requests beside executions: one limiter, one set of rules.
struct ProxyTurn : ProxyTest {
  static RateFacts none_left() { return {.limit = 1, .remaining = 0, .window = 60s}; }
  static ProxyOutcome answered(unsigned status = 200) {
    ProxyOutcome outcome;
    outcome.fate = Fate::answered;
    outcome.reply = ProxyReply{status, "{}", {}, true, {}};
    return outcome;
  }
  static ProxyOutcome limited(std::chrono::seconds retry_after) {
    ProxyOutcome outcome;
    outcome.fate = Fate::nothing_ran;
    outcome.error = fail(ErrorCode::rate_limited, "one too many").error();
    outcome.error->retry_after = retry_after;
    return outcome;
  }
  /// Answers the requests in order; the last answer serves on.
  void answer_proxies(std::vector<ProxyOutcome> outcomes) {
    provider.on_proxy_outcome = [outcomes = std::move(outcomes), at = std::size_t{0}](auto const&) mutable {
      return outcomes[std::min(at++, outcomes.size() - 1)];
    };
  }
  /// The one call that the window has is made, as the execution of a tool.
  void use_up() {
    auto last = test::succeeded();
    last.rate = none_left();
    answer_with({last});
    ASSERT_TRUE(run(call_of(kWrite)));
  }
  std::unique_ptr<ProxyRequests::Run> begin(ProxyCall const& call) {
    return std::make_unique<ProxyRequests::Run>(proxies, caller, call, ProxyRequests::Run::MayLeave::yes);
  }
  static Result<ProxyRequests::Answer> done(ProxyRequests::Run::Step step) {
    return std::get<Result<ProxyRequests::Answer>>(std::move(step));
  }
};

TEST_F(ProxyTurn, WaitsBehindTheRateThatAnExecutionLearnedAndSaysWhereItStands) {
  use_up();
  auto const waiting = begin(call_to("POST"));

  auto const step = waiting->next(false);

  ASSERT_TRUE(std::holds_alternative<Pause>(step));
  EXPECT_EQ(std::get<Pause>(step).at_most, 60s);
  auto const row = value_of(executions.get(caller, {std::get<Pause>(step).key}));
  EXPECT_EQ(row.tool.text, "PROXY_POST");
  EXPECT_EQ(row.state, ExecutionState::queued);
  ASSERT_TRUE(row.queue);
  EXPECT_EQ(row.queue->position, 1);
  EXPECT_EQ(row.queue->expected_wait, 60s);
  EXPECT_EQ(row.queue->reason, "rate_limit");
  EXPECT_EQ(provider.count("proxy"), 0);

  clock.advance(60s);
  EXPECT_EQ(value_of(done(waiting->next(true))).answer.status, 200U);
  EXPECT_EQ(provider.count("proxy"), 1);
}

TEST_F(ProxyTurn, WhatItsAnswerTellsOfTheRateHoldsExecutionsBack) {
  auto last = answered();
  last.rate = none_left();
  answer_proxies({last});
  ASSERT_TRUE(proxies.run(caller, call_to("GET")));
  caller.deadline = clock.steady() + 10s;

  auto const error = error_of(run(call_of(kWrite)));

  EXPECT_EQ(error.code, ErrorCode::rate_limited);
  EXPECT_EQ(provider.count("execute"), 0);
}

TEST_F(ProxyTurn, CancelledWhileItWaitsItNeverLeaves) {
  use_up();
  auto const waiting = begin(call_to("POST"));
  auto const step = waiting->next(false);
  ASSERT_TRUE(std::holds_alternative<Pause>(step));
  ExecutionId const id{std::get<Pause>(step).key};
  auto cancelling = std::async(std::launch::async, [&] { return executions.cancel(caller, id); });

  auto ended = waiting->next(false);
  while (std::holds_alternative<Pause>(ended)) ended = waiting->next(false);  // until the wish has come

  EXPECT_EQ(error_of(done(std::move(ended))).code, ErrorCode::cancelled);
  EXPECT_EQ(value_of(cancelling.get()).state, ExecutionState::cancelled);
  EXPECT_EQ(provider.count("proxy"), 0);
}

TEST_F(ProxyTurn, AClientThatGoesAwayTakesAlongWhatWaits) {
  use_up();
  std::stop_source gone;
  caller.stop = gone.get_token();
  auto const waiting = begin(call_to("POST"));
  ASSERT_TRUE(std::holds_alternative<Pause>(waiting->next(false)));

  gone.request_stop();

  EXPECT_EQ(error_of(done(waiting->next(false))).code, ErrorCode::cancelled);
  EXPECT_EQ(provider.count("proxy"), 0);
}

TEST_F(ProxyTurn, IsRefusedAtOnceWhereItsDeadlineCannotBeMet) {
  use_up();
  caller.deadline = clock.steady() + 10s;

  auto const error = error_of(proxies.run(caller, call_to("GET", "/x?token=hunter2")));

  EXPECT_EQ(error.code, ErrorCode::rate_limited);
  EXPECT_EQ(error.retry_after, 60s);
  EXPECT_NE(error.message.find("GET /x: "), std::string::npos) << error.message;
  EXPECT_EQ(error.message.find("hunter2"), std::string::npos) << error.message;
}

TEST_F(ProxyTurn, ARefusalForBeingOneTooManyIsNoAttempt) {
  answer_proxies({limited(2s), limited(2s), limited(2s), limited(2s), answered()});
  auto const waiting = begin(call_to("POST"));

  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(std::holds_alternative<Pause>(waiting->next(true)));
    clock.advance(2s);
  }

  EXPECT_EQ(value_of(done(waiting->next(true))).answer.attempts, 1);
  EXPECT_EQ(provider.count("proxy"), 5);
}

TEST_F(ProxyTurn, TheServicesOwnRefusalSaysNothingOfComposiosRate) {
  answer_proxies({answered(429)});
  EXPECT_EQ(value_of(proxies.run(caller, call_to("GET"))).answer.status, 429U);

  EXPECT_TRUE(run(call_of(kWrite)));
}

TEST_F(ProxyTurn, ABodyIsSentWholeEachTime) {
  std::vector<std::string> bodies;
  provider.on_proxy_outcome = [&](ProxyRequest const& request) {
    bodies.push_back(request.body ? request.body->text : "none");
    return bodies.size() == 1 ? limited(0s) : answered();
  };
  auto call = call_to("POST");
  call.body = JsonText{R"({"title":"t"})"};

  ASSERT_TRUE(proxies.run(caller, call));

  EXPECT_EQ(bodies, (std::vector<std::string>{R"({"title":"t"})", R"({"title":"t"})"}));
}

TEST_F(ProxyTurn, ACallerNeedNotWaitForAWriteThatIsOnItsWay) {
  test::Gate on_the_wire;
  provider.on_proxy_outcome = [&](ProxyRequest const& request) {
    EXPECT_TRUE(request.answer_by);
    request.on_written();
    on_the_wire.pass();
    return answered();
  };
  caller.deadline = clock.steady() + 1s;
  auto const write = begin(call_to("POST"));
  auto going = std::async(std::launch::async, [&] { return done(write->next(false)); });
  on_the_wire.await_arrivals(1);

  auto const told = write->leave();

  ASSERT_TRUE(told);
  EXPECT_EQ(told->code, ErrorCode::outcome_unknown);
  EXPECT_EQ(only_row().state, ExecutionState::sent);
  on_the_wire.open();
  EXPECT_TRUE(going.get());
  EXPECT_EQ(only_row().state, ExecutionState::succeeded);
}

TEST_F(ProxyTurn, CancellingAReadCutsItShort) {
  test::Gate on_the_wire;
  provider.on_proxy_call = [&](ProviderCall const& call) {
    on_the_wire.open();
    on_the_wire.pass();
    await_stop(call.stop);
    ProxyOutcome outcome;
    outcome.fate = Fate::unknown;
    outcome.error = fail(ErrorCode::outcome_unknown, "cut short").error();
    return outcome;
  };
  auto const read = begin(call_to("GET"));
  auto going = std::async(std::launch::async, [&] { return done(read->next(false)); });
  on_the_wire.await_arrivals(1);

  auto const cancelled = value_of(executions.cancel(caller, only_row().id));

  EXPECT_EQ(cancelled.state, ExecutionState::cancelled);
  EXPECT_EQ(error_of(going.get()).code, ErrorCode::cancelled);
  EXPECT_EQ(provider.count("proxy"), 1);
}

}  // namespace
}  // namespace agenta::daemon
