#include <atomic>
#include <thread>

#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

TEST(Concurrency, ThreadsShareTheStoresWithoutLosingARow) {
  constexpr int kThreads = 4;
  constexpr int kEach = 100;
  TemporaryDirectory const home;
  auto const database = open_or_fail(home / "tools.db");
  ConnectionStore connections{*database};
  ExecutionJournal journal{*database};
  ProjectId const project = ProjectStore{*database}.ensure("default", at(0)).value().id;
  std::atomic<int> failures = 0;

  auto const work = [&] {
    for (int i = 0; i < kEach; ++i) {
      auto execution = make_execution(project);
      auto const connection = make_connection(project, execution.id.text);
      bool done = journal.insert(execution, Durability::normal).has_value();
      done = done && connections.insert(connection, Durability::normal).has_value();
      done = done && connections.set_default(connection).has_value();
      done = done && journal.mark_sent(execution.id, 1, Durability::normal).value();
      execution.state = ExecutionState::succeeded;
      done = done && journal.settle(execution, Durability::normal).value();
      done = done && journal.list(project, {.limit = 5}).has_value();
      done = done && connections.find(connection.id).value().has_value();
      if (!done) ++failures;
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work);
  threads.clear();

  EXPECT_EQ(failures, 0);
  EXPECT_EQ(journal.list(project, {.state = ExecutionState::succeeded}).value().total, kThreads * kEach);
  EXPECT_EQ(ask(*database, "SELECT sum(is_default) FROM tool_connections"), "1");
}

TEST(Concurrency, OneThreadOfManyTakesAnIdempotencyKey) {
  constexpr int kThreads = 8;
  auto const database = open_or_fail();
  ExecutionJournal journal{*database};
  ProjectStore projects{*database};
  std::atomic<int> winners = 0;

  auto const work = [&] {
    auto execution = make_execution(projects.ensure("default", at(0)).value().id);
    execution.idempotency_key = "key-1";
    if (journal.insert(execution, Durability::normal)) ++winners;
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work);
  threads.clear();

  EXPECT_EQ(winners, 1);
}

}  // namespace
}  // namespace agenta::daemon::store
