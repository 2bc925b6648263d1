#include "daemon/core/custom_tools.hpp"

#include <sys/stat.h>

#include <fstream>
#include <future>
#include <mutex>

#include "daemon/core/execution_run.hpp"
#include "daemon/core/tool_search.hpp"
#include "tests/support/gate.hpp"
#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

/// Says what it was asked to run.
struct FakeRunner final : CustomRunner {
  std::vector<std::string> ran{};
  std::function<ExecuteOutcome()> answer = [] { return test::succeeded(); };
  ExecuteOutcome run(ProviderCall const&, custom::Declaration const& declared,
                     JsonText const& arguments) override {
    {
      std::lock_guard const guard{mutex};
      ran.push_back(declared.tool.slug.text + " " + arguments.text);
    }
    return answer();
  }
  std::mutex mutex{};
};

std::string tool_of(std::string const& name, std::string const& more = "") {
  return "[tools.CUSTOM_" + name + "]\ndescription = 'Deploys the frobnicator'\ncommand = ['true']\n" + more +
         "input = { type = 'object', properties = { n = { type = 'integer' } } }\n";
}

struct CustomToolsTest : CoreTest {
  FakeRunner runner;
  std::filesystem::path const path = directory / "tools.toml";
  std::vector<std::string> told{};  ///< of each version of the file: empty, or what is wrong
  CustomTools custom{runner, custom_options()};
  Catalog with_custom{provider, clock, shelf, options_with_custom()};
  ProviderAccess access{kEndpoint, Secret{"key-1"}, "scope"};
  ProviderAccess const nobody{};

  CustomTools::Options custom_options() {
    CustomTools::Options options;
    options.file = path;
    options.digest = [](std::string_view text) {
      return std::to_string(std::hash<std::string_view>{}(text)) + "0123456789ab";
    };
    options.on_read = [this](auto const& problem) { told.push_back(problem ? problem->message : ""); };
    return options;
  }
  Catalog::Options options_with_custom() {
    Catalog::Options options = catalog_options();
    options.custom = &custom;
    return options;
  }
  CustomToolsTest() {
    provider.on_list_integrations = [](auto const&) {
      Page<Integration> page;
      page.items.emplace_back().slug.text = "github";
      return page;
    };
    provider.on_list_tools = [](ToolFilter const&) {
      Page<Tool> page;
      Tool& tool = page.items.emplace_back();
      tool.slug.text = "GITHUB_STAR_A_REPOSITORY";
      tool.integration.text = "github";
      return page;
    };
  }
  /// A new file in the old one's place, as editors write.
  void write(std::string const& text, mode_t mode = 0600) {
    auto const fresh = path.string() + ".new";
    std::ofstream{fresh} << text;
    ::chmod(fresh.c_str(), mode);
    std::filesystem::rename(fresh, path);
  }
  ProviderCall call(ProviderAccess const& as) const { return {as, clock.steady() + std::chrono::minutes{1}}; }
  std::vector<std::string> slugs() {
    std::vector<std::string> list;
    for (Tool const& tool : custom.current()->tools()) list.push_back(tool.slug.text);
    return list;
  }
  std::vector<std::string> integrations() {
    std::vector<std::string> list;
    auto const known = value_of(with_custom.list_integrations(call(access), {}, Network::yes));
    for (auto const& each : known.value.items) list.push_back(each.slug);
    return list;
  }
};

using Slugs = std::vector<std::string>;

TEST_F(CustomToolsTest, WithoutAFileThereAreNoneAndNothingIsSaid) {
  EXPECT_TRUE(custom.current()->empty());
  EXPECT_FALSE(custom.problem());
  EXPECT_TRUE(told.empty());
}

TEST_F(CustomToolsTest, AChangedFileIsReadAgainAndAnUnchangedOneIsNot) {
  write(tool_of("A"));
  EXPECT_EQ(slugs(), Slugs{"CUSTOM_A"});
  EXPECT_EQ(custom.current(), custom.current());

  write(tool_of("A") + tool_of("B"));

  EXPECT_EQ(slugs(), (Slugs{"CUSTOM_A", "CUSTOM_B"}));
  EXPECT_EQ(told, (Slugs{"", ""}));
  std::filesystem::remove(path);
  EXPECT_TRUE(custom.current()->empty());
}

TEST_F(CustomToolsTest, ABrokenFileLeavesWhatThereWas) {
  write(tool_of("A"));
  ASSERT_EQ(slugs(), Slugs{"CUSTOM_A"});

  write("[tools.CUSTOM_B]\n");

  EXPECT_EQ(slugs(), Slugs{"CUSTOM_A"});
  ASSERT_TRUE(custom.problem());
  EXPECT_NE(custom.problem()->message.find(path.string() + ":1:1: "), std::string::npos);
  EXPECT_EQ(told.size(), 2U);  // once, however often it is asked
  write(tool_of("B"));
  EXPECT_EQ(slugs(), Slugs{"CUSTOM_B"});
  EXPECT_FALSE(custom.problem());
}

TEST_F(CustomToolsTest, AChangeOfItsModeAloneIsNoticed) {
  write(tool_of("A"));
  ASSERT_EQ(slugs(), Slugs{"CUSTOM_A"});

  ::chmod(path.c_str(), 0666);

  ASSERT_TRUE(custom.problem());
  EXPECT_EQ(custom.problem()->code, ErrorCode::forbidden);
}

TEST_F(CustomToolsTest, AToolIsKnownWithoutAnAccountAndWithoutAskingAnybody) {
  write(tool_of("DEPLOY", "read_only = true\n"));

  auto const tool = value_of(with_custom.tool(call(nobody), ToolSlug{"custom_deploy"}, ""));
  store::ToolListFilter filter;
  filter.integration = "custom";
  auto const list = value_of(with_custom.list_tools(call(nobody), filter, Network::yes));
  auto const detail = value_of(with_custom.integration(call(nobody), IntegrationSlug{"custom"}));

  EXPECT_EQ(tool.value->tool.slug.text, "CUSTOM_DEPLOY");
  EXPECT_TRUE(tool.value->tool.no_auth);
  EXPECT_FALSE(tool.stale);
  EXPECT_TRUE(tool.value->schema->validate(JsonText{R"({"n":1})"}, "t"));
  EXPECT_FALSE(tool.value->schema->validate(JsonText{R"({"n":"x"})"}, "t"));
  EXPECT_EQ(list.value.total, 1);
  EXPECT_EQ(list.value.items.at(0).input_schema, JsonText{});
  EXPECT_EQ(detail.value->integration.tools_count, 1);
  EXPECT_TRUE(provider.calls().empty());
}

TEST_F(CustomToolsTest, AMisspeltToolIsToldTheNearest) {
  write(tool_of("DEPLOY"));

  auto const error = error_of(with_custom.tool(call(nobody), ToolSlug{"CUSTOM_DEPLOI"}, ""));

  EXPECT_EQ(error.code, ErrorCode::tool_not_found);
  EXPECT_NE(error.message.find("did you mean CUSTOM_DEPLOY?"), std::string::npos);
}

TEST_F(CustomToolsTest, WhoAsksForAToolOfABrokenFileIsToldWhatIsWrong) {
  write("[tools.CUSTOM_B]\n");

  auto const error = error_of(with_custom.tool(call(nobody), ToolSlug{"CUSTOM_B"}, ""));

  EXPECT_NE(error.message.find(":1:1: "), std::string::npos);
}

TEST_F(CustomToolsTest, TheyStandAmongAllIntegrationsAndAreFound) {
  write(tool_of("DEPLOY"));
  ToolSearch search{with_custom, provider};

  auto const listed = integrations();
  SearchRequest request;
  request.words = "deploy the frobnicator";
  auto const found = value_of(search.search(call(access), request)).value;

  EXPECT_EQ(listed, (Slugs{"github", "custom"}));
  ASSERT_FALSE(found.items.empty());
  EXPECT_EQ(found.items[0].slug, "CUSTOM_DEPLOY");
}

TEST_F(CustomToolsTest, TheyAreFoundWithoutAnAccountWhereTheyAloneAreWanted) {
  write(tool_of("DEPLOY"));
  ToolSearch search{with_custom, provider};
  SearchRequest request;
  request.words = "frobnicator";
  request.integration = "custom";

  auto const found = value_of(search.search(call(nobody), request)).value;

  ASSERT_EQ(found.items.size(), 1U);
  EXPECT_EQ(found.items[0].slug, "CUSTOM_DEPLOY");
  EXPECT_TRUE(provider.calls().empty());
}

TEST_F(CustomToolsTest, ListsFollowTheFileAtOnce) {
  ASSERT_EQ(integrations(), Slugs{"github"});

  write(tool_of("A"));
  EXPECT_EQ(integrations(), (Slugs{"github", "custom"}));
  write(tool_of("B"));
  ASSERT_EQ(integrations(), (Slugs{"github", "custom"}));
  auto const kept = value_of(value_of(with_custom.account(access))->store->list_tool_slugs());
  EXPECT_EQ(kept, Slugs{"CUSTOM_B"});
  std::filesystem::remove(path);

  EXPECT_EQ(integrations(), Slugs{"github"});
}

TEST_F(CustomToolsTest, FetchingEverythingAnewKeepsThem) {
  write(tool_of("DEPLOY"));
  ASSERT_EQ(integrations(), (Slugs{"github", "custom"}));

  auto const account = value_of(with_custom.account(access));
  ASSERT_TRUE(account->store->expire_all());
  ASSERT_TRUE(with_custom.fetch().integrations(*account, call(access)));
  ASSERT_TRUE(with_custom.fetch().tools_of(*account, call(access),
                                           {IntegrationSlug{"github"}, IntegrationSlug{"custom"}}));

  auto const slugs = value_of(value_of(with_custom.account(access))->store->list_tool_slugs());
  EXPECT_EQ(slugs, (Slugs{"CUSTOM_DEPLOY", "GITHUB_STAR_A_REPOSITORY"}));
  EXPECT_EQ(value_of(account->store->counts()).unfetched, 0);
}

struct CustomExecutions : CustomToolsTest {
  Executions executions{projects,    rows,     journal, with_custom,
                        credentials, provider, clock,   execution_options()};
  Caller nobody_in_particular = make_caller(clock, "");

  Executions::Options execution_options() {
    Executions::Options options;
    options.digest = [](std::string_view text) { return "digest of " + std::string{text}; };
    options.proves_dead_credential = [](std::string_view) { return false; };
    options.most_in_flight = 1;
    options.most_custom_in_flight = 2;
    options.run_custom = [this](auto const& as, auto const& request) { return custom.execute(as, request); };
    return options;
  }
  static ToolCall call_of(std::string arguments) {
    ToolCall call;
    call.tool = "CUSTOM_A";
    call.arguments.text = std::move(arguments);
    return call;
  }
};

TEST_F(CustomExecutions, AToolRunsWithoutAKeyAndIsJournaled) {
  write(tool_of("A"));

  auto const done = value_of(executions.run(nobody_in_particular, call_of(R"({"n":1})")));

  EXPECT_EQ(done.state, ExecutionState::succeeded);
  EXPECT_EQ(done.integration.text, "custom");
  EXPECT_FALSE(done.connection);
  EXPECT_EQ(runner.ran, Slugs{R"(CUSTOM_A {"n":1})"});
  EXPECT_EQ(value_of(journal.find(done.id))->state, ExecutionState::succeeded);
  EXPECT_TRUE(provider.calls().empty());
}

TEST_F(CustomExecutions, WrongArgumentsAndADryRunRunNothing) {
  write(tool_of("A"));
  ToolCall dry = call_of(R"({"n":1})");
  dry.dry_run = true;

  EXPECT_EQ(error_of(executions.run(nobody_in_particular, call_of(R"({"n":"x"})"))).code,
            ErrorCode::invalid_arguments);
  EXPECT_TRUE(value_of(executions.run(nobody_in_particular, dry)).dry_run);
  EXPECT_TRUE(runner.ran.empty());
}

TEST_F(CustomExecutions, ArgumentsAreCheckedWhateverTheCallSays) {
  write(
      "[tools.CUSTOM_A]\ndescription = 'Reads a note'\ncommand = ['cat', '/notes/{name}']\n"
      "input = { type = 'object', required = ['name'], properties = { name = { type = 'string', pattern = "
      "'^[a-z]+$' }, "
      "all = { type = 'array', items = { allOf = "
      "[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}] } } } }\n");
  ToolCall unchecked = call_of(R"({"name":"../secret"})");
  unchecked.validate = false;
  std::string many = R"({"all":[1)";
  for (int i = 0; i < 100'000; ++i) many += ",1";

  for (ToolCall const& each : {unchecked, call_of(many + R"(],"name":"../secret"})"),
                               call_of("{\"name\":\"" + std::string(70'000, '.') + "\"}")})
    EXPECT_EQ(error_of(executions.run(nobody_in_particular, each)).code, ErrorCode::invalid_arguments);
  EXPECT_TRUE(runner.ran.empty());
  unchecked.arguments.text = R"({"name":"shopping"})";
  EXPECT_TRUE(executions.run(nobody_in_particular, unchecked));
}

TEST_F(CustomExecutions, AWriteOfUnknownOutcomeIsNotRunAgain) {
  write(tool_of("A"));
  runner.answer = [] { return test::ended(Fate::unknown, ErrorCode::outcome_unknown); };

  auto const error = error_of(executions.run(nobody_in_particular, call_of("{}")));

  EXPECT_EQ(error.code, ErrorCode::outcome_unknown);
  EXPECT_EQ(runner.ran.size(), 1U);
}

TEST_F(CustomExecutions, WhatWouldFailTheSameWayIsNotTriedAgain) {
  write(tool_of("A"));
  runner.answer = [] {
    auto outcome = test::ended(Fate::nothing_ran, ErrorCode::tool_failed);
    outcome.error->retryable = Retryable::no;
    return outcome;
  };

  auto const done = value_of(executions.run(nobody_in_particular, call_of("{}")));

  EXPECT_EQ(done.state, ExecutionState::refused);
  EXPECT_EQ(runner.ran.size(), 1U);
}

TEST_F(CustomExecutions, AToolThatChangedSinceItWasCheckedIsNotRun) {
  write(tool_of("A"));
  ExecuteRequest request;
  request.tool.text = "CUSTOM_A";
  request.version = custom.current()->integration.version;
  write(tool_of("A", "destructive = true\n"));

  auto const outcome = custom.execute(call(nobody), request);

  EXPECT_EQ(outcome.fate, Fate::nothing_ran);
  EXPECT_TRUE(runner.ran.empty());
}

TEST_F(CustomExecutions, BeyondTheirBoundTheyWaitTheirTurnWithoutAThread) {
  write(tool_of("A"));
  std::vector<std::unique_ptr<Executions::Run>> waiting;
  test::Gate gate;
  runner.answer = [&] {
    gate.pass();
    return test::succeeded();
  };
  auto const begin = [&] {
    return std::make_unique<Executions::Run>(executions, nobody_in_particular, call_of("{}"),
                                             Executions::Run::MayLeave::yes);
  };
  auto const run_one = [&] { return executions.run(nobody_in_particular, call_of("{}")); };
  auto first = std::async(std::launch::async, run_one);
  gate.await_arrivals(1);
  auto second = std::async(std::launch::async, run_one);
  gate.await_arrivals(2);

  for (int i = 0; i < 98; ++i) {
    auto const step = waiting.emplace_back(begin())->next(false);
    ASSERT_TRUE(std::holds_alternative<Executions::Run::Pause>(step));
    auto const row = value_of(executions.get(nobody_in_particular, {std::get<0>(step).key}));
    ASSERT_EQ(row.state, ExecutionState::queued);
    EXPECT_EQ(row.queue->position, i + 1);
    EXPECT_EQ(row.queue->reason, "custom_in_flight");
  }
  // The provider's places are all free.
  provider.on_get_tool = [](ToolSlug const& slug, std::string const&) -> Result<Tool> {
    Tool tool;
    tool.slug = slug;
    tool.integration.text = "hackernews";
    tool.no_auth = true;
    tool.input_schema.text = "{}";
    return tool;
  };
  ToolCall other;
  other.tool = "HACKERNEWS_GET_FRONTPAGE";
  other.arguments.text = "{}";
  Executions::Run another{executions, caller, other, Executions::Run::MayLeave::yes};
  auto const step = another.next(false);
  ASSERT_TRUE(std::holds_alternative<Result<Execution>>(step));
  EXPECT_TRUE(std::get<Result<Execution>>(step));

  gate.open();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  for (auto const& each : waiting) {
    EXPECT_TRUE(value_of(std::get<Result<Execution>>(each->next(false))).data);
  }
  EXPECT_EQ(runner.ran.size(), 100U);
}

TEST_F(CustomExecutions, WhatWaitsInVainNeverRan) {
  write(tool_of("A"));
  test::Gate gate;
  runner.answer = [&] {
    gate.pass();
    return test::succeeded();
  };
  auto const run_one = [&] { return executions.run(nobody_in_particular, call_of("{}")); };
  auto first = std::async(std::launch::async, run_one);
  auto second = std::async(std::launch::async, run_one);
  gate.await_arrivals(2);
  Caller hasty = nobody_in_particular;
  hasty.deadline = clock.steady() + std::chrono::seconds{1};
  Executions::Run waiting{executions, hasty, call_of("{}"), Executions::Run::MayLeave::yes};
  ASSERT_TRUE(std::holds_alternative<Executions::Run::Pause>(waiting.next(false)));

  clock.advance(std::chrono::seconds{1});
  auto const error = error_of(std::get<Result<Execution>>(waiting.next(true)));

  EXPECT_EQ(error.code, ErrorCode::timeout);
  EXPECT_NE(error.message.find("custom.in_flight"), std::string::npos) << error.message;
  gate.open();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_EQ(runner.ran.size(), 2U);
}

}  // namespace
}  // namespace agenta::daemon
