#include "tests/unit/daemon/core/executions_policy_support.hpp"

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;

/// Calls that a policy wants approved.
using ExecutionsApproval = ExecutionsPolicy;

TEST_F(ExecutionsApproval, ARevokedGrantIsAskedAgain) {
  answer_with({test::succeeded()});
  EXPECT_FALSE(judge(coming_back()));
  auto const id = pending().id;
  value_of(approvals.approve(caller, id, ApprovalScope::session));
  ASSERT_TRUE(judge(coming_back()));

  value_of(approvals.revoke(caller, id));

  EXPECT_EQ(error_of(judge(coming_back())).code, ErrorCode::approval_required);
}

TEST_F(ExecutionsApproval, AnAskComesBackAndLeavesNothingInTheJournal) {
  auto const error = error_of(judge(coming_back()));

  EXPECT_EQ(error.code, ErrorCode::approval_required);
  auto const document = protocol::find_member(error.context.text, "approval");
  ASSERT_TRUE(document);
  auto const told = value_of(protocol::decode_approval(*document)).approval;
  EXPECT_EQ(told.id, pending().id);
  EXPECT_EQ(told.arguments.text, R"({"title":"hello"})");
  EXPECT_EQ(error.next_step,
            (std::vector<std::string>{"agenta-tools", "approvals", "approve", told.id.text}));
  EXPECT_TRUE(history().empty());
}

TEST_F(ExecutionsApproval, ACallerInASessionsSocketIsNotToldOfEarlierCalls) {
  answer_with({test::succeeded()});
  ASSERT_TRUE(judge(call_of(kWrite, R"({"title":"the owner's own"})")));
  Caller confined = caller;
  confined.session = book.open.session.id.text;

  auto const error = error_of(in_session.run(confined, coming_back()));

  EXPECT_EQ(error.code, ErrorCode::approval_required);
  EXPECT_EQ(error.context.text.find("the owner's own"), std::string::npos) << error.context.text;
  EXPECT_NE(pending().previous->text.find("the owner's own"), std::string::npos);
}

TEST_F(ExecutionsApproval, WithItsApprovalTheCallRunsOnce) {
  answer_with({test::succeeded()});
  EXPECT_FALSE(judge(coming_back()));
  auto const id = pending().id;
  value_of(approvals.approve(caller, id, ApprovalScope::once));
  ToolCall call = coming_back();
  call.approval = id;

  Execution const done = value_of(judge(call));
  auto const again = coming_back();

  EXPECT_EQ(done.approval, id);
  EXPECT_EQ(journaled(done.id.text).approval, id);
  EXPECT_EQ(journaled(done.id.text).policy->verdict, Verdict::ask);
  EXPECT_EQ(error_of(judge(again)).code, ErrorCode::approval_required);
  ToolCall used = coming_back();
  used.approval = id;
  EXPECT_EQ(error_of(judge(used)).code, ErrorCode::forbidden);
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(ExecutionsApproval, TheRepeatedCallFindsItsApprovalByItself) {
  answer_with({test::succeeded()});
  EXPECT_FALSE(judge(coming_back()));
  value_of(approvals.approve(caller, pending().id, ApprovalScope::once));

  EXPECT_TRUE(judge(coming_back()));
}

TEST_F(ExecutionsApproval, AnApprovalIsOfTheseArgumentsAlone) {
  EXPECT_FALSE(judge(coming_back()));
  auto const id = pending().id;
  value_of(approvals.approve(caller, id, ApprovalScope::once));
  ToolCall other = session_call(kWrite, R"({"title":"something else"})");
  other.approval = id;

  EXPECT_EQ(error_of(judge(other)).code, ErrorCode::forbidden);
  EXPECT_EQ(provider.count("execute"), 0);
}

TEST_F(ExecutionsApproval, AGrantForTheSessionIsNotAskedAgain) {
  answer_with({test::succeeded()});
  EXPECT_FALSE(judge(coming_back()));
  auto const id = pending().id;
  value_of(approvals.approve(caller, id, ApprovalScope::session));

  Execution const done = value_of(judge(session_call(kWrite, R"({"title":"another"})")));

  EXPECT_EQ(done.approval, id);
  EXPECT_EQ(error_of(judge(coming_back(kRepeatable))).code, ErrorCode::approval_required);
}

TEST_F(ExecutionsApproval, AnApprovalIsOfTheVersionThatTheCallNamed) {
  answer_with({test::succeeded()});
  EXPECT_FALSE(judge(coming_back()));
  EXPECT_EQ(pending().tool_version, "");
  value_of(approvals.approve(caller, pending().id, ApprovalScope::session));
  ToolCall old = coming_back();
  old.tool_version = "20250101_00";

  EXPECT_EQ(error_of(judge(old)).code, ErrorCode::approval_required);
  Approval const asked = pending();
  EXPECT_EQ(asked.tool_version, "20250101_00");
  old.approval = asked.id;
  value_of(approvals.approve(caller, asked.id, ApprovalScope::session));

  EXPECT_EQ(value_of(judge(old)).approval, asked.id);
  old.id.text = make_uuid_v7();
  old.approval = {};
  EXPECT_EQ(value_of(judge(old)).approval, asked.id);
  EXPECT_NE(value_of(judge(coming_back())).approval, asked.id);
}

TEST_F(ExecutionsApproval, AGrantThatIsRevokedWhileItsCallRestsLetsNothingLeave) {
  auto limited = test::ended(Fate::nothing_ran, ErrorCode::rate_limited);
  limited.error->retry_after = 4s;
  EXPECT_FALSE(judge(coming_back()));
  auto const id = pending().id;
  value_of(approvals.approve(caller, id, ApprovalScope::session));
  answer_with({limited, test::succeeded()});
  Executions::Run run{in_session, caller, session_call(kWrite), Executions::Run::MayLeave::no};
  ASSERT_TRUE(std::holds_alternative<Executions::Run::Pause>(run.next(false)));

  value_of(approvals.revoke(caller, id));
  clock.advance(4s);
  auto step = run.next(true);

  Error const error = error_of(std::get<Result<Execution>>(step));
  EXPECT_EQ(error.code, ErrorCode::policy_denied);
  EXPECT_NE(error.message.find("was revoked while the call waited"), std::string::npos) << error.message;
  EXPECT_EQ(provider.count("execute"), 1) << "the one that was told to come later";
  EXPECT_EQ(only_row().state, ExecutionState::refused);
}

TEST_F(ExecutionsApproval, AnApprovalIsOfEveryDigitOfANumber) {
  auto const numbered = [this](std::string const& number) {
    ToolCall call = session_call(kWrite, R"({"title":"t","milestone":)" + number + "}");
    call.on_ask = OnAsk::come_back;
    call.validate = false;
    return call;
  };
  EXPECT_FALSE(judge(numbered("123456789012345678901234567890")));
  ToolCall other = numbered("123456789012345678901234567891");
  other.approval = pending().id;
  value_of(approvals.approve(caller, other.approval, ApprovalScope::once));

  EXPECT_EQ(error_of(judge(other)).code, ErrorCode::forbidden);
  EXPECT_EQ(provider.count("execute"), 0);
}

TEST_F(ExecutionsApproval, ACallThatComesWithADenialIsRefusedWhateverWasGrantedMeanwhile) {
  EXPECT_FALSE(judge(coming_back()));
  ToolCall call = coming_back();
  call.approval = pending().id;
  value_of(approvals.deny(caller, call.approval, "not today"));
  EXPECT_FALSE(judge(coming_back()));
  value_of(approvals.approve(caller, pending().id, ApprovalScope::session));

  Error const error = error_of(judge(call));

  EXPECT_EQ(error.code, ErrorCode::policy_denied);
  EXPECT_NE(error.message.find("not today"), std::string::npos) << error.message;
  Execution const row = journaled(call.id.text);
  EXPECT_EQ(row.state, ExecutionState::refused);
  EXPECT_EQ(row.approval, call.approval);

  ToolCall unknown = coming_back();
  unknown.approval.text = make_uuid_v7();
  EXPECT_EQ(error_of(judge(unknown)).code, ErrorCode::forbidden);
  EXPECT_EQ(provider.count("execute"), 0);
}

TEST_F(ExecutionsApproval, ACallWaitsForItsApprovalAndThenRuns) {
  answer_with({test::succeeded()});
  auto const call = session_call(kWrite);
  auto running = start(call);
  await_queued(call);

  Execution const waiting = value_of(in_session.get(caller, call.id));
  EXPECT_EQ(waiting.queue->reason, "approval");
  EXPECT_EQ(waiting.approval, pending().id);
  EXPECT_EQ(provider.count("execute"), 0);
  value_of(approvals.approve(caller, pending().id, ApprovalScope::once));

  EXPECT_EQ(value_of(running.get()).state, ExecutionState::succeeded);
  EXPECT_EQ(only_row().state, ExecutionState::succeeded);
  EXPECT_EQ(value_of(approvals.get(only_row().approval)).execution, call.id);
}

TEST_F(ExecutionsApproval, WhatAPersonDeniesIsRefusedInTheirWords) {
  auto const call = session_call(kWrite);
  auto running = start(call);
  await_queued(call);

  value_of(approvals.deny(caller, pending().id, "not on a Friday"));

  auto const error = error_of(running.get());
  EXPECT_EQ(error.code, ErrorCode::policy_denied);
  EXPECT_NE(error.message.find("denied by ada: not on a Friday"), std::string::npos) << error.message;
  EXPECT_EQ(only_row().state, ExecutionState::refused);
  EXPECT_EQ(provider.count("execute"), 0);
}

TEST_F(ExecutionsApproval, NobodysAnswerDenies) {
  auto const call = session_call(kWrite);
  auto running = start(call);
  await_queued(call);

  clock.advance(5min);
  EXPECT_TRUE(approvals.expire_due());

  EXPECT_EQ(error_of(running.get()).code, ErrorCode::policy_denied);
  EXPECT_EQ(only_row().state, ExecutionState::refused);
}

TEST_F(ExecutionsApproval, ADeadlineEndsTheWaiting) {
  caller.deadline = clock.steady() + 30s;
  auto const call = session_call(kWrite);
  auto running = start(call);
  await_queued(call);
  auto const id = pending().id;

  clock.advance(30s);
  in_session.approval_changed(id);

  EXPECT_EQ(error_of(running.get()).code, ErrorCode::timeout);
  EXPECT_EQ(only_row().state, ExecutionState::refused);
  EXPECT_EQ(pending().id, id) << "it can still be answered, and the call made again";
}

TEST_F(ExecutionsApproval, WhatWaitsForApprovalCanBeCancelled) {
  auto const call = session_call(kWrite);
  auto running = start(call);
  await_queued(call);

  EXPECT_EQ(value_of(in_session.cancel(caller, call.id)).state, ExecutionState::cancelled);

  EXPECT_EQ(error_of(running.get()).code, ErrorCode::cancelled);
  EXPECT_EQ(provider.count("execute"), 0);
}

TEST_F(ExecutionsApproval, AStoppingDaemonEndsWhatWaitsForApproval) {
  auto const call = session_call(kWrite);
  auto running = start(call);
  await_queued(call);

  in_session.abort_all();

  auto const error = error_of(running.get());
  EXPECT_EQ(error.code, ErrorCode::daemon_unavailable);
  EXPECT_NE(error.message.find("the daemon was stopped before"), std::string::npos) << error.message;
  EXPECT_EQ(only_row().state, ExecutionState::cancelled);
}

TEST_F(ExecutionsApproval, AClientThatWentAwayLeavesNothingWaiting) {
  std::stop_source hangup;
  caller.stop = hangup.get_token();
  auto const call = session_call(kWrite);
  auto running = start(call);
  await_queued(call);

  auto const id = pending().id;
  hangup.request_stop();
  in_session.approval_changed(id);

  EXPECT_EQ(error_of(running.get()).code, ErrorCode::cancelled);
  EXPECT_EQ(value_of(approvals.get(id)).state, ApprovalState::withdrawn);
}

TEST_F(ExecutionsApproval, WhoWasToComeBackMayComeBackToWait) {
  answer_with({test::succeeded()});
  EXPECT_FALSE(judge(coming_back()));
  ToolCall call = session_call(kWrite);
  call.approval = pending().id;
  Executions::Run run{in_session, caller, call, Executions::Run::MayLeave::no};
  ASSERT_TRUE(std::holds_alternative<Executions::Run::Pause>(run.next(false)));
  EXPECT_EQ(pending().id, call.approval);

  value_of(approvals.approve(caller, call.approval, ApprovalScope::once));

  auto step = run.next(false);
  EXPECT_TRUE(std::get<Result<Execution>>(step));
  ToolCall other = session_call(kWrite, R"({"title":"other"})");
  EXPECT_FALSE(judge(coming_back()));
  other.approval = pending().id;
  EXPECT_EQ(error_of(judge(other)).code, ErrorCode::forbidden) << "it is of these arguments alone";
}

TEST_F(ExecutionsApproval, AQuestionIsAsLongAsSomebodyWaitsForItsAnswer) {
  answer_with({test::succeeded()});
  auto first = std::make_unique<Executions::Run>(in_session, caller, session_call(kWrite),
                                                 Executions::Run::MayLeave::no);
  Executions::Run second{in_session, caller, session_call(kWrite), Executions::Run::MayLeave::no};
  ASSERT_TRUE(std::holds_alternative<Executions::Run::Pause>(first->next(false)));
  ASSERT_TRUE(std::holds_alternative<Executions::Run::Pause>(second.next(false)));

  first.reset();
  value_of(approvals.approve(caller, pending().id, ApprovalScope::once));

  auto step = second.next(false);
  EXPECT_TRUE(std::get<Result<Execution>>(step));
}

TEST_F(ExecutionsApproval, WhatWaitedWhenTheDaemonDiedIsCancelled) {
  auto const call = session_call(kWrite);
  Executions::Run run{in_session, caller, call, Executions::Run::MayLeave::no};
  ASSERT_TRUE(std::holds_alternative<Executions::Run::Pause>(run.next(false)));

  EXPECT_EQ(value_of(journal.recover(clock.wall())), 1);

  EXPECT_EQ(only_row().state, ExecutionState::cancelled);
}

TEST_F(ExecutionsApproval, ASessionThatEndedMeanwhileRunsNothing) {
  auto const call = session_call(kWrite);
  Executions::Run run{in_session, caller, call, Executions::Run::MayLeave::no};
  ASSERT_TRUE(std::holds_alternative<Executions::Run::Pause>(run.next(false)));
  value_of(approvals.approve(caller, pending().id, ApprovalScope::once));
  book.is_over = true;

  auto step = run.next(false);

  EXPECT_EQ(error_of(std::get<Result<Execution>>(step)).code, ErrorCode::forbidden);
  EXPECT_EQ(provider.count("execute"), 0);
  EXPECT_EQ(only_row().state, ExecutionState::refused);
}

TEST_F(ExecutionsApproval, WhatWaitsWhenItsSessionEndsIsToldThat) {
  auto const call = session_call(kWrite);
  Executions::Run run{in_session, caller, call, Executions::Run::MayLeave::no};
  ASSERT_TRUE(std::holds_alternative<Executions::Run::Pause>(run.next(false)));
  book.is_over = true;
  clock.advance(5min);
  EXPECT_TRUE(approvals.expire_due());

  auto step = run.next(false);

  auto const error = error_of(std::get<Result<Execution>>(step));
  EXPECT_EQ(error.code, ErrorCode::forbidden);
  EXPECT_NE(error.message.find("the session work was closed"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("did not run"), std::string::npos) << error.message;
  EXPECT_EQ(only_row().state, ExecutionState::refused);
}

TEST_F(ExecutionsApproval, AConnectionThatLeftMeanwhileIsNotUsed) {
  auto const call = session_call(kWrite);
  Executions::Run run{in_session, caller, call, Executions::Run::MayLeave::no};
  ASSERT_TRUE(std::holds_alternative<Executions::Run::Pause>(run.next(false)));
  value_of(approvals.approve(caller, pending().id, ApprovalScope::once));
  book.open.session.bindings.front().is_usable = false;

  auto step = run.next(false);

  EXPECT_EQ(error_of(std::get<Result<Execution>>(step)).code, ErrorCode::policy_denied);
  EXPECT_EQ(provider.count("execute"), 0);
  EXPECT_EQ(value_of(rows.find(work.id))->status, ConnectionStatus::active) << "it is not taken for dead";
}

TEST_F(ExecutionsApproval, OfTwoOfTheSameCallThatWaitedForOneAnswerOneRuns) {
  answer_with({test::succeeded()});
  Executions::Run first{in_session, caller, session_call(kWrite), Executions::Run::MayLeave::no};
  Executions::Run second{in_session, caller, session_call(kWrite), Executions::Run::MayLeave::no};
  ASSERT_TRUE(std::holds_alternative<Executions::Run::Pause>(first.next(false)));
  ASSERT_TRUE(std::holds_alternative<Executions::Run::Pause>(second.next(false)));
  value_of(approvals.approve(caller, pending().id, ApprovalScope::once));

  auto one = first.next(false);
  auto other = second.next(false);

  EXPECT_TRUE(std::get<Result<Execution>>(one));
  EXPECT_EQ(error_of(std::get<Result<Execution>>(other)).code, ErrorCode::forbidden);
  EXPECT_EQ(provider.count("execute"), 1);
}

TEST_F(ExecutionsApproval, AReplayIsNotAskedAgainAndADeniedCallCanBe) {
  answer_with({test::succeeded()});
  ToolCall call = coming_back();
  call.idempotency_key = "k1";
  EXPECT_EQ(error_of(judge(call)).code, ErrorCode::approval_required);
  value_of(approvals.deny(caller, pending().id, ""));
  EXPECT_EQ(error_of(judge(call)).code, ErrorCode::approval_required) << "asked anew";
  value_of(approvals.approve(caller, pending().id, ApprovalScope::once));
  Execution const done = value_of(judge(call));
  ToolCall again = coming_back();
  again.idempotency_key = "k1";

  Execution const replay = value_of(judge(again));

  EXPECT_TRUE(replay.replayed);
  EXPECT_EQ(replay.id, done.id);
  EXPECT_EQ(provider.count("execute"), 1);
  EXPECT_EQ(value_of(approvals.list(caller, {})).total, 2);
}

TEST_F(ExecutionsApproval, AToolWithoutAConnectionIsAskedAboutToo) {
  answer_with({test::succeeded()});
  book.open.session.selectors = {kOpen};
  auto const call = session_call(kOpen);
  auto running = start(call);
  await_queued(call);

  value_of(approvals.approve(caller, pending().id, ApprovalScope::session));

  EXPECT_TRUE(running.get());
  EXPECT_TRUE(judge(session_call(kOpen, R"({"title":"more"})")));
}

}  // namespace
}  // namespace agenta::daemon
