#include "daemon/store/journal_retention.hpp"

#include "daemon/store/journal_verification.hpp"
#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

struct JournalRetentionTest : StoreTest {
  JournalRetention retention{*database};

  ExecutionId add(int second, ExecutionState state = ExecutionState::succeeded) {
    auto row = make_execution(project);
    row.started_at = at(second);
    row.state = ExecutionState::sent;
    EXPECT_TRUE(journal.insert(row, Durability::normal));
    if (!is_settled(state)) return row.id;
    row.state = state;
    row.finished_at = at(second);
    row.data = JsonText{R"({"name":"ä"})"};
    row.result_bytes = 13;
    EXPECT_TRUE(journal.settle(row, Durability::normal).value());
    return row.id;
  }
  bool is_kept(ExecutionId const& id) { return journal.find(id).value()->data.has_value(); }
  std::int64_t findings() {
    return static_cast<std::int64_t>(JournalVerification{*database}.run("", {}).value().findings.size());
  }
};

TEST_F(JournalRetentionTest, DropsWhatIsOldAndKeepsItsRow) {
  auto const old = add(0);
  auto const young = add(100);

  auto const done = retention.forget({.since = at(50)}, at(200), {}).value();

  EXPECT_EQ(done.executions, 1);
  EXPECT_EQ(done.bytes, static_cast<std::int64_t>(make_execution(project).arguments.text.size() + 13));
  EXPECT_FALSE(done.has_more);
  auto const row = journal.find(old).value();
  EXPECT_EQ(row->arguments.text, "");
  EXPECT_FALSE(row->data);
  EXPECT_EQ(row->state, ExecutionState::succeeded);
  EXPECT_EQ(row->result_bytes, 13);
  EXPECT_TRUE(is_kept(young));
  EXPECT_EQ(findings(), 0);
}

TEST_F(JournalRetentionTest, SaysBeforehandWhatItWouldDrop) {
  for (int i = 0; i < 3; ++i) add(i);
  std::int64_t from = 0;

  auto const would = retention.measure({.since = at(2)}, from).value();
  auto const again = retention.measure({.since = at(2)}, from).value();
  auto const did = retention.forget({.since = at(2)}, at(9), {}).value();

  EXPECT_EQ(would.executions, 2);
  EXPECT_EQ(would.bytes, did.bytes);
  EXPECT_EQ(again.executions, 0);
  EXPECT_FALSE(again.has_more);
  EXPECT_EQ(did.executions, 2);
}

TEST_F(JournalRetentionTest, GoesOnInSmallStepsToTheEnd) {
  std::vector<ExecutionId> ids;
  for (int i = 0; i < 450; ++i) ids.push_back(add(i));

  std::vector<std::int64_t> steps;
  for (bool more = true; more;) {
    auto const done = retention.forget({.since = at(440)}, at(900), {}).value();
    steps.push_back(done.executions);
    more = done.has_more;
  }

  EXPECT_EQ(steps, (std::vector<std::int64_t>{200, 200, 40}));
  EXPECT_FALSE(is_kept(ids[439]));
  EXPECT_TRUE(is_kept(ids[440]));
  EXPECT_EQ(retention.forget({.since = at(440)}, at(900), {}).value().executions, 0);
  EXPECT_EQ(findings(), 0);
}

TEST_F(JournalRetentionTest, KeepsTheNewestOfHoweverManyThereAre) {
  std::vector<ExecutionId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(add(i));
  std::int64_t from = 0;

  auto const would = retention.measure({.newest = 2}, from).value();
  auto const did = retention.forget({.newest = 2}, at(9), {}).value();

  EXPECT_EQ(would.executions, 3);
  EXPECT_EQ(did.executions, 3);
  EXPECT_FALSE(is_kept(ids[2]));
  EXPECT_TRUE(is_kept(ids[3]));
  EXPECT_EQ(retention.forget({.newest = 9}, at(9), {}).value().executions, 0);
  EXPECT_EQ(retention.forget({.since = at(4), .newest = 2}, at(9), {}).value().executions, 1) << "the more";
  EXPECT_TRUE(is_kept(ids[4]));
  EXPECT_EQ(findings(), 0);
}

TEST_F(JournalRetentionTest, StopsBeforeWhatIsNotSettled) {
  auto const first = add(0);
  add(1, ExecutionState::sent);
  auto const behind = add(2);

  EXPECT_EQ(retention.forget({.since = at(50)}, at(60), {}).value().executions, 1);

  EXPECT_FALSE(is_kept(first));
  EXPECT_TRUE(is_kept(behind));
}

TEST_F(JournalRetentionTest, HandsOverTheFilesOfLargeResults) {
  auto row = make_execution(project);
  row.state = ExecutionState::sent;
  ASSERT_TRUE(journal.insert(row, Durability::normal));
  row.state = ExecutionState::succeeded;
  row.finished_at = at(1);
  row.result_file = ResultFile{"results/a", 3, 4};
  ASSERT_TRUE(journal.settle(row, Durability::normal).value());
  std::vector<ResultFile> files;

  auto const done =
      retention.forget({.since = at(50)}, at(60), [&](auto const& file) { files.push_back(file); }).value();

  EXPECT_EQ(done.files, 1);
  EXPECT_EQ(files, std::vector{*row.result_file});
  EXPECT_FALSE(journal.find(row.id).value()->result_file);
  EXPECT_EQ(findings(), 0);
}

TEST_F(JournalRetentionTest, WhatIsPutWhereSomethingWasForgottenIsFound) {
  auto const old = add(0);
  ASSERT_TRUE(retention.forget({.since = at(50)}, at(60), {}));
  for (std::string const set :
       {"data = '{}'", "arguments = '{}'", "result_file = 'a', result_offset = 0, result_size = 1"}) {
    tell(*database, "CREATE TEMP TABLE kept AS SELECT * FROM executions");
    tell(*database, "UPDATE executions SET " + set);

    EXPECT_EQ(findings(), 1) << set;
    tell(*database, "REPLACE INTO executions SELECT * FROM kept");
    tell(*database, "DROP TABLE kept");
  }
  EXPECT_EQ(findings(), 0);
}

TEST_F(JournalRetentionTest, WhatLostItsArgumentsWithoutARecordIsFound) {
  add(0);
  auto const young = add(100);
  ASSERT_TRUE(retention.forget({.since = at(50)}, at(60), {}));
  tell(*database, "UPDATE executions SET arguments = '', data = NULL WHERE id = '" + young.text + "'");

  auto const report = JournalVerification{*database}.run("", {}).value();

  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings.front().execution, young.text);
}

}  // namespace
}  // namespace agenta::daemon::store
