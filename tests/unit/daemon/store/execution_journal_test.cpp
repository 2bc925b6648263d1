#include "daemon/store/execution_journal.hpp"

#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

using ExecutionJournalTest = StoreTest;

TEST_F(ExecutionJournalTest, GivesBackEveryField) {
  auto execution = make_execution(project);
  execution.state = ExecutionState::sent;
  execution.read_only = true;
  execution.idempotency_key = "key-1";
  execution.attempts = 1;
  ASSERT_TRUE(journal.insert(execution, Durability::full));
  execution.state = ExecutionState::failed;
  execution.data = JsonText{R"({"n":1})"};
  Error error;
  error.code = ErrorCode::tool_failed;
  error.message = "the repository is archived";
  error.context = {R"({"status":403})"};
  error.next_step = {"agenta-tools", "history"};
  error.request_id = "req_1";
  error.execution_id = execution.id.text;
  execution.error = error;
  execution.log_id = "log_1";
  execution.attempts = 2;
  execution.finished_at = at(5);
  execution.duration = std::chrono::milliseconds{5000};

  auto const settled = journal.settle(execution, Durability::full);

  EXPECT_EQ(settled.value(), true);
  EXPECT_EQ(journal.find(execution.id).value(), execution);
}

TEST_F(ExecutionJournalTest, TakesARowThatIsSettledAtOnce) {
  auto refused = make_execution(project);
  refused.connection.reset();
  refused.state = ExecutionState::refused;
  refused.finished_at = at(0);
  refused.duration = std::chrono::milliseconds{0};

  ASSERT_TRUE(journal.insert(refused, Durability::normal));

  EXPECT_EQ(journal.find(refused.id).value(), refused);
}

TEST_F(ExecutionJournalTest, SendsAQueuedRowOnce) {
  auto const execution = make_execution(project);
  ASSERT_TRUE(journal.insert(execution, Durability::normal));

  EXPECT_EQ(journal.mark_sent(execution.id, 1, Durability::full).value(), true);
  EXPECT_EQ(journal.mark_sent(execution.id, 2, Durability::full).value(), false);
  EXPECT_EQ(journal.find(execution.id).value()->state, ExecutionState::sent);
  EXPECT_EQ(journal.find(execution.id).value()->attempts, 1);
}

TEST_F(ExecutionJournalTest, GivesTheKeyBackOfWhatNeverRan) {
  for (ExecutionState const state : {ExecutionState::refused, ExecutionState::cancelled}) {
    auto execution = make_execution(project);
    execution.state = ExecutionState::sent;
    execution.idempotency_key = "key-1";
    ASSERT_TRUE(journal.insert(execution, Durability::normal));
    execution.state = state;

    ASSERT_EQ(journal.settle(execution, Durability::normal).value(), true);

    EXPECT_FALSE(journal.find_by_key(project, "key-1").value());
    EXPECT_EQ(journal.find(execution.id).value()->idempotency_key, "");
  }
}

TEST_F(ExecutionJournalTest, KeepsTheKeyOfWhatRanOrMayHave) {
  int number = 0;
  for (ExecutionState const state :
       {ExecutionState::succeeded, ExecutionState::failed, ExecutionState::unknown}) {
    auto execution = make_execution(project);
    execution.state = ExecutionState::sent;
    execution.idempotency_key = "key-" + std::to_string(++number);
    ASSERT_TRUE(journal.insert(execution, Durability::normal));
    execution.state = state;

    ASSERT_EQ(journal.settle(execution, Durability::normal).value(), true);

    EXPECT_EQ(journal.find_by_key(project, execution.idempotency_key).value()->id, execution.id);
  }
}

TEST_F(ExecutionJournalTest, GivesTheKeyBackOfWhatIsCancelledWhileQueued) {
  auto execution = make_execution(project);
  execution.idempotency_key = "key-1";
  ASSERT_TRUE(journal.insert(execution, Durability::normal));

  ASSERT_EQ(journal.cancel_queued(execution.id, at(1)).value(), true);

  EXPECT_FALSE(journal.find_by_key(project, "key-1").value());
}

TEST_F(ExecutionJournalTest, LeavesASettledRowAsItIs) {
  auto execution = make_execution(project);
  ASSERT_TRUE(journal.insert(execution, Durability::normal));
  execution.state = ExecutionState::succeeded;
  execution.data = JsonText{"{}"};
  ASSERT_TRUE(journal.settle(execution, Durability::normal).value());
  auto late = execution;
  late.state = ExecutionState::failed;

  EXPECT_EQ(journal.settle(late, Durability::normal).value(), false);
  EXPECT_EQ(journal.cancel_queued(execution.id, at(1)).value(), false);
  EXPECT_EQ(journal.mark_sent(execution.id, 1, Durability::normal).value(), false);
  EXPECT_EQ(journal.find(execution.id).value(), execution);
}

TEST_F(ExecutionJournalTest, RefusesToSettleAsSomethingUnsettled) {
  auto execution = make_execution(project);
  ASSERT_TRUE(journal.insert(execution, Durability::normal));
  execution.state = ExecutionState::sent;

  auto const settled = journal.settle(execution, Durability::normal);

  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().code, ErrorCode::internal);
}

TEST_F(ExecutionJournalTest, CancelsWhatIsQueuedAndNothingThatIsOut) {
  auto const queued = make_execution(project);
  auto out = make_execution(project);
  out.state = ExecutionState::sent;
  ASSERT_TRUE(journal.insert(queued, Durability::normal));
  ASSERT_TRUE(journal.insert(out, Durability::normal));

  EXPECT_EQ(journal.cancel_queued(queued.id, at(3)).value(), true);
  EXPECT_EQ(journal.cancel_queued(out.id, at(3)).value(), false);

  auto const cancelled = journal.find(queued.id).value();
  EXPECT_EQ(cancelled->state, ExecutionState::cancelled);
  EXPECT_EQ(cancelled->error->code, ErrorCode::cancelled);
  EXPECT_EQ(cancelled->finished_at, at(3));
  EXPECT_EQ(cancelled->duration, std::chrono::seconds{3});
  EXPECT_EQ(journal.find(out.id).value()->state, ExecutionState::sent);
}

TEST_F(ExecutionJournalTest, RefusesASecondRowOfOneIdempotencyKey) {
  auto first = make_execution(project);
  first.idempotency_key = "key-1";
  ASSERT_TRUE(journal.insert(first, Durability::normal));
  auto second = make_execution(project);
  second.idempotency_key = "key-1";

  auto const inserted = journal.insert(second, Durability::normal);

  ASSERT_FALSE(inserted);
  EXPECT_EQ(inserted.error().code, ErrorCode::idempotency_conflict);
  EXPECT_EQ(journal.find_by_key(project, "key-1").value(), first);
  EXPECT_FALSE(journal.find_by_key(project, "KEY-1").value());
  EXPECT_EQ(journal.list(project, {}).value().total, 1);
}

TEST_F(ExecutionJournalTest, RefusesASecondRowOfOneId) {
  auto const execution = make_execution(project);
  ASSERT_TRUE(journal.insert(execution, Durability::normal));

  auto const again = journal.insert(execution, Durability::normal);

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::idempotency_conflict);
}

TEST_F(ExecutionJournalTest, LeavesAKeyToEachProjectAndRowsWithoutOneAlone) {
  auto const other = projects.ensure("other", at(0)).value().id;
  auto here = make_execution(project);
  auto there = make_execution(other);
  here.idempotency_key = there.idempotency_key = "key-1";

  EXPECT_TRUE(journal.insert(here, Durability::normal));
  EXPECT_TRUE(journal.insert(there, Durability::normal));
  EXPECT_TRUE(journal.insert(make_execution(project), Durability::normal));
  EXPECT_TRUE(journal.insert(make_execution(project), Durability::normal));
}

TEST_F(ExecutionJournalTest, SettlesWhatACrashLeftBehind) {
  auto const queued = make_execution(project);
  auto sent = make_execution(project);
  sent.state = ExecutionState::sent;
  auto done = make_execution(project);
  done.state = ExecutionState::succeeded;
  for (auto const& row : {queued, sent, done}) ASSERT_TRUE(journal.insert(row, Durability::normal));

  auto const changed = journal.recover(at(60));
  auto const again = journal.recover(at(61));

  EXPECT_EQ(changed.value(), 2);
  EXPECT_EQ(again.value(), 0);
  auto const unknown = journal.find(sent.id).value();
  EXPECT_EQ(unknown->state, ExecutionState::unknown);
  ASSERT_TRUE(unknown->error);
  EXPECT_EQ(unknown->error->code, ErrorCode::outcome_unknown);
  EXPECT_NE(unknown->error->message.find("the daemon stopped while the request was out"), std::string::npos);
  EXPECT_EQ(unknown->error->next_step,
            (std::vector<std::string>{"agenta-tools", "history", "show", sent.id.text}));
  EXPECT_EQ(unknown->finished_at, at(60));
  EXPECT_EQ(journal.find(queued.id).value()->state, ExecutionState::cancelled);
  EXPECT_EQ(journal.find(queued.id).value()->error->code, ErrorCode::cancelled);
  EXPECT_EQ(journal.find(done.id).value(), done);
}

}  // namespace
}  // namespace agenta::daemon::store
