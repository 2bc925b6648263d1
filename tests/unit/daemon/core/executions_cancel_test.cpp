#include <future>
#include <thread>

#include "tests/unit/daemon/core/executions_support.hpp"

namespace agenta::daemon {
namespace {

struct ExecutionsCancel : ExecutionsTest {
  test::Gate on_the_wire;

  ToolCall with_id(std::string tool) {
    auto call = call_of(std::move(tool));
    call.id.text = make_uuid_v7();
    return call;
  }
  std::future<Result<Execution>> start(ToolCall const& call) {
    return std::async(std::launch::async, [this, call] { return run(call); });
  }
  void hold_then_answer(ExecuteOutcome outcome) {
    provider.on_execute = [this, outcome](ProviderCall const& call, auto const&) {
      on_the_wire.pass();
      EXPECT_FALSE(call.stop.stop_requested()) << "a write is not cut short";
      return outcome;
    };
  }
};

TEST_F(ExecutionsCancel, WhatIsCancelledBeforeItIsReadIsNeverSent) {
  auto const call = with_id(kWrite);

  EXPECT_EQ(error_of(executions.cancel(caller, call.id)).code, ErrorCode::execution_not_found);
  auto const error = error_of(run(call));

  EXPECT_EQ(error.code, ErrorCode::cancelled);
  EXPECT_EQ(provider.count("execute"), 0);
  EXPECT_EQ(only_row().state, ExecutionState::refused);
  EXPECT_EQ(only_row().id, call.id);
}

TEST_F(ExecutionsCancel, OneCancelStopsOneRun) {
  auto const call = with_id(kWrite);
  EXPECT_FALSE(executions.cancel(caller, call.id));
  EXPECT_FALSE(run(call));

  EXPECT_TRUE(run(with_id(kWrite)));
}

TEST_F(ExecutionsCancel, AWriteOnTheWireGoesOnAndItsOutcomeIsKept) {
  hold_then_answer(test::succeeded());
  auto const call = with_id(kWrite);
  auto running = start(call);
  on_the_wire.await_arrivals(1);

  EXPECT_EQ(value_of(executions.cancel(caller, call.id)).state, ExecutionState::sent);
  on_the_wire.open();

  EXPECT_EQ(value_of(running.get()).state, ExecutionState::succeeded);
  EXPECT_EQ(only_row().state, ExecutionState::succeeded);
}

TEST_F(ExecutionsCancel, AWriteWhoseOutcomeIsUnknownIsNotCalledCancelled) {
  hold_then_answer(test::ended(Fate::unknown, ErrorCode::outcome_unknown));
  auto const call = with_id(kWrite);
  auto running = start(call);
  on_the_wire.await_arrivals(1);
  ASSERT_TRUE(executions.cancel(caller, call.id));
  on_the_wire.open();

  EXPECT_EQ(error_of(running.get()).code, ErrorCode::outcome_unknown);
  EXPECT_EQ(only_row().state, ExecutionState::unknown);
}

TEST_F(ExecutionsCancel, AWriteThatProvablyDidNotRunIsCancelledAndNotRepeated) {
  hold_then_answer(test::ended(Fate::nothing_ran, ErrorCode::provider_unavailable));
  auto const call = with_id(kWrite);
  auto running = start(call);
  on_the_wire.await_arrivals(1);
  ASSERT_TRUE(executions.cancel(caller, call.id));
  on_the_wire.open();

  EXPECT_EQ(error_of(running.get()).code, ErrorCode::cancelled);
  EXPECT_EQ(provider.count("execute"), 1);
  EXPECT_EQ(only_row().state, ExecutionState::cancelled);
}

TEST_F(ExecutionsCancel, AReadOnTheWireIsCutShort) {
  provider.on_execute = [this](ProviderCall const& call, auto const&) {
    on_the_wire.pass();
    await_stop(call.stop);
    return test::ended(Fate::unknown, ErrorCode::outcome_unknown);
  };
  on_the_wire.open();
  auto const call = with_id(kRead);
  auto running = start(call);
  on_the_wire.await_arrivals(1);

  ASSERT_TRUE(executions.cancel(caller, call.id));

  EXPECT_EQ(error_of(running.get()).code, ErrorCode::cancelled);
  EXPECT_EQ(provider.count("execute"), 1);
  EXPECT_EQ(only_row().state, ExecutionState::cancelled);
}

TEST_F(ExecutionsCancel, AWaitForTheNextAttemptEndsAtOnce) {
  auto limited = test::ended(Fate::nothing_ran, ErrorCode::rate_limited);
  limited.error->retry_after = std::chrono::minutes{5};
  provider.on_execute = [&](auto const&, auto const&) {
    on_the_wire.pass();
    return limited;
  };
  on_the_wire.open();
  auto const call = with_id(kWrite);
  auto running = start(call);
  on_the_wire.await_arrivals(1);

  ASSERT_TRUE(executions.cancel(caller, call.id));

  EXPECT_EQ(error_of(running.get()).code, ErrorCode::cancelled);
  EXPECT_EQ(provider.count("execute"), 1);
  EXPECT_EQ(only_row().state, ExecutionState::cancelled);
}

TEST_F(ExecutionsCancel, WhatIsOverStaysAsItIs) {
  auto const done = value_of(run(with_id(kWrite)));

  EXPECT_EQ(value_of(executions.cancel(caller, done.id)), done);
  EXPECT_EQ(only_row(), done);
}

TEST_F(ExecutionsCancel, ASecondCallWithTheIdOfARunningOneDoesNotHideIt) {
  hold_then_answer(test::succeeded());
  auto const call = with_id(kWrite);
  auto running = start(call);
  on_the_wire.await_arrivals(1);

  EXPECT_EQ(error_of(run(call)).code, ErrorCode::idempotency_conflict);

  EXPECT_EQ(executions.running(), 1U);
  on_the_wire.open();
  EXPECT_TRUE(running.get());
}

TEST_F(ExecutionsCancel, AbortingEndsEveryCallAndWhatWasWrittenIsUnknown) {
  provider.on_execute = [this](ProviderCall const& call, auto const&) {
    on_the_wire.pass();
    await_stop(call.stop);
    return test::ended(Fate::unknown, ErrorCode::outcome_unknown);
  };
  on_the_wire.open();
  auto write = start(with_id(kWrite));
  auto repeatable = start(with_id(kRepeatable));
  on_the_wire.await_arrivals(2);

  executions.abort_all();

  EXPECT_EQ(error_of(write.get()).code, ErrorCode::outcome_unknown);
  EXPECT_EQ(error_of(repeatable.get()).code, ErrorCode::outcome_unknown);
  EXPECT_EQ(provider.count("execute"), 2);
  EXPECT_EQ(executions.running(), 0U);
}

TEST_F(ExecutionsCancel, ANameThatIsNoIdIsNotRemembered) {
  EXPECT_EQ(error_of(executions.cancel(caller, {"anything"})).code, ErrorCode::execution_not_found);
}

}  // namespace
}  // namespace agenta::daemon
