#include "daemon/store/batch_store.hpp"

#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

struct BatchStoreTest : StoreTest {
  BatchStore batches{*database};

  Batch make_batch(int second = 0) const {
    Batch batch;
    batch.id.text = make_uuid_v7();
    batch.project = project;
    batch.source = "calls.ndjson";
    batch.created_at = at(second);
    batch.actor = {1000, "ada", "loom", "agenta-tools 0.1.0"};
    return batch;
  }
  ExecutionId run_line(BatchId const& batch, std::int64_t line, ExecutionState state) {
    Execution execution = make_execution(project);
    execution.batch = BatchItem{batch, line};
    execution.state = state;
    EXPECT_TRUE(journal.insert(execution, Durability::normal));
    return execution.id;
  }
};

TEST_F(BatchStoreTest, KeepsABatchAndWhenItEnded) {
  Batch batch = make_batch();
  ASSERT_TRUE(batches.insert(batch));
  EXPECT_EQ(batches.find(batch.id).value(), batch);

  ASSERT_TRUE(batches.finish(batch.id, at(9)));

  batch.finished_at = at(9);
  EXPECT_EQ(batches.find(batch.id).value(), batch);
  EXPECT_EQ(batches.find({"nothing"}).value(), std::nullopt);
}

TEST_F(BatchStoreTest, ListsNewestFirstInPagesOfOneProject) {
  std::vector<Batch> newest_first;
  for (int i = 0; i < 5; ++i) {
    newest_first.insert(newest_first.begin(), make_batch(i / 2));
    ASSERT_TRUE(batches.insert(newest_first.front()));
  }
  Batch elsewhere = make_batch(99);
  elsewhere.project = projects.ensure("other", at(0)).value().id;
  ASSERT_TRUE(batches.insert(elsewhere));

  std::vector<Batch> seen;
  std::string cursor;
  do {
    auto const page = batches.list(project, cursor, 2).value();
    EXPECT_EQ(page.total, 5);
    seen.insert(seen.end(), page.items.begin(), page.items.end());
    cursor = page.next_cursor.value_or("");
  } while (!cursor.empty());

  EXPECT_EQ(seen, newest_first);
  EXPECT_EQ(batches.list(project, "nothing", 2).error().code, ErrorCode::invalid_request);
  EXPECT_EQ(batches.list(project, elsewhere.id.text, 2).error().code, ErrorCode::invalid_request);
}

TEST_F(BatchStoreTest, TellsOnlyLinesThatMayHaveRunInTheirOrder) {
  Batch const batch = make_batch();
  ASSERT_TRUE(batches.insert(batch));
  auto const third = run_line(batch.id, 3, ExecutionState::unknown);
  run_line(batch.id, 2, ExecutionState::refused);
  run_line(batch.id, 4, ExecutionState::cancelled);
  auto const fourth = run_line(batch.id, 4, ExecutionState::sent);
  auto const first = run_line(batch.id, 1, ExecutionState::succeeded);
  run_line({make_uuid_v7()}, 2, ExecutionState::succeeded);

  EXPECT_EQ(batches.lines(batch.id, 0, 10).value(),
            (std::vector<BatchLine>{{1, ExecutionState::succeeded, first},
                                    {3, ExecutionState::unknown, third},
                                    {4, ExecutionState::sent, fourth}}));
  EXPECT_EQ(batches.lines(batch.id, 1, 1).value(),
            (std::vector<BatchLine>{{3, ExecutionState::unknown, third}}));
}

TEST_F(BatchStoreTest, FindsTheLinesByTheirIndexHoweverLongTheHistoryIs) {
  Locked db{*database};
  Statement statement{std::string{"EXPLAIN QUERY PLAN "} + kBatchLinesSql};
  auto row = statement.use(db, "b", 0, 1);
  std::string found;
  while (row.next().value()) found += row.text(3) + "; ";

  EXPECT_EQ(found, "SEARCH executions USING INDEX executions_batch (batch_id=? AND batch_line>?); ");
}

}  // namespace
}  // namespace agenta::daemon::store
