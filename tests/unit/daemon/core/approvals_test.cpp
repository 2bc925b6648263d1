#include "daemon/core/approvals.hpp"

#include "daemon/core/answer_wait.hpp"
#include "daemon/store/session_store.hpp"
#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;

struct ApprovalsTest : CoreTest {
  store::SessionStore session_store{*database};
  store::ApprovalStore approval_store{*database};
  std::vector<std::string> told{};
  std::vector<ApprovalId> approved{};
  Approvals approvals{projects, approval_store, clock, approval_options()};
  SessionId const session = make_session("work");

  Approvals::Options approval_options() {
    Approvals::Options options;
    options.changed = [this](ApprovalId const& id) { told.push_back(id.text); };
    options.approved = [this](Approval const& approval) { approved.push_back(approval.id); };
    return options;
  }
  SessionId make_session(std::string name) {
    Session row;
    row.id.text = make_uuid_v7();
    row.project = project;
    row.name = std::move(name);
    row.created_at = clock.wall();
    EXPECT_TRUE(session_store.insert(row));
    return row.id;
  }
  Approval question(std::string digest = "d1") {
    Approval out;
    out.project = project;
    out.session = session;
    out.session_name = "work";
    out.tool.text = "GITHUB_CREATE_AN_ISSUE";
    out.connection = ConnectionReference{{"c1"}, "work"};
    out.arguments_digest = std::move(digest);
    out.decision.rule = "default: everything else asks";
    return out;
  }
  Approval asked(std::string digest = "d1") {
    return value_of(approvals.ask(question(std::move(digest)), OnAsk::come_back));
  }
  /// What a run claims that was given the approval.
  Approval claim(ApprovalId const& id, std::string digest = "d1") {
    Approval out = question(std::move(digest));
    out.id = id;
    return out;
  }
};

TEST_F(ApprovalsTest, TheVerySameQuestionIsPutOnce) {
  Approval const first = asked();
  Approval const again = asked();
  Approval const another = asked("d2");

  EXPECT_EQ(first.id, again.id);
  EXPECT_NE(first.id, another.id);
  EXPECT_EQ(first.expires_at, clock.wall() + 5min);
  EXPECT_EQ(told, (std::vector{first.id.text, another.id.text}));
}

TEST_F(ApprovalsTest, ThePolicyMaySayHowLongItWaits) {
  Approval hurried = question();
  hurried.expires_at = clock.wall() + 10s;

  Approval const put = value_of(approvals.ask(hurried, OnAsk::come_back));

  clock.advance(10s);
  EXPECT_EQ(value_of(approvals.get(put.id)).state, ApprovalState::expired);
}

TEST_F(ApprovalsTest, AnApprovalOfOnceIsForOneRunOfThatCall) {
  Approval const put = asked();
  EXPECT_EQ(error_of(approvals.redeem(claim(put.id), {"e1"})).code, ErrorCode::forbidden) << "not given yet";
  Approval const given = value_of(approvals.approve(caller, put.id, ApprovalScope::once));
  EXPECT_EQ(given.decided_by->user, "ada");

  EXPECT_EQ(error_of(approvals.redeem(claim(put.id, "d2"), {"e1"})).code, ErrorCode::forbidden);
  EXPECT_TRUE(approvals.redeem(claim(put.id), {"e1"}));
  EXPECT_EQ(error_of(approvals.redeem(claim(put.id), {"e2"})).code, ErrorCode::forbidden);
  EXPECT_EQ(value_of(approvals.get(put.id)).execution.text, "e1");
  EXPECT_EQ(approved, std::vector{put.id});
}

TEST_F(ApprovalsTest, AnotherSessionsApprovalIsOfNoUse) {
  Approval const put = asked();
  value_of(approvals.approve(caller, put.id, ApprovalScope::once));
  Approval theirs = claim(put.id);
  theirs.session = make_session("other");

  auto const error = error_of(approvals.redeem(theirs, {"e1"}));

  EXPECT_EQ(error.code, ErrorCode::forbidden);
  EXPECT_NE(error.message.find("none of this session's"), std::string::npos);
}

TEST_F(ApprovalsTest, ForTheSessionItCountsForOtherArgumentsAndNotForOtherTools) {
  Approval const put = asked();
  value_of(approvals.approve(caller, put.id, ApprovalScope::session));
  Approval other_tool = claim(put.id);
  other_tool.tool.text = "GITHUB_OTHER";

  Approval other_version = claim(put.id);
  other_version.tool_version = "20260101_00";

  EXPECT_TRUE(approvals.redeem(claim(put.id, "d2"), {"e1"}));
  EXPECT_TRUE(approvals.redeem(claim(put.id, "d3"), {"e2"}));
  EXPECT_FALSE(approvals.redeem(other_version, {"e3"}));
  EXPECT_FALSE(approvals.redeem(other_tool, {"e3"}));
  EXPECT_EQ(value_of(approvals.find_grant(question())), put.id);
}

TEST_F(ApprovalsTest, ForTheSessionWhatWaitsForTheSameIsApprovedWithIt) {
  Approval const first = asked("d1");
  Approval const put = asked("d2");
  Approval const last = value_of(approvals.ask(question("d3"), OnAsk::wait));
  Approval elsewhere = question("d4");
  elsewhere.connection = ConnectionReference{{"c2"}, "home"};
  elsewhere = value_of(approvals.ask(elsewhere, OnAsk::come_back));
  told.clear();

  value_of(approvals.approve(caller, put.id, ApprovalScope::session));

  for (Approval const& each : {first, last}) {
    Approval const covered = value_of(approvals.get(each.id));
    EXPECT_EQ(covered.state, ApprovalState::approved);
    EXPECT_EQ(covered.scope, ApprovalScope::once) << "the grant alone is listed and revoked";
    EXPECT_EQ(covered.decided_by->user, "ada");
    EXPECT_NE(covered.answer.find(put.id.text), std::string::npos) << covered.answer;
  }
  EXPECT_EQ(value_of(approvals.get(elsewhere.id)).state, ApprovalState::pending) << "another connection";
  EXPECT_EQ(told, (std::vector{put.id.text, first.id.text, last.id.text})) << "all who wait are woken";
  EXPECT_EQ(approved, (std::vector{put.id, first.id, last.id})) << "and the session's record has each";
  EXPECT_TRUE(approvals.redeem(claim(last.id, "d3"), {"e1"}));
  EXPECT_FALSE(approvals.redeem(claim(first.id, "d9"), {"e2"})) << "each is of its own arguments";
}

TEST_F(ApprovalsTest, WithAGrantAllElseIsRevokedThatLetsTheToolRunThere) {
  Approval const waits = asked("d1");
  Approval const put = asked("d2");
  value_of(approvals.approve(caller, put.id, ApprovalScope::session));

  value_of(approvals.revoke(caller, put.id));

  EXPECT_EQ(value_of(approvals.get(waits.id)).state, ApprovalState::revoked);
  EXPECT_FALSE(approvals.redeem(claim(waits.id, "d1"), {"e1"})) << "the next call asks again";
}

TEST_F(ApprovalsTest, WhoComesBackToWhatWasAnsweredInTheMomentBeforeIsNotAskedAnew) {
  Approval back = question("d1");
  back.id = asked("d1").id;
  value_of(approvals.deny(caller, back.id, "no"));
  Approval lasting = question("d2");
  lasting.id = asked("d2").id;
  value_of(approvals.approve(caller, lasting.id, ApprovalScope::session));

  Approval const denied = value_of(approvals.ask(back, OnAsk::wait));
  Approval const allowed = value_of(approvals.ask(lasting, OnAsk::wait));

  EXPECT_EQ(denied.id, back.id);
  EXPECT_EQ(denied.state, ApprovalState::denied);
  EXPECT_EQ(allowed.id, lasting.id);
  EXPECT_EQ(allowed.state, ApprovalState::approved);
}

TEST_F(ApprovalsTest, AnApprovalOfOnceIsTakenBackUntilItIsUsed) {
  Approval const put = asked("d1");
  value_of(approvals.approve(caller, put.id, ApprovalScope::once));
  Approval const used = asked("d2");
  value_of(approvals.approve(caller, used.id, ApprovalScope::once));
  ASSERT_TRUE(approvals.redeem(claim(used.id, "d2"), {"e1"}));

  EXPECT_EQ(value_of(approvals.revoke(caller, put.id)).state, ApprovalState::revoked);

  EXPECT_FALSE(approvals.redeem(claim(put.id, "d1"), {"e2"}));
  EXPECT_NE(asked("d1").id, put.id) << "it is asked about anew";
  auto const error = error_of(approvals.revoke(caller, used.id));
  EXPECT_EQ(error.code, ErrorCode::approval_decided);
  EXPECT_NE(error.message.find("is used"), std::string::npos) << error.message;
}

TEST_F(ApprovalsTest, OneThatWasApprovedAndNotUsedIsFoundByTheSameCall) {
  Approval const put = asked();
  value_of(approvals.approve(caller, put.id, ApprovalScope::once));

  EXPECT_EQ(asked().id, put.id);
  EXPECT_EQ(asked().state, ApprovalState::approved);
  clock.advance(1h + 1s);
  EXPECT_NE(asked().id, put.id) << "it was given too long ago";
  EXPECT_FALSE(approvals.redeem(claim(put.id), {"e1"}));
}

TEST_F(ApprovalsTest, ADeniedOneIsNotUsedAndCanBeAskedAgain) {
  Approval const put = asked();

  Approval const denied = value_of(approvals.deny(caller, put.id, "not today"));

  EXPECT_EQ(denied.answer, "not today");
  EXPECT_FALSE(approvals.redeem(claim(put.id), {"e1"}));
  EXPECT_NE(asked().id, put.id);
}

TEST_F(ApprovalsTest, AnAnswerCountsOnce) {
  Approval const put = asked();
  value_of(approvals.deny(caller, put.id, ""));

  auto const error = error_of(approvals.approve(caller, put.id, ApprovalScope::once));

  EXPECT_EQ(error.code, ErrorCode::approval_decided);
  EXPECT_NE(error.message.find("denied already by ada"), std::string::npos) << error.message;
}

TEST_F(ApprovalsTest, WhatNobodyAnsweredIsDenied) {
  Approval const put = asked();
  clock.advance(5min);
  told.clear();

  EXPECT_TRUE(approvals.expire_due());

  EXPECT_EQ(told, std::vector{put.id.text});
  EXPECT_FALSE(approvals.approve(caller, put.id, ApprovalScope::once));
  EXPECT_EQ(value_of(approvals.get(put.id)).state, ApprovalState::expired);
}

TEST_F(ApprovalsTest, AnotherProjectsApprovalsAreNotThere) {
  Approval const put = asked();
  Caller stranger = caller;
  stranger.project = "elsewhere";

  EXPECT_FALSE(approvals.show(stranger, put.id));
  EXPECT_FALSE(approvals.approve(stranger, put.id, ApprovalScope::once));
  EXPECT_TRUE(value_of(approvals.list(stranger, {})).items.empty());
}

TEST_F(ApprovalsTest, ACrowdOfQuestionsIsRefused) {
  for (int i = 0; i < 100; ++i) asked("d" + std::to_string(i));

  EXPECT_EQ(error_of(approvals.ask(question("one more"), OnAsk::come_back)).code, ErrorCode::rate_limited);
  EXPECT_TRUE(approvals.ask(question("d7"), OnAsk::come_back)) << "one that waits is joined all the same";
}

TEST_F(ApprovalsTest, WithTheLastWhoWaitedAQuestionIsWithdrawn) {
  Approval const put = value_of(approvals.ask(question(), OnAsk::wait));
  ASSERT_EQ(value_of(approvals.ask(question(), OnAsk::wait)).id, put.id);

  approvals.stop_waiting(put.id, ApprovalDesk::Parting::unwanted);
  EXPECT_EQ(value_of(approvals.get(put.id)).state, ApprovalState::pending) << "another waits";
  told.clear();
  approvals.stop_waiting(put.id, ApprovalDesk::Parting::unwanted);

  EXPECT_EQ(value_of(approvals.get(put.id)).state, ApprovalState::withdrawn);
  EXPECT_EQ(told, std::vector{put.id.text});
  auto const error = error_of(approvals.approve(caller, put.id, ApprovalScope::once));
  EXPECT_EQ(error.code, ErrorCode::approval_decided);
  EXPECT_NE(error.message.find("withdrawn already: whoever asked has gone"), std::string::npos)
      << error.message;
  EXPECT_NE(asked().id, put.id) << "it can be asked anew";
}

TEST_F(ApprovalsTest, AQuestionThatSomebodyMayComeBackForStays) {
  Approval const put = value_of(approvals.ask(question(), OnAsk::wait));
  asked();
  approvals.stop_waiting(put.id, ApprovalDesk::Parting::unwanted);
  EXPECT_EQ(value_of(approvals.get(put.id)).state, ApprovalState::pending);

  Approval const late = value_of(approvals.ask(question("d2"), OnAsk::wait));
  approvals.stop_waiting(late.id, ApprovalDesk::Parting::may_return);
  EXPECT_EQ(value_of(approvals.get(late.id)).state, ApprovalState::pending);
}

TEST_F(ApprovalsTest, WhoCameBackToWaitIsTheOneWhoWasToComeBack) {
  Approval again = question();
  again.id = asked().id;

  ASSERT_EQ(value_of(approvals.ask(again, OnAsk::wait)).id, again.id);
  approvals.stop_waiting(again.id, ApprovalDesk::Parting::unwanted);

  EXPECT_EQ(value_of(approvals.get(again.id)).state, ApprovalState::withdrawn);
}

TEST_F(ApprovalsTest, WhoeverAsksAPersonWaitsUntilTheyHangUp) {
  Approval const put = asked();
  Caller here = caller;
  std::stop_source hangup;
  here.stop = hangup.get_token();
  AnswerWait wait{approvals, here, put.id};
  auto const first = wait.next(false);
  ASSERT_TRUE(std::holds_alternative<AnswerWait::Pause>(first));
  EXPECT_EQ(std::get<AnswerWait::Pause>(first).key, approval_key(put.id));
  EXPECT_EQ(std::get<AnswerWait::Pause>(first).at_most, 5min) << "its own time is over first";
  EXPECT_TRUE(std::holds_alternative<AnswerWait::Pause>(wait.next(false))) << "woken for nothing";

  hangup.request_stop();
  wait.next(false);

  EXPECT_EQ(value_of(approvals.get(put.id)).state, ApprovalState::withdrawn);
}

TEST_F(ApprovalsTest, WhoeverWaitsNoLongerThanTheirTimeMayComeBack) {
  Approval const put = asked();
  Caller hurried = caller;
  hurried.deadline = clock.steady() + 2s;
  {
    AnswerWait wait{approvals, hurried, put.id};
    ASSERT_TRUE(std::holds_alternative<AnswerWait::Pause>(wait.next(false)));
    clock.advance(2s);

    auto const last = wait.next(true);

    EXPECT_EQ(value_of(std::get<Result<Approval>>(last)).state, ApprovalState::pending);
  }
  EXPECT_EQ(value_of(approvals.get(put.id)).state, ApprovalState::pending);
}

TEST_F(ApprovalsTest, WhoeverWaitsIsToldOfTheAnswer) {
  Approval const put = asked();
  AnswerWait wait{approvals, caller, put.id};
  ASSERT_TRUE(std::holds_alternative<AnswerWait::Pause>(wait.next(false)));

  value_of(approvals.deny(caller, put.id, ""));

  EXPECT_EQ(value_of(std::get<Result<Approval>>(wait.next(false))).state, ApprovalState::denied);
}

TEST_F(ApprovalsTest, WhoWaitedWhenTheDaemonDiedDoesNotAnyMore) {
  Approval const waited = value_of(approvals.ask(question("d1"), OnAsk::wait));
  Approval const returns = asked("d2");

  EXPECT_TRUE(approvals.withdraw_left_behind());

  EXPECT_EQ(value_of(approvals.get(waited.id)).state, ApprovalState::withdrawn);
  EXPECT_EQ(value_of(approvals.get(returns.id)).state, ApprovalState::pending);
}

TEST_F(ApprovalsTest, AGrantIsListedAndTakenBack) {
  Approval const once = asked("d1");
  Approval const put = asked("d2");
  value_of(approvals.approve(caller, put.id, ApprovalScope::session));
  store::ApprovalFilter granted;
  granted.granted = true;
  ASSERT_EQ(value_of(approvals.list(caller, granted)).total, 1);
  EXPECT_EQ(value_of(approvals.list(caller, granted)).items.front().id, put.id);

  Approval const revoked = value_of(approvals.revoke(caller, put.id));

  EXPECT_EQ(revoked.state, ApprovalState::revoked);
  EXPECT_EQ(value_of(approvals.list(caller, granted)).total, 0);
  EXPECT_FALSE(value_of(approvals.find_grant(question())));
  EXPECT_FALSE(approvals.redeem(claim(put.id, "d3"), {"e1"}));
  EXPECT_EQ(error_of(approvals.revoke(caller, put.id)).code, ErrorCode::approval_decided);
  EXPECT_EQ(value_of(approvals.get(once.id)).state, ApprovalState::revoked) << "it was covered by the grant";
  Approval const pending = asked("d4");
  EXPECT_EQ(error_of(approvals.revoke(caller, pending.id)).code, ErrorCode::invalid_request);
}

TEST_F(ApprovalsTest, WhatIsApprovedAndNotUsedCanBeTakenBack) {
  Approval const put = asked();
  value_of(approvals.approve(caller, put.id, ApprovalScope::once));

  EXPECT_EQ(value_of(approvals.revoke(caller, put.id)).state, ApprovalState::revoked);

  EXPECT_FALSE(approvals.redeem(claim(put.id), {"e1"}));
  EXPECT_NE(asked().id, put.id) << "the next call asks again";
}

TEST_F(ApprovalsTest, WithTheLastWhoWasToComeBackAQuestionIsWithdrawn) {
  Approval const put = asked();
  asked();

  EXPECT_EQ(value_of(approvals.withdraw(caller, put.id)).state, ApprovalState::pending) << "another comes";
  told.clear();
  EXPECT_EQ(value_of(approvals.withdraw(caller, put.id)).state, ApprovalState::withdrawn);
  EXPECT_EQ(told, std::vector{put.id.text});

  Approval const waited = asked("d2");
  ASSERT_EQ(value_of(approvals.ask(question("d2"), OnAsk::wait)).id, waited.id);
  EXPECT_EQ(value_of(approvals.withdraw(caller, waited.id)).state, ApprovalState::pending) << "another waits";
  Approval const given = asked("d3");
  value_of(approvals.approve(caller, given.id, ApprovalScope::once));
  EXPECT_EQ(value_of(approvals.withdraw(caller, given.id)).state, ApprovalState::approved);
  Caller stranger = caller;
  stranger.project = "elsewhere";
  EXPECT_EQ(error_of(approvals.withdraw(stranger, waited.id)).code, ErrorCode::approval_not_found);
}

TEST_F(ApprovalsTest, ChangesMissNothingThoughTheClockStands) {
  std::string const start = *value_of(approvals.changes(caller, "")).next_cursor;
  Approval const first = asked("d1");
  Approval const second = asked("d2");

  auto const both = value_of(approvals.changes(caller, start));
  value_of(approvals.approve(caller, first.id, ApprovalScope::once));
  auto const then = value_of(approvals.changes(caller, *both.next_cursor));

  ASSERT_EQ(both.items.size(), 2U);
  EXPECT_EQ(both.items[1].id, second.id);
  ASSERT_EQ(then.items.size(), 1U);
  EXPECT_EQ(then.items[0].id, first.id);
  EXPECT_TRUE(value_of(approvals.changes(caller, *then.next_cursor)).items.empty());
  EXPECT_FALSE(approvals.changes(caller, "nonsense"));
}

}  // namespace
}  // namespace agenta::daemon
