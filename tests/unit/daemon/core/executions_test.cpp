#include "daemon/core/executions.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include "daemon/core/retry_policy.hpp"
#include "tests/unit/daemon/core/executions_support.hpp"

namespace agenta::daemon {
namespace {

using ExecutionsRun = ExecutionsTest;

TEST_F(ExecutionsRun, GivesBackTheResultAndKeepsIt) {
  auto const done = value_of(run(call_of(kWrite)));

  EXPECT_EQ(done.state, ExecutionState::succeeded);
  EXPECT_EQ(done.data, JsonText{R"({"ok":true})"});
  EXPECT_EQ(done.connection->slug, "work");
  EXPECT_EQ(done.attempts, 1);
  EXPECT_EQ(journaled(done.id.text), done);
  EXPECT_EQ(done.actor.user, "ada");
  EXPECT_EQ(executions.running(), 0U);
}

TEST_F(ExecutionsRun, TheRowSaysSentBeforeTheRequestLeaves) {
  std::vector<ExecutionState> seen;
  provider.on_execute = [&](auto const&, auto const&) {
    for (Execution const& row : history()) seen.push_back(row.state);
    return test::succeeded();
  };

  ASSERT_TRUE(run(call_of(kWrite)));

  EXPECT_EQ(seen, std::vector{ExecutionState::sent});
}

TEST_F(ExecutionsRun, SendsTheVersionAndTheAccountOfTheChosenConnection) {
  ExecuteRequest seen;
  provider.on_execute = [&](auto const&, ExecuteRequest const& request) {
    seen = request;
    return test::succeeded();
  };

  ASSERT_TRUE(run(call_of("tools.composio.github.CREATE_AN_ISSUE.WORK")));

  EXPECT_EQ(seen.tool.text, kWrite);
  EXPECT_EQ(seen.version, "20251119_00");
  EXPECT_EQ(seen.account, work.account);
  EXPECT_EQ(seen.user_id, "agenta_project_" + project.text);
  EXPECT_EQ(seen.arguments.text, R"({"title":"hello"})");
}

TEST_F(ExecutionsRun, GivesBareTextTheTypeThatTheSchemaWants) {
  JsonText seen;
  provider.on_execute = [&](auto const&, ExecuteRequest const& request) {
    seen = request.arguments;
    return test::succeeded();
  };
  auto call = call_of(kWrite, R"({"title":"1","count":"2"})");
  call.text_paths = {"/title", "/count"};

  ASSERT_TRUE(run(call));

  EXPECT_EQ(seen.text, R"({"title":"1","count":2})");
}

struct ExecutionsOfRenamedArguments : ExecutionsTest {
  JsonText sent;

  ExecutionsOfRenamedArguments() {
    provider.on_get_tool = [](ToolSlug const& slug, std::string const&) -> Result<Tool> {
      Tool tool;
      tool.slug = slug;
      tool.integration.text = "github";
      tool.input_schema.text =
          R"({"type":"object","properties":{"$top":{"type":"integer"},"note":{"type":"string"}}})";
      return tool;
    };
    provider.on_execute = [this](auto const&, ExecuteRequest const& request) {
      sent = request.arguments;
      return test::succeeded();
    };
  }
};

TEST_F(ExecutionsOfRenamedArguments, GiveTheirNamesBackAndLeaveOutNullsThatSayNothing) {
  auto const done = value_of(run(call_of(kWrite, R"({"dollar_top":5,"note":null})")));

  EXPECT_EQ(sent.text, R"({"$top":5})");
  EXPECT_EQ(done.arguments.text, R"({"$top":5})");
}

TEST_F(ExecutionsOfRenamedArguments, GiveBareTextTheTypeOfTheNameGivenBack) {
  auto call = call_of(kWrite, R"({"dollar_top":"5"})");
  call.text_paths = {"/dollar_top"};

  ASSERT_TRUE(run(call));

  EXPECT_EQ(sent.text, R"({"$top":5})");
}

TEST_F(ExecutionsOfRenamedArguments, KeepNullsWhereTheServiceIsToJudge) {
  auto call = call_of(kWrite, R"({"dollar_top":5,"note":null})");
  call.validate = false;

  ASSERT_TRUE(run(call));

  EXPECT_EQ(sent.text, R"({"$top":5,"note":null})");
}

TEST_F(ExecutionsOfRenamedArguments, AreOneCallUnderBothNames) {
  auto const first = value_of(run(keyed("k", R"({"dollar_top":5,"note":null})")));

  auto const again = value_of(run(keyed("k", R"({"$top":5})")));

  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.id, first.id);
}

TEST_F(ExecutionsRun, AToolThatNeedsNoConnectionGetsNone) {
  ExecuteRequest seen;
  provider.on_execute = [&](auto const&, ExecuteRequest const& request) {
    seen = request;
    return test::succeeded();
  };

  auto const done = value_of(run(call_of(kOpen)));

  EXPECT_FALSE(done.connection);
  EXPECT_TRUE(seen.account.empty());
}

TEST_F(ExecutionsRun, RefusesWrongArgumentsBeforeAnythingIsSent) {
  auto const error = error_of(run(call_of(kWrite, R"({"titel":"hello"})")));

  EXPECT_EQ(error.code, ErrorCode::invalid_arguments);
  EXPECT_EQ(provider.count("execute"), 0);
  auto const row = only_row();
  EXPECT_EQ(row.state, ExecutionState::refused);
  EXPECT_EQ(row.id.text, error.execution_id);
  EXPECT_EQ(row.attempts, 0);
}

TEST_F(ExecutionsRun, SendsUncheckedWhatIsNotToBeValidated) {
  auto call = call_of(kWrite, R"({"titel":"hello"})");
  call.validate = false;

  EXPECT_TRUE(run(call));
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(ExecutionsRun, SaysThatASchemaCannotBeReadAndLetsTheServiceJudge) {
  provider.on_get_tool = [](ToolSlug const& slug, std::string const&) -> Result<Tool> {
    Tool tool;
    tool.slug = slug;
    tool.integration.text = "github";
    tool.version = "20251119_00";
    tool.input_schema.text = "[1]";
    return tool;
  };
  auto unchecked = call_of(kWrite, R"({"titel":"hello"})");
  unchecked.validate = false;

  auto const done = value_of(run(call_of(kWrite, R"({"titel":"hello"})")));

  EXPECT_EQ(done.state, ExecutionState::succeeded);
  EXPECT_EQ(done.notice,
            "the input schema of GITHUB_CREATE_AN_ISSUE cannot be read: the service judges the arguments");
  EXPECT_EQ(journaled(done.id.text).notice, "");
  EXPECT_EQ(value_of(run(unchecked)).notice, "");
}

TEST_F(ExecutionsRun, RefusesWhatHasNoToolNoConnectionOrTwo) {
  EXPECT_EQ(error_of(run(call_of("not a tool"))).code, ErrorCode::invalid_request);
  EXPECT_EQ(error_of(run(call_of("GITHUB_NOTHING"))).code, ErrorCode::tool_not_found);
  add_connection("home");
  EXPECT_EQ(error_of(run(call_of(kWrite))).code, ErrorCode::connection_ambiguous);
  auto two = call_of("tools.composio.github.CREATE_AN_ISSUE.work");
  two.connection = "home";
  EXPECT_EQ(error_of(run(two)).code, ErrorCode::invalid_request);
  auto bad_id = call_of(kWrite);
  bad_id.id.text = "1; DROP";
  EXPECT_EQ(error_of(run(bad_id)).code, ErrorCode::invalid_request);
  EXPECT_EQ(provider.count("execute"), 0);
}

TEST_F(ExecutionsRun, RefusesWithoutAKey) {
  caller.api_key.reset();

  EXPECT_EQ(error_of(run(call_of(kWrite))).code, ErrorCode::not_configured);
  EXPECT_TRUE(provider.calls().empty());
}

TEST_F(ExecutionsRun, AToolThatSaysNoIsAResultWithItsWords) {
  answer_with({test::tool_said_no("the repository is archived")});

  auto const done = value_of(run(call_of(kWrite)));

  EXPECT_EQ(done.state, ExecutionState::failed);
  EXPECT_EQ(done.error->code, ErrorCode::tool_failed);
  EXPECT_EQ(done.error->message, "the repository is archived");
  EXPECT_EQ(journaled(done.id.text).state, ExecutionState::failed);
}

TEST_F(ExecutionsRun, NeverRepeatsAWriteWhoseFateIsUnknown) {
  answer_with({test::ended(Fate::unknown, ErrorCode::outcome_unknown), test::succeeded()});

  auto const error = error_of(run(call_of(kWrite)));

  EXPECT_EQ(error.code, ErrorCode::outcome_unknown);
  EXPECT_EQ(error.next_step,
            (std::vector<std::string>{"agenta-tools", "history", "show", error.execution_id}));
  EXPECT_EQ(provider.count("execute"), 1);
  EXPECT_EQ(only_row().state, ExecutionState::unknown);
}

TEST_F(ExecutionsRun, RepeatsAReadWhoseFateIsUnknown) {
  answer_with({test::ended(Fate::unknown, ErrorCode::outcome_unknown), test::succeeded()});

  auto const done = value_of(run(call_of(kRead)));

  EXPECT_EQ(done.state, ExecutionState::succeeded);
  EXPECT_EQ(done.attempts, 2);
  EXPECT_EQ(only_row().attempts, 2);
}

TEST_F(ExecutionsRun, RepeatsAWriteThatProvablyNeverRan) {
  answer_with({test::ended(Fate::nothing_ran, ErrorCode::provider_unavailable), test::succeeded()});

  EXPECT_EQ(value_of(run(call_of(kWrite))).attempts, 2);
}

TEST_F(ExecutionsRun, GivesUpAfterThreeAttemptsAndSaysThatNothingRan) {
  answer_with({test::ended(Fate::nothing_ran, ErrorCode::provider_unavailable)});

  EXPECT_EQ(error_of(run(call_of(kWrite))).code, ErrorCode::provider_unavailable);
  EXPECT_EQ(provider.count("execute"), kMostAttempts);
  EXPECT_EQ(only_row().state, ExecutionState::refused);
}

TEST_F(ExecutionsRun, NeverRepeatsARefusalWithItsOwnWords) {
  answer_with({test::ended(Fate::answered, ErrorCode::invalid_arguments)});

  EXPECT_EQ(error_of(run(call_of(kRead))).code, ErrorCode::invalid_arguments);
  EXPECT_EQ(provider.count("execute"), 1);
  EXPECT_EQ(only_row().state, ExecutionState::failed);
}

TEST_F(ExecutionsRun, DoesNotRepeatWhereTheWaitWouldPassTheDeadline) {
  auto limited = test::ended(Fate::nothing_ran, ErrorCode::rate_limited);
  limited.error->retry_after = std::chrono::hours{1};
  answer_with({limited});

  EXPECT_EQ(error_of(run(call_of(kWrite))).code, ErrorCode::rate_limited);
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(ExecutionsRun, ALaterAttemptThatNeverRanDoesNotSettleTheDoubtOfAnEarlierOne) {
  answer_with({test::ended(Fate::unknown, ErrorCode::outcome_unknown),
               test::ended(Fate::nothing_ran, ErrorCode::provider_unavailable)});

  EXPECT_EQ(error_of(run(call_of(kRepeatable))).code, ErrorCode::outcome_unknown);
  EXPECT_EQ(provider.count("execute"), kMostAttempts);
  EXPECT_EQ(only_row().state, ExecutionState::unknown);
}

TEST_F(ExecutionsRun, ADryRunSendsAndJournalsNothing) {
  auto call = call_of(kWrite, R"({"title":"hello","api_key":"sk"})");
  call.dry_run = true;

  auto const planned = value_of(run(call));

  EXPECT_TRUE(planned.dry_run);
  EXPECT_EQ(planned.connection->slug, "work");
  EXPECT_EQ(planned.arguments, call.arguments);
  EXPECT_EQ(provider.count("execute"), 0);
  EXPECT_TRUE(history().empty());
}

TEST_F(ExecutionsRun, ADryRunThatIsRefusedJournalsNothing) {
  auto call = call_of(kWrite, "{}");
  call.dry_run = true;

  EXPECT_EQ(error_of(run(call)).code, ErrorCode::invalid_arguments);
  EXPECT_TRUE(history().empty());
}

TEST_F(ExecutionsRun, SecretsAmongTheArgumentsAreSentAndNotKept) {
  std::string sent;
  provider.on_execute = [&](auto const&, ExecuteRequest const& request) {
    sent = request.arguments.text;
    return test::succeeded();
  };

  ASSERT_TRUE(run(call_of(kWrite, R"({"title":"hello","api_key":"sk_live"})")));

  EXPECT_NE(sent.find("sk_live"), std::string::npos);
  EXPECT_EQ(only_row().arguments.text, R"({"title":"hello","api_key":"[redacted]"})");
}

TEST_F(ExecutionsRun, SecretsOfARefusedCallAreNotKeptEither) {
  ASSERT_FALSE(run(call_of(kWrite, R"({"api_key":"sk_live"})")));

  EXPECT_EQ(only_row().arguments.text, R"({"api_key":"[redacted]"})");
}

TEST_F(ExecutionsRun, AnOversizedResultIsDeliveredAndNotKept) {
  std::string const large = "{\"text\":\"" + std::string(1000, 'x') + "\"}";
  answer_with({test::succeeded(large)});

  auto const done = value_of(run(call_of(kWrite)));

  EXPECT_EQ(done.data->text, large);
  EXPECT_EQ(only_row().state, ExecutionState::succeeded);
  EXPECT_FALSE(only_row().data);
}

TEST_F(ExecutionsRun, ACallerThatWentAwayStopsNothing) {
  std::stop_source gone;
  caller.stop = gone.get_token();
  bool stopped = true;
  provider.on_execute = [&](ProviderCall const& call, auto const&) {
    gone.request_stop();
    stopped = call.stop.stop_requested();
    return test::succeeded();
  };

  ASSERT_TRUE(run(call_of(kWrite)));

  EXPECT_FALSE(stopped);
  EXPECT_EQ(only_row().state, ExecutionState::succeeded);
}

TEST_F(ExecutionsRun, NotesWhenAConnectionWasUsed) {
  clock.advance(std::chrono::minutes{5});

  ASSERT_TRUE(run(call_of(kWrite)));

  EXPECT_EQ(value_of(rows.find(work.id))->last_used_at, clock.wall());
}

TEST_F(ExecutionsRun, AnExpiredAccountExpiresTheConnectionAndSaysHowToRenewIt) {
  answer_with({test::ended(Fate::answered, ErrorCode::connection_expired)});

  auto const error = error_of(run(call_of(kWrite)));

  EXPECT_EQ(error.code, ErrorCode::connection_expired);
  EXPECT_EQ(error.next_step,
            (std::vector<std::string>{"agenta-tools", "connect", "github", "--reconnect", "work"}));
  EXPECT_EQ(value_of(rows.find(work.id))->status, ConnectionStatus::expired);
  EXPECT_EQ(error_of(run(call_of(kWrite))).code, ErrorCode::connection_expired);
  EXPECT_EQ(provider.count("execute"), 1) << "the second call did not leave";
}

TEST_F(ExecutionsRun, TheToolsOwnWordsCanProveThatTheGrantIsDead) {
  answer_with({test::tool_said_no("invalid_grant")});

  EXPECT_EQ(value_of(run(call_of(kWrite))).error->code, ErrorCode::tool_failed);

  EXPECT_EQ(value_of(rows.find(work.id))->status, ConnectionStatus::expired);
  EXPECT_EQ(value_of(rows.find(work.id))->error->message, "invalid_grant");
}

TEST_F(ExecutionsRun, OtherWordsOfAToolDoNotExpireTheConnection) {
  answer_with({test::tool_said_no("not found")});

  ASSERT_TRUE(run(call_of(kWrite)));

  EXPECT_EQ(value_of(rows.find(work.id))->status, ConnectionStatus::active);
}

TEST_F(ExecutionsRun, ADeadGrantDoesNotUndoARenewalThatCameMeanwhile) {
  Connection renewed = work;
  renewed.account.text = "ca_new";
  provider.on_execute = [&](auto const&, auto const&) {
    EXPECT_TRUE(rows.update(renewed, store::Durability::normal));
    return test::ended(Fate::answered, ErrorCode::connection_expired);
  };

  EXPECT_FALSE(run(call_of(kWrite)));

  EXPECT_EQ(value_of(rows.find(work.id)), renewed);
}

TEST_F(ExecutionsRun, AHundredRunsAtOnceAreAHundredRows) {
  constexpr int kRuns = 100;
  test::Gate gate;
  provider.on_execute = [&](auto const&, auto const&) {
    gate.pass();
    return test::succeeded();
  };
  std::vector<Result<Execution>> results(kRuns, fail(ErrorCode::internal, "not run"));

  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kRuns; ++i) {
      threads.emplace_back(
          [&, i] { results[static_cast<std::size_t>(i)] = run(call_of(i % 2 == 0 ? kWrite : kRead)); });
    }
    gate.await_arrivals(kRuns);
    EXPECT_EQ(executions.running(), static_cast<std::size_t>(kRuns));
    gate.open();
  }

  std::set<std::string> ids;
  for (auto const& result : results) ids.insert(value_of(result).id.text);
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(kRuns));
  EXPECT_EQ(provider.count("get_tool"), 2) << "the schemas are read once";
  EXPECT_EQ(executions.running(), 0U);
  store::ExecutionFilter succeeded;
  succeeded.state = ExecutionState::succeeded;
  EXPECT_EQ(value_of(journal.list(project, succeeded)).total, kRuns);
}

TEST_F(ExecutionsRun, AnotherProjectDoesNotSeeTheRun) {
  auto const done = value_of(run(call_of(kWrite)));
  ASSERT_TRUE(projects.ensure("other", clock.wall()));
  caller.project = "other";

  EXPECT_EQ(error_of(executions.get(caller, done.id)).code, ErrorCode::execution_not_found);
  EXPECT_EQ(value_of(executions.list(caller, {})).total, 0);
  caller.project = "nowhere";
  EXPECT_EQ(value_of(executions.list(caller, {})).total, 0);
}

}  // namespace
}  // namespace agenta::daemon
