#include "daemon/store/group_commit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "shared/base/try.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta::daemon::store {
namespace {

class GroupCommitTest : public testing::Test {
 protected:
  GroupCommitTest()
      : database_(Database::open(directory_.path() / "tools.db").value()), commits_(*database_) {
    Locked db{*database_};
    EXPECT_TRUE(db.exec("CREATE TABLE numbers (n INTEGER PRIMARY KEY)"));
  }
  ~GroupCommitTest() override {
    Locked const db{*database_};
    insert_.reset();
    count_.reset();
  }

  Result<void> add(int n, Durability durability = Durability::normal) {
    return commits_.run(durability, [&](Locked& db) -> Result<void> {
      AGENTA_CHECK(insert_->use(db, n).run());
      return {};
    });
  }
  std::int64_t count() {
    Locked db{*database_};
    auto row = count_->use(db);
    EXPECT_TRUE(row.next().value());
    return row.integer(0);
  }

  test::TemporaryDirectory directory_;
  std::unique_ptr<Database> database_;
  GroupCommit commits_;
  std::unique_ptr<Statement> insert_ = std::make_unique<Statement>("INSERT INTO numbers VALUES (?1)");
  std::unique_ptr<Statement> count_ = std::make_unique<Statement>("SELECT count(*) FROM numbers");
};

TEST_F(GroupCommitTest, ACrowdIsCommittedWholeWithFewerCommitsThanMembers) {
  constexpr int kThreads = 16;
  constexpr int kEach = 50;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        auto const durability = i % 5 == 0 ? Durability::full : Durability::normal;
        if (!add(thread * kEach + i, durability)) ++failed;
      }
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(failed, 0);
  EXPECT_EQ(count(), kThreads * kEach);
}

TEST_F(GroupCommitTest, WhatComesDuringACommitGoesIntoOneTransactionAndOnlyTheFaultyOneOfItFails) {
  ASSERT_TRUE(add(1));
  std::vector<std::thread> threads;
  std::atomic<int> failed = 0;
  std::atomic<int> ran = 0;
  constexpr int kMembers = 8;
  {
    // Nobody gets to the connection: the first waits for it, all others gather behind the first.
    Locked const held{*database_};
    for (int n = 1; n <= kMembers; ++n) {  // the first number is there already
      threads.emplace_back([&, n] {
        auto const done = commits_.run(Durability::normal, [&](Locked& db) -> Result<void> {
          ++ran;
          AGENTA_CHECK(insert_->use(db, n).run());
          return {};
        });
        if (!done) ++failed;
      });
    }
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(failed, 1);
  EXPECT_EQ(count(), kMembers);
  EXPECT_GE(ran, kMembers);
}

TEST_F(GroupCommitTest, FailedWorkLeavesNothing) {
  auto const done = commits_.run(Durability::full, [&](Locked& db) -> Result<void> {
    AGENTA_CHECK(insert_->use(db, 7).run());
    return fail(ErrorCode::internal, "on second thoughts");
  });

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "on second thoughts");
  EXPECT_EQ(count(), 0);
  EXPECT_TRUE(add(7));
}

}  // namespace
}  // namespace agenta::daemon::store
