#include "daemon/store/execution_list.hpp"

#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

using ExecutionListTest = StoreTest;

/// How SQLite runs a statement, as one line.
std::string plan_of(Database& database, std::string const& sql) {
  Locked db{database};
  Statement statement{"EXPLAIN QUERY PLAN " + sql};
  auto row = statement.use(db, "p", "t", "c", "b", "s", "tr", 1, 2, 3, 4, 5);
  std::string plan;
  while (row.next().value()) plan += row.text(3) + "; ";
  return plan;
}

std::vector<std::string> ids_of(std::vector<Execution> const& rows) {
  std::vector<std::string> ids;
  for (auto const& row : rows) ids.push_back(row.id.text);
  return ids;
}

TEST_F(ExecutionListTest, PagesNewestFirstWithoutGapsOrRepeats) {
  std::vector<std::string> newest_first;
  for (int i = 0; i < 7; ++i) {
    auto const execution = make_execution(project);
    ASSERT_TRUE(journal.insert(execution, Durability::normal));
    newest_first.insert(newest_first.begin(), execution.id.text);
  }

  std::vector<std::string> seen;
  ExecutionFilter filter{.limit = 3};
  std::vector<std::size_t> sizes;
  for (;;) {
    auto const page = journal.list(project, filter).value();
    EXPECT_EQ(page.total, 7);
    sizes.push_back(page.items.size());
    for (auto const& id : ids_of(page.items)) seen.push_back(id);
    if (!page.next_cursor) break;
    filter.cursor = *page.next_cursor;
    ASSERT_TRUE(
        journal.insert(make_execution(projects.ensure("other", at(0)).value().id), Durability::normal));
  }

  EXPECT_EQ(seen, newest_first);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{3, 3, 1}));
}

TEST_F(ExecutionListTest, HasNoNextPageAfterAFullLastOne) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(journal.insert(make_execution(project), Durability::normal));

  auto const page = journal.list(project, {.limit = 3}).value();

  EXPECT_EQ(page.items.size(), 3U);
  EXPECT_FALSE(page.next_cursor);
}

TEST_F(ExecutionListTest, LeavesOutArgumentsAndData) {
  auto execution = make_execution(project);
  execution.state = ExecutionState::succeeded;
  execution.data = JsonText{R"({"large":true})"};
  ASSERT_TRUE(journal.insert(execution, Durability::normal));

  auto const listed = journal.list(project, {}).value().items.at(0);

  execution.arguments = {};
  execution.data.reset();
  EXPECT_EQ(listed, execution);
}

TEST_F(ExecutionListTest, FiltersByToolConnectionAndState) {
  auto create = make_execution(project, "GITHUB_CREATE_AN_ISSUE");
  create.state = ExecutionState::failed;
  auto list = make_execution(project, "GITHUB_LIST_REPOSITORY_ISSUES");
  list.connection->id = {"another"};
  list.state = ExecutionState::succeeded;
  auto bare = make_execution(project, "HACKERNEWS_GET_TODAYS_POSTS");
  bare.connection.reset();
  bare.state = ExecutionState::succeeded;
  for (auto const& row : {create, list, bare}) ASSERT_TRUE(journal.insert(row, Durability::normal));

  auto const by_tool = journal.list(project, {.tool = list.tool}).value();
  auto const by_connection = journal.list(project, {.connection = create.connection->id}).value();
  auto const failed = journal.list(project, {.state = ExecutionState::failed}).value();
  auto const succeeded = journal.list(project, {.state = ExecutionState::succeeded}).value();
  auto const none = journal.list(project, {.tool = create.tool, .state = ExecutionState::succeeded}).value();

  EXPECT_EQ(ids_of(by_tool.items), std::vector{list.id.text});
  EXPECT_EQ(by_tool.total, 1);
  EXPECT_EQ(ids_of(by_connection.items), std::vector{create.id.text});
  EXPECT_EQ(ids_of(failed.items), std::vector{create.id.text});
  EXPECT_EQ(ids_of(succeeded.items), (std::vector{bare.id.text, list.id.text}));
  EXPECT_EQ(succeeded.total, 2);
  EXPECT_TRUE(none.items.empty());
  EXPECT_EQ(none.total, 0);
}

TEST_F(ExecutionListTest, CountsToTheEndOfWhatItCounts) {
  for (int i = 0; i <= kMostCounted; ++i) {
    auto row = make_execution(project);
    row.started_at = at(i);
    ASSERT_TRUE(journal.insert(row, Durability::normal));
  }
  auto const total = [&](ExecutionFilter const& filter) {
    return journal.list(project, filter).value().total;
  };

  EXPECT_EQ(total({}), kMostCounted);
  EXPECT_EQ(total({.since = at(0)}), kMostCounted);
  EXPECT_EQ(total({.since = at(100)}), kMostCounted - 99) << "the rows about the border are looked at";
  EXPECT_EQ(total({.until = at(700)}), 700);
  EXPECT_EQ(total({.since = at(100), .until = at(700)}), 600);
  EXPECT_EQ(total({.since = at(100), .until = at(101)}), 1) << "closer than any border is sure of";
  EXPECT_EQ(total({.since = at(700), .until = at(100)}), 0);
  EXPECT_EQ(total({.since = at(5000)}), 0);
}

TEST_F(ExecutionListTest, FiltersByTimeBatchSessionAndTrace) {
  std::vector<Execution> rows;
  for (int i = 0; i < 6; ++i) {
    auto row = make_execution(project);
    row.started_at = at(600 * i);
    if (i % 2 == 0) row.batch = BatchItem{{"b1"}, i + 1};
    if (i == 4) row.session = "s1";
    if (i == 5) row.trace_id = "t1";
    ASSERT_TRUE(journal.insert(row, Durability::normal));
    rows.push_back(row);
  }
  auto const ids = [&](ExecutionFilter const& filter) {
    return ids_of(journal.list(project, filter).value().items);
  };
  auto const id = [&](std::size_t i) { return rows[i].id.text; };

  EXPECT_EQ(ids({.since = at(2400)}), (std::vector{id(5), id(4)}));
  EXPECT_EQ(ids({.until = at(600)}), std::vector{id(0)});
  EXPECT_EQ(ids({.since = at(600), .until = at(1201)}), (std::vector{id(2), id(1)}));
  EXPECT_EQ(journal.list(project, {.since = at(600), .until = at(1201), .limit = 1}).value().total, 2);
  EXPECT_EQ(ids({.batch = BatchId{"b1"}}), (std::vector{id(4), id(2), id(0)}));
  EXPECT_EQ(ids({.batch = BatchId{"b1"}, .session = "s1"}), std::vector{id(4)});
  EXPECT_EQ(ids({.session = "s1"}), std::vector{id(4)});
  EXPECT_EQ(ids({.trace_id = "t1"}), std::vector{id(5)});
  EXPECT_TRUE(ids({.since = at(9000)}).empty());
  EXPECT_TRUE(ids({.trace_id = "t2"}).empty());
}

TEST_F(ExecutionListTest, FindsRowsThatWereWrittenOutOfTheOrderOfTheirTimes) {
  std::vector<std::string> late;
  for (int const second : {0, 100, 50, 130, 110, 200}) {
    auto row = make_execution(project);
    row.started_at = at(second);
    ASSERT_TRUE(journal.insert(row, Durability::normal));
    if (second >= 110) late.insert(late.begin(), row.id.text);
  }

  EXPECT_EQ(ids_of(journal.list(project, {.since = at(110)}).value().items), late);
}

TEST_F(ExecutionListTest, GivesWholeRowsInPagesThatDoNotGrowLarge) {
  std::vector<Execution> rows;
  for (int i = 0; i < 3; ++i) {
    auto row = make_execution(project);
    row.state = ExecutionState::succeeded;
    row.data = JsonText{'"' + std::string(100, 'x') + '"'};
    ASSERT_TRUE(journal.insert(row, Durability::normal));
    rows.push_back(row);
  }

  auto const first = journal.list_whole(project, {}, 200).value();
  auto const second = journal.list_whole(project, {.cursor = *first.next_cursor}, 200).value();

  EXPECT_EQ(first.items, (std::vector{rows[2], rows[1]}));
  EXPECT_EQ(second.items, std::vector{rows[0]});
  EXPECT_FALSE(second.next_cursor);
}

TEST_F(ExecutionListTest, AnswersAnEmptyProjectWithAnEmptyPage) {
  auto const page = journal.list({"nowhere"}, {}).value();

  EXPECT_EQ(page, Page<Execution>{});
}

TEST_F(ExecutionListTest, RefusesACursorThatIsNotOne) {
  for (char const* cursor : {"x", "1x", "-1", "99999999999999999999"}) {
    auto const page = journal.list(project, {.cursor = cursor});

    ASSERT_FALSE(page) << cursor;
    EXPECT_EQ(page.error().code, ErrorCode::invalid_request) << cursor;
  }
}

TEST_F(ExecutionListTest, WalksAnIndexForEveryFilterAndSortsNothing) {
  ToolSlug const tool{"T"};
  ConnectionId const connection{"C"};
  auto const plan = [&](ExecutionFilter const& filter) {
    return plan_of(*database, page_sql(filter, WithLarge::no));
  };

  EXPECT_NE(plan({}).find("INDEX executions_project"), std::string::npos) << plan({});
  EXPECT_NE(plan({.tool = tool}).find("INDEX executions_tool"), std::string::npos);
  EXPECT_NE(plan({.connection = connection}).find("INDEX executions_connection"), std::string::npos);
  EXPECT_NE(plan({.state = ExecutionState::failed}).find("INDEX executions_state"), std::string::npos);
  EXPECT_NE(plan({.batch = BatchId{"b"}}).find("INDEX executions_of_batch"), std::string::npos);
  EXPECT_NE(plan({.session = "s"}).find("INDEX executions_session"), std::string::npos);
  EXPECT_NE(plan({.trace_id = "t"}).find("INDEX executions_trace"), std::string::npos);
  EXPECT_NE(plan({.tool = tool, .trace_id = "t"}).find("INDEX executions_trace"), std::string::npos);
  EXPECT_NE(plan({.tool = tool, .state = ExecutionState::unknown}).find("INDEX executions_state"),
            std::string::npos);
  EXPECT_NE(plan({.tool = tool, .state = ExecutionState::succeeded}).find("INDEX executions_tool"),
            std::string::npos);
  for (auto const& filter :
       {ExecutionFilter{}, ExecutionFilter{.tool = tool}, ExecutionFilter{.connection = connection},
        ExecutionFilter{.since = at(0), .until = at(1)}, ExecutionFilter{.batch = BatchId{"b"}},
        ExecutionFilter{.session = "s"}, ExecutionFilter{.trace_id = "t"},
        ExecutionFilter{.tool = tool, .since = at(0), .session = "s"},
        ExecutionFilter{.state = ExecutionState::succeeded},
        ExecutionFilter{.state = ExecutionState::unknown},
        ExecutionFilter{.tool = tool, .connection = connection}}) {
    EXPECT_EQ(plan(filter).find("TEMP B-TREE"), std::string::npos) << plan(filter);
    EXPECT_EQ(plan(filter).find("SCAN"), std::string::npos) << plan(filter);
  }
}

}  // namespace
}  // namespace agenta::daemon::store
