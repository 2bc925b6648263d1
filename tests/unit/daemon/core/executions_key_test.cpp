#include <future>
#include <thread>

#include "tests/unit/daemon/core/executions_support.hpp"

namespace agenta::daemon {
namespace {

using IdempotencyKey = ExecutionsTest;

TEST_F(IdempotencyKey, TheSameCallAgainIsAnsweredFromTheJournal) {
  auto const first = value_of(run(keyed("k")));
  answer_with({test::tool_said_no("must not be asked")});

  auto const second = value_of(run(keyed("k", R"({ "title": "hello" })")));

  EXPECT_TRUE(second.replayed);
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.data, first.data);
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(IdempotencyKey, HoldsAfterARestart) {
  auto const first = value_of(run(keyed("k")));
  Executions restarted{projects, rows, journal, catalog, credentials, provider, clock, execution_options()};

  EXPECT_EQ(value_of(restarted.run(caller, keyed("k"))).id, first.id);
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(IdempotencyKey, OtherArgumentsUnderTheSameKeyAreAConflict) {
  auto const first = value_of(run(keyed("k")));

  auto const error = error_of(run(keyed("k", R"({"title":"other"})")));

  EXPECT_EQ(error.code, ErrorCode::idempotency_conflict);
  EXPECT_EQ(error.execution_id, first.id.text);
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(IdempotencyKey, AnotherConnectionOrVersionUnderTheSameKeyIsAConflict) {
  auto call = keyed("k");
  call.connection = "work";
  ASSERT_TRUE(run(call));
  add_connection("home");

  call.connection = "home";
  EXPECT_EQ(error_of(run(call)).code, ErrorCode::idempotency_conflict);
  call.connection = "work";
  call.tool_version = "20250101_00";
  EXPECT_EQ(error_of(run(call)).code, ErrorCode::idempotency_conflict);
}

TEST_F(IdempotencyKey, NumbersThatNoDoubleTellsApartAreAConflictToo) {
  auto const numbered = [](std::string const& number) {
    auto call = keyed("k", R"({"title":"t","more":)" + number + "}");
    call.validate = false;
    return call;
  };
  ASSERT_TRUE(run(numbered("123456789012345678901234567890")));

  EXPECT_TRUE(value_of(run(numbered("123456789012345678901234567890.0"))).replayed);
  EXPECT_EQ(error_of(run(numbered("123456789012345678901234567891"))).code, ErrorCode::idempotency_conflict);
}

TEST_F(IdempotencyKey, BelongsToItsProject) {
  ASSERT_TRUE(run(keyed("k")));
  auto const other = value_of(projects.ensure("other", clock.wall()));
  auto row = work;
  row.id.text = make_uuid_v7();
  row.project = other.id;
  ASSERT_TRUE(rows.insert(row, store::Durability::normal));
  caller.project = "other";

  EXPECT_FALSE(value_of(run(keyed("k", R"({"title":"other"})"))).replayed);
  EXPECT_EQ(provider.count("execute"), 2);
}

TEST_F(IdempotencyKey, AToolThatSaidNoIsRecordedToo) {
  answer_with({test::tool_said_no("no")});
  ASSERT_TRUE(run(keyed("k")));

  auto const second = value_of(run(keyed("k")));

  EXPECT_TRUE(second.replayed);
  EXPECT_EQ(second.error->code, ErrorCode::tool_failed);
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(IdempotencyKey, AnUnknownOutcomeStaysUnknownAndIsNotSentAgain) {
  answer_with({test::ended(Fate::unknown, ErrorCode::outcome_unknown), test::succeeded()});
  auto const first = error_of(run(keyed("k")));

  auto const second = error_of(run(keyed("k")));

  EXPECT_EQ(second.code, ErrorCode::outcome_unknown);
  EXPECT_EQ(second.execution_id, first.execution_id);
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(IdempotencyKey, IsNotSpentOnACallThatTheSchemaRefused) {
  EXPECT_FALSE(run(keyed("k", "{}")));

  EXPECT_TRUE(run(keyed("k")));
}

TEST_F(IdempotencyKey, IsNotSpentOnACallThatNeverRan) {
  answer_with({test::ended(Fate::nothing_ran, ErrorCode::provider_unavailable)});
  EXPECT_EQ(error_of(run(keyed("k"))).code, ErrorCode::provider_unavailable);
  answer_with({test::succeeded()});

  auto const second = value_of(run(keyed("k", R"({"title":"other"})")));

  EXPECT_FALSE(second.replayed);
  EXPECT_EQ(second.state, ExecutionState::succeeded);
}

TEST_F(IdempotencyKey, IsNotSpentOnACallThatWasCancelled) {
  auto limited = test::ended(Fate::nothing_ran, ErrorCode::rate_limited);
  limited.error->retry_after = std::chrono::minutes{5};
  test::Gate gate;
  provider.on_execute = [&](auto const&, auto const&) {
    gate.pass();
    return limited;
  };
  auto call = keyed("k");
  call.id.text = make_uuid_v7();
  auto running = std::async(std::launch::async, [&] { return run(call); });
  gate.await_arrivals(1);
  ASSERT_TRUE(executions.cancel(caller, call.id));
  gate.open();
  EXPECT_EQ(error_of(running.get()).code, ErrorCode::cancelled);
  clock.advance(std::chrono::minutes{5});
  answer_with({test::succeeded()});

  EXPECT_FALSE(value_of(run(keyed("k"))).replayed);
}

TEST_F(IdempotencyKey, ATwinUnderWayIsWaitedFor) {
  test::Gate gate;
  provider.on_execute = [&](auto const&, auto const&) {
    gate.pass();
    return test::succeeded();
  };
  auto first = std::async(std::launch::async, [&] { return run(keyed("k")); });
  gate.await_arrivals(1);
  auto second = std::async(std::launch::async, [&] { return run(keyed("k")); });
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds{20}), std::future_status::timeout);
  gate.open();

  auto const id = value_of(first.get()).id;
  auto const replay = value_of(second.get());
  EXPECT_EQ(replay.id, id);
  EXPECT_TRUE(replay.replayed);
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(IdempotencyKey, ATwinThatDoesNotEndBeforeTheDeadlineMayHaveRun) {
  test::Gate gate;
  provider.on_execute = [&](auto const&, auto const&) {
    gate.pass();
    return test::succeeded();
  };
  auto first = std::async(std::launch::async, [&] { return run(keyed("k")); });
  gate.await_arrivals(1);
  Caller hurried = caller;
  hurried.deadline = clock.steady();

  EXPECT_EQ(error_of(executions.run(hurried, keyed("k"))).code, ErrorCode::outcome_unknown);

  gate.open();
  EXPECT_TRUE(first.get());
}

TEST_F(IdempotencyKey, ManyTwinsAtOnceAreSentOnce) {
  std::vector<std::future<Result<Execution>>> twins;
  for (int i = 0; i < 16; ++i)
    twins.push_back(std::async(std::launch::async, [&] { return run(keyed("k")); }));

  std::string id;
  for (auto& twin : twins) {
    auto const done = value_of(twin.get());
    if (id.empty()) id = done.id.text;
    EXPECT_EQ(done.id.text, id);
  }
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(IdempotencyKey, AnExecutionIdIsUsedOnce) {
  auto call = call_of(kWrite);
  call.id.text = make_uuid_v7();
  ASSERT_TRUE(run(call));

  EXPECT_EQ(error_of(run(call)).code, ErrorCode::idempotency_conflict);
  EXPECT_EQ(provider.count("execute"), 1);
}

}  // namespace
}  // namespace agenta::daemon
