#include <future>

#include "daemon/core/execution_run.hpp"
#include "tests/unit/daemon/core/executions_support.hpp"

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;
using Pause = Executions::Run::Pause;

struct ExecutionsTurn : ExecutionsTest {
  static ExecuteOutcome limited(std::chrono::seconds retry_after) {
    auto outcome = test::ended(Fate::nothing_ran, ErrorCode::rate_limited);
    outcome.error->retry_after = retry_after;
    return outcome;
  }
  static ExecuteOutcome with_none_left() {
    auto outcome = test::succeeded();
    outcome.rate.limit = 1;
    outcome.rate.remaining = 0;
    outcome.rate.window = 60s;
    return outcome;
  }
  std::unique_ptr<Executions::Run> begin(ToolCall const& call) {
    return std::make_unique<Executions::Run>(executions, caller, call, Executions::Run::MayLeave::yes);
  }
  static Result<Execution> done(Executions::Run::Step step) {
    return std::get<Result<Execution>>(std::move(step));
  }
  static ToolCall line(std::int64_t number,
                       std::string const& batch = "0196f0e0-0000-7000-8000-000000000001") {
    auto call = call_of(kWrite);
    call.batch = BatchItem{{batch}, number};
    return call;
  }
};

TEST_F(ExecutionsTurn, WhatWaitsIsJournaledAsQueuedAndSaysWhereItStands) {
  answer_with({with_none_left()});
  ASSERT_TRUE(run(call_of(kWrite)));
  auto const waiting = begin(call_of(kWrite));

  auto const step = waiting->next(false);

  ASSERT_TRUE(std::holds_alternative<Pause>(step));
  EXPECT_EQ(std::get<Pause>(step).at_most, 60s);
  auto const row = value_of(executions.get(caller, {std::get<Pause>(step).key}));
  EXPECT_EQ(row.state, ExecutionState::queued);
  ASSERT_TRUE(row.queue);
  EXPECT_EQ(row.queue->position, 1);
  EXPECT_EQ(row.queue->expected_wait, 60s);
  EXPECT_EQ(row.queue->reason, "rate_limit");
  EXPECT_EQ(provider.count("execute"), 1);

  clock.advance(60s);
  EXPECT_EQ(value_of(done(waiting->next(true))).state, ExecutionState::succeeded);
}

TEST_F(ExecutionsTurn, ARefusalForBeingOneTooManyIsNoAttempt) {
  answer_with({limited(2s), limited(2s), limited(2s), limited(2s), test::succeeded()});
  auto const waiting = begin(call_of(kWrite));

  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(std::holds_alternative<Pause>(waiting->next(true)));
    clock.advance(2s);
  }

  EXPECT_EQ(value_of(done(waiting->next(true))).attempts, 1);
  EXPECT_EQ(provider.count("execute"), 5);
}

TEST_F(ExecutionsTurn, AnotherKeyIsNotHeldUp) {
  answer_with({with_none_left()});
  ASSERT_TRUE(run(call_of(kOpen)));
  caller.api_key = Secret{"key-2"};

  EXPECT_TRUE(run(call_of(kOpen)));
}

TEST_F(ExecutionsTurn, IsRefusedAtOnceWhereItsDeadlineCannotBeMet) {
  answer_with({with_none_left()});
  ASSERT_TRUE(run(call_of(kWrite)));
  caller.deadline = clock.steady() + 10s;

  auto const error = error_of(run(call_of(kWrite)));

  EXPECT_EQ(error.code, ErrorCode::rate_limited);
  EXPECT_EQ(error.retry_after, 60s);
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(ExecutionsTurn, AClientThatGoesAwayTakesAlongWhatWaits) {
  answer_with({with_none_left()});
  ASSERT_TRUE(run(call_of(kWrite)));
  std::stop_source gone;
  caller.stop = gone.get_token();
  auto const waiting = begin(call_of(kWrite));
  ASSERT_TRUE(std::holds_alternative<Pause>(waiting->next(false)));

  gone.request_stop();

  EXPECT_EQ(error_of(done(waiting->next(false))).code, ErrorCode::cancelled);
  EXPECT_EQ(provider.count("execute"), 1);
  EXPECT_EQ(history().front().state, ExecutionState::cancelled);
}

TEST_F(ExecutionsTurn, WithoutRetriesThereIsOneSend) {
  auto call = call_of(kRead);
  call.retry = RetryRule::never;
  answer_with({limited(0s), test::succeeded()});

  EXPECT_EQ(error_of(run(call)).code, ErrorCode::rate_limited);
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(ExecutionsTurn, ACallerNeedNotWaitForAWriteThatIsOnItsWay) {
  test::Gate on_the_wire;
  provider.on_execute = [&](ProviderCall const& call, ExecuteRequest const& request) {
    EXPECT_GT(request.answer_by, call.deadline);
    request.on_written();
    on_the_wire.pass();
    return test::succeeded();
  };
  caller.deadline = clock.steady() + 1s;
  auto const write = begin(call_of(kWrite));
  EXPECT_FALSE(write->leave()) << "nothing is on its way yet";
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

TEST_F(ExecutionsTurn, ALineOfABatchIsRunOnce) {
  auto const first = value_of(run(line(1)));

  auto const again = value_of(run(line(1)));

  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(provider.count("execute"), 1);
  EXPECT_FALSE(value_of(run(line(2))).replayed);
}

TEST_F(ExecutionsTurn, ALineThatMayHaveRunIsNotRunAgain) {
  answer_with({test::ended(Fate::unknown, ErrorCode::outcome_unknown), test::succeeded()});
  EXPECT_FALSE(run(line(1)));

  EXPECT_EQ(error_of(run(line(1))).code, ErrorCode::outcome_unknown);
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(ExecutionsTurn, ALineThatNeverRanIsRun) {
  answer_with({test::ended(Fate::nothing_ran, ErrorCode::provider_unavailable)});
  auto call = line(1);
  call.retry = RetryRule::never;
  EXPECT_FALSE(run(call));
  answer_with({test::succeeded()});

  EXPECT_FALSE(value_of(run(call)).replayed);
}

TEST_F(ExecutionsTurn, ALineUnderWayIsWaitedFor) {
  test::Gate gate;
  provider.on_execute = [&](auto const&, auto const&) {
    gate.pass();
    return test::succeeded();
  };
  auto first = std::async(std::launch::async, [&] { return run(line(1)); });
  gate.await_arrivals(1);
  auto const twin = begin(line(1));

  auto const step = twin->next(false);

  ASSERT_TRUE(std::holds_alternative<Pause>(step));
  gate.open();
  auto const ran = value_of(first.get());
  EXPECT_EQ(std::get<Pause>(step).key, ran.id.text);
  EXPECT_EQ(value_of(done(twin->next(false))).id, ran.id);
  EXPECT_EQ(provider.count("execute"), 1);
}

}  // namespace
}  // namespace agenta::daemon
