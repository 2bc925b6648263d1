#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.hpp"
#include "tests/unit/daemon/core/executions_support.hpp"

namespace agenta::daemon {
namespace {

/// Executions whose large results are files.
struct ExecutionsResultTest : ExecutionsTest {
  test::TemporaryDirectory directory{};
  ResultFiles files{{.directory = directory.path(), .quota = 1000, .most_bytes = 5000}};
  Executions large{projects, rows, journal, catalog, credentials, provider, clock, options_with(files)};

  static Executions::Options options_with(ResultFiles const& results) {
    auto options = execution_options();
    options.results = &results;
    return options;
  }
  /// The provider writes its result where it is told to.
  void answer_with_a_file(std::string const& data) {
    provider.on_execute = [data](auto const&, ExecuteRequest const& request) {
      auto outcome = test::succeeded();
      std::ofstream{request.result_file} << "{\"data\":" << data << "}";
      outcome.result->file = ResultFile{request.result_file, 8, static_cast<std::int64_t>(data.size())};
      return outcome;
    };
  }
};

TEST_F(ExecutionsResultTest, TellsTheProviderWhereALargeResultGoes) {
  std::string seen;
  std::size_t most = 0;
  provider.on_execute = [&](auto const&, ExecuteRequest const& request) {
    seen = request.result_file;
    most = request.most_result_bytes;
    return test::succeeded();
  };

  auto const run = value_of(large.run(caller, call_of(kRead)));

  EXPECT_EQ(seen, (directory.path() / (run.id.text + ".json")).string());
  EXPECT_EQ(most, 5000U);
}

TEST_F(ExecutionsResultTest, RecordsTheFileAndGivesItsData) {
  answer_with_a_file(R"({"items":[1,2]})");

  auto const run = value_of(large.run(caller, call_of(kRead)));

  EXPECT_EQ(run.state, ExecutionState::succeeded);
  EXPECT_FALSE(run.data);
  EXPECT_EQ(run.result_bytes, 15);
  auto const row = value_of(large.get(caller, run.id));
  EXPECT_EQ(row.result_file, run.result_file);
  auto const whole = value_of(large.open_result(row, ""));
  ASSERT_TRUE(whole && whole->file);
  EXPECT_EQ(whole->file->size, 15);
  auto const part = value_of(large.open_result(row, "/items/1"));
  ASSERT_TRUE(part && part->file);
  EXPECT_EQ(part->file->size, 1);
  EXPECT_FALSE(value_of(large.open_result(row, "/none")));
}

TEST_F(ExecutionsResultTest, SaysThatAResultIsNotKeptAnyMore) {
  answer_with_a_file("[1]");
  auto call = keyed("k1");
  auto const run = value_of(large.run(caller, call));
  files.remove(value_of(large.get(caller, run.id)).result_file.value());

  auto const row = value_of(large.get(caller, run.id));

  EXPECT_FALSE(row.result_file);
  EXPECT_EQ(row.result_bytes, 3);
  EXPECT_FALSE(value_of(large.list(caller, {})).items.at(0).result_file);
  auto const result = large.open_result(row, "");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::execution_not_found);
  EXPECT_NE(result.error().message.find("3 bytes"), std::string::npos) << result.error().message;
  auto const again = large.run(caller, call);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::execution_not_found) << "it is not run again";
}

TEST_F(ExecutionsResultTest, KeepsTheOutcomeWhereTheDataWasLost) {
  auto outcome = test::succeeded();
  outcome.result->dropped_bytes = 7000;
  outcome.result->dropped_why = "no space";
  answer_with({outcome});

  auto const run = value_of(large.run(caller, call_of(kWrite)));

  EXPECT_EQ(run.state, ExecutionState::succeeded);
  EXPECT_FALSE(run.data);
  EXPECT_EQ(run.result_bytes, 7000);
  auto const result = large.open_result(run, "");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::storage_unavailable);
  EXPECT_NE(result.error().message.find("no space"), std::string::npos);
  EXPECT_EQ(result.error().execution_id, run.id.text);
  EXPECT_EQ(journaled(run.id.text).state, ExecutionState::succeeded);
  EXPECT_EQ(journaled(run.id.text).result_bytes, 7000);
}

TEST_F(ExecutionsResultTest, SelectsFromASmallResult) {
  answer_with({test::succeeded(R"({"a":{"b":"c"}})")});
  auto const run = value_of(large.run(caller, call_of(kRead)));

  EXPECT_EQ(value_of(large.open_result(run, "/a/b"))->text, "\"c\"");
  EXPECT_FALSE(value_of(large.open_result(run, "/a/c")));
}

}  // namespace
}  // namespace agenta::daemon
