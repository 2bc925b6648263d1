#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "daemon/store/migrations.hpp"
#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

constexpr int kKills = 20;

/// Runs `work` in a child process, kills it `after` its start (if it still runs), and waits until it is gone.
template <class Work>
void run_and_kill(std::chrono::microseconds after, Work&& work) {
  pid_t const child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    work();
    ::_exit(0);
  }
  std::this_thread::sleep_for(after);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
}

/// Executions and connections in every state, as fast as they can be written.
void write_without_end(std::filesystem::path const& path) {
  auto opened = Database::open(path);
  if (!opened) ::_exit(1);
  auto& database = **opened;
  ExecutionJournal journal{database};
  ConnectionStore connections{database};
  ProjectId const project = ProjectStore{database}.ensure("default", at(0)).value().id;
  for (int i = 0;; ++i) {
    auto const durability = i % 8 == 0 ? Durability::full : Durability::normal;
    auto execution = make_execution(project);
    execution.arguments.text = "\"" + std::string(static_cast<std::size_t>(i % 5) * 3000, 'a') + "\"";
    (void)journal.insert(execution, durability);
    (void)journal.mark_sent(execution.id, 1, durability);
    execution.state = i % 3 == 0 ? ExecutionState::failed : ExecutionState::succeeded;
    if (i % 4 != 0) (void)journal.settle(execution, Durability::normal);
    auto connection = make_connection(project, "slug-" + execution.id.text);
    connection.is_default = true;
    (void)connections.insert(connection, durability);
    if (i % 2 == 0) (void)connections.erase(connection, durability);
  }
}

TEST(Crash, LeavesAWholeDatabaseWhereverTheWriterIsKilled) {
  TemporaryDirectory const home;
  auto const path = home / "tools.db";
  std::mt19937 random{20261123};  // the same points in every run, as far as the scheduler allows
  std::uniform_int_distribution<int> microseconds{500, 40'000};

  for (int kill = 0; kill < kKills; ++kill) {
    run_and_kill(std::chrono::microseconds{microseconds(random)}, [&] { write_without_end(path); });

    auto const database = open_or_fail(path);
    ExecutionJournal journal{*database};
    ASSERT_TRUE(journal.recover(at(1)));
    ASSERT_EQ(ask(*database, "PRAGMA integrity_check"), "ok");
    ASSERT_EQ(ask(*database, "PRAGMA foreign_key_check"), "(no row)");
    ASSERT_EQ(ask(*database, "SELECT count(*) FROM executions WHERE state IN ('queued', 'sent')"), "0");
    ASSERT_EQ(ask(*database, "SELECT count(*) FROM executions WHERE state = 'unknown' AND error IS NULL"),
              "0");
  }

  auto const database = open_or_fail(path);
  EXPECT_NE(ask(*database, "SELECT count(*) FROM executions"), "0")
      << "the writer was killed before it wrote";
}

TEST(Crash, KeepsWhatWasCommittedBeforeTheKill) {
  TemporaryDirectory const home;
  auto const path = home / "tools.db";
  auto const execution =
      make_execution(ProjectStore{*open_or_fail(path)}.ensure("default", at(0)).value().id);

  pid_t const child = ::fork();
  if (child == 0) {
    auto opened = Database::open(path);
    if (!opened || !ExecutionJournal{**opened}.insert(execution, Durability::normal)) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);

  ASSERT_TRUE(WIFSIGNALED(status)) << "the child could not write";
  EXPECT_EQ(ExecutionJournal{*open_or_fail(path)}.find(execution.id).value(), execution);
}

TEST(Crash, LeavesAnOldFileOrANewOneWhereAMigrationIsKilled) {
  std::mt19937 random{20261123};
  std::uniform_int_distribution<int> microseconds{0, 6000};

  for (int kill = 0; kill < kKills; ++kill) {
    TemporaryDirectory const home;
    auto const path = home / "tools.db";
    auto const project = [&] {
      auto const old = Database::open(path, migrations().first(1));
      return ProjectStore{*old.value()}.ensure("default", at(0)).value().id;
    }();

    run_and_kill(std::chrono::microseconds{microseconds(random)}, [&] { (void)Database::open(path); });

    auto const database = open_or_fail(path);
    ASSERT_EQ(database->schema_version(), migrations().back().version);
    ASSERT_EQ(ask(*database, "PRAGMA integrity_check"), "ok");
    ASSERT_EQ(ProjectStore{*database}.find("default").value()->id, project);
    ASSERT_TRUE(ExecutionJournal{*database}.insert(make_execution(project), Durability::normal));
  }
}

}  // namespace
}  // namespace agenta::daemon::store
