#include <future>

#include "daemon/core/execution_run.hpp"
#include "tests/unit/daemon/core/executions_support.hpp"

namespace agenta::daemon {
namespace {

using Pause = Executions::Run::Pause;

/// Executions that let identical reads share one request.
struct ExecutionsShared : ExecutionsTest {
  static Executions::Options sharing() {
    auto options = execution_options();
    options.coalesce_reads = true;
    return options;
  }
  Executions shared{projects, rows, journal, catalog, credentials, provider, clock, sharing()};
  test::Gate gate;

  std::unique_ptr<Executions::Run> begin(ToolCall const& call) {
    return std::make_unique<Executions::Run>(shared, caller, call, Executions::Run::MayLeave::yes);
  }
  /// A first run of this call, which is out until the gate opens.
  std::future<Result<Execution>> lead(ToolCall const& call, ExecuteOutcome const& outcome) {
    provider.on_execute = [this, outcome](auto const&, auto const&) {
      gate.pass();
      return outcome;
    };
    auto leading = std::async(std::launch::async, [this, call] { return shared.run(caller, call); });
    gate.await_arrivals(1);
    return leading;
  }
};

TEST_F(ExecutionsShared, IdenticalReadsHaveOneRequestAndARowEach) {
  auto leading = lead(call_of(kRead), test::succeeded());
  auto const follower = begin(call_of(kRead));

  ASSERT_TRUE(std::holds_alternative<Pause>(follower->next(false)));
  gate.open();
  auto const first = value_of(leading.get());
  auto const second = value_of(std::get<Result<Execution>>(follower->next(false)));

  EXPECT_EQ(provider.count("execute"), 1);
  EXPECT_NE(first.id, second.id);
  EXPECT_EQ(first.data, second.data);
  EXPECT_EQ(second.attempts, 0);
  EXPECT_EQ(value_of(shared.get(caller, second.id)).state, ExecutionState::succeeded);
}

TEST_F(ExecutionsShared, WhatDiffersOrWritesIsNotShared) {
  auto leading = lead(call_of(kRead), test::succeeded());
  gate.open();
  EXPECT_TRUE(leading.get());

  EXPECT_TRUE(shared.run(caller, call_of(kRead)));
  EXPECT_EQ(provider.count("execute"), 2) << "the first had landed";
  auto writing = lead(call_of(kWrite), test::succeeded());
  EXPECT_TRUE(writing.get());
  EXPECT_TRUE(shared.run(caller, call_of(kWrite)));
  EXPECT_EQ(provider.count("execute"), 4);
}

TEST_F(ExecutionsShared, OneThatHasNoAnswerToShareIsAskedAgain) {
  auto leading = lead(call_of(kRead), test::ended(Fate::nothing_ran, ErrorCode::forbidden));
  auto const follower = begin(call_of(kRead));
  ASSERT_TRUE(std::holds_alternative<Pause>(follower->next(false)));
  gate.open();
  static_cast<void>(leading.get());
  auto const asked = provider.count("execute");
  answer_with({test::succeeded()});

  EXPECT_TRUE(std::get<Result<Execution>>(follower->next(false)));
  EXPECT_EQ(provider.count("execute"), asked + 1);
}

}  // namespace
}  // namespace agenta::daemon
