#include "daemon/store/approval_store.hpp"

#include "daemon/store/session_store.hpp"
#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

struct ApprovalStoreTest : StoreTest {
  SessionStore sessions{*database};
  ApprovalStore approvals{*database};
  SessionId const session = make_session("work");

  SessionId make_session(std::string name) {
    Session row;
    row.id.text = make_uuid_v7();
    row.project = project;
    row.name = std::move(name);
    row.created_at = at(0);
    EXPECT_TRUE(sessions.insert(row));
    return row.id;
  }
  Approval question(int second = 0, std::string tool = "GITHUB_CREATE_AN_ISSUE") {
    Approval out;
    out.id.text = make_uuid_v7();
    out.project = project;
    out.session = session;
    out.session_name = "work";
    out.tool.text = std::move(tool);
    out.connection = ConnectionReference{{"0190-connection"}, "work"};
    out.arguments.text = R"({"a":1})";
    out.arguments_digest = "d1";
    out.decision = {Verdict::ask, "default: everything else asks", "why"};
    out.created_at = at(second);
    out.expires_at = at(second + 300);
    return out;
  }
  Approval inserted(Approval approval) {
    EXPECT_TRUE(approvals.insert(approval, ApprovalStore::Returns::yes));
    return approval;
  }
  bool approve(Approval approval, ApprovalScope scope, int second) {
    approval.state = ApprovalState::approved;
    approval.scope = scope;
    approval.decided_at = at(second);
    approval.decided_by = Actor{1000, "ada", "loom", "agenta-tools"};
    return approvals.decide(approval).value();
  }
};

TEST_F(ApprovalStoreTest, WhatWasPutInComesBackWhole) {
  Approval approval = question();
  approval.previous = JsonText{R"({"a":0})"};
  approval.tool_version = "20260101_00";

  inserted(approval);

  EXPECT_EQ(approvals.find(approval.id).value(), approval);
}

TEST_F(ApprovalStoreTest, OnlyAPendingOneIsDecided) {
  Approval const approval = inserted(question());

  EXPECT_TRUE(approve(approval, ApprovalScope::once, 10));
  EXPECT_FALSE(approve(approval, ApprovalScope::session, 20));

  Approval const now = approvals.find(approval.id).value().value();
  EXPECT_EQ(now.state, ApprovalState::approved);
  EXPECT_EQ(now.scope, ApprovalScope::once);
  EXPECT_EQ(now.decided_at, at(10));
  EXPECT_EQ(now.decided_by->user, "ada");
}

TEST_F(ApprovalStoreTest, AnApprovalOfOnceIsTakenOnce) {
  Approval const approval = inserted(question());
  EXPECT_FALSE(approvals.take(approval.id, {"e1"}).value()) << "it is not approved yet";
  approve(approval, ApprovalScope::once, 1);

  EXPECT_TRUE(approvals.take(approval.id, {"e1"}).value());
  EXPECT_TRUE(approvals.take(approval.id, {"e1"}).value()) << "the same run may ask again";
  EXPECT_FALSE(approvals.take(approval.id, {"e2"}).value());
}

TEST_F(ApprovalStoreTest, TheSameQuestionIsFoundWhileItIsOpen) {
  Approval const approval = inserted(question());
  auto const found = [&](Approval const& like) {
    return approvals.find_open(like, at(-3600)).value().has_value();
  };
  Approval other_arguments = question();
  other_arguments.arguments_digest = "d2";
  Approval other_version = question();
  other_version.tool_version = "20260101_00";
  Approval other_connection = question();
  other_connection.connection.reset();

  EXPECT_TRUE(found(question()));
  EXPECT_FALSE(found(other_arguments));
  EXPECT_FALSE(found(other_version));
  EXPECT_FALSE(found(other_connection));
  EXPECT_FALSE(found(question(0, "GITHUB_OTHER")));
  approve(approval, ApprovalScope::once, 1);
  EXPECT_TRUE(found(question())) << "approved and not used";
  EXPECT_FALSE(approvals.find_open(question(), at(2)).value().has_value()) << "approved too long ago";
  ASSERT_TRUE(approvals.take(approval.id, {"e1"}).value());
  EXPECT_FALSE(found(question()));
}

TEST_F(ApprovalStoreTest, AGrantIsOfTheSessionTheToolAndTheConnection) {
  Approval const once = inserted(question());
  approve(once, ApprovalScope::once, 1);
  EXPECT_FALSE(approvals.find_grant(question()).value());
  Approval const granted = inserted(question(5));
  approve(granted, ApprovalScope::session, 6);

  auto const found_for = [&](auto change) {
    Approval like = question();
    change(like);
    return approvals.find_grant(like).value();
  };
  EXPECT_EQ(found_for([](Approval&) {}), granted.id);
  EXPECT_FALSE(found_for([](Approval& like) { like.tool.text = "GITHUB_OTHER"; }));
  EXPECT_FALSE(found_for([](Approval& like) { like.tool_version = "00000000_00"; }));
  EXPECT_FALSE(found_for([](Approval& like) { like.connection->id.text = "another"; }));
  EXPECT_FALSE(found_for([](Approval& like) { like.connection.reset(); }));
  EXPECT_FALSE(found_for([&](Approval& like) { like.session = make_session("other"); }));
}

TEST_F(ApprovalStoreTest, WhatNobodyAnsweredExpires) {
  Approval const early = inserted(question(0));
  Approval const late = inserted(question(100));

  EXPECT_FALSE(approvals.has_due(at(299)).value());
  EXPECT_EQ(approvals.expire(at(300), at(301)).value(), std::vector{early.id});

  EXPECT_EQ(approvals.find(early.id).value()->state, ApprovalState::expired);
  EXPECT_EQ(approvals.find(early.id).value()->decided_at, at(301));
  EXPECT_EQ(approvals.find(late.id).value()->state, ApprovalState::pending);
  EXPECT_FALSE(approve(early, ApprovalScope::once, 302));
}

TEST_F(ApprovalStoreTest, TheListIsNewestFirstAndFiltered) {
  Approval const first = inserted(question(0));
  Approval const second = inserted(question(1));
  Approval const third = inserted(question(2));
  approve(second, ApprovalScope::once, 5);
  ApprovalFilter filter;
  filter.limit = 2;

  auto const page = approvals.list(project, filter).value();
  filter.cursor = page.next_cursor.value();
  auto const rest = approvals.list(project, filter).value();
  ApprovalFilter pending;
  pending.state = ApprovalState::pending;
  pending.session = "WORK";
  ApprovalFilter elsewhere;
  elsewhere.session = "other";

  EXPECT_EQ(page.total, 3);
  EXPECT_EQ(page.items.front().id, third.id);
  ASSERT_EQ(rest.items.size(), 1U);
  EXPECT_EQ(rest.items.front().id, first.id);
  EXPECT_FALSE(rest.next_cursor);
  EXPECT_EQ(approvals.list(project, pending).value().total, 2);
  EXPECT_EQ(approvals.list(project, elsewhere).value().total, 0);
  filter.cursor = "nonsense";
  EXPECT_FALSE(approvals.list(project, filter));
}

TEST_F(ApprovalStoreTest, ChangesComeInTheirOrder) {
  Approval const first = inserted(question(0));
  Approval const second = inserted(question(1));
  approve(first, ApprovalScope::once, 5);

  auto const all = approvals.changed(project, at(-1), 10).value();
  auto const since = approvals.changed(project, at(1), 10).value();

  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, second.id);
  EXPECT_EQ(all[1].id, first.id);
  ASSERT_EQ(since.size(), 1U);
  EXPECT_EQ(since[0].state, ApprovalState::approved);
  EXPECT_EQ(approvals.last_change().value(), at(5));
}

TEST_F(ApprovalStoreTest, TheLastSimilarCallIsTheSessionsElseTheProjects) {
  auto const run = [&](std::string arguments, std::string in_session, ExecutionState state) {
    Execution row = make_execution(project);
    row.arguments.text = std::move(arguments);
    row.session = std::move(in_session);
    row.state = state;
    ASSERT_TRUE(journal.insert(row, Durability::normal));
  };
  EXPECT_FALSE(approvals.find_previous(question()).value());

  run(R"({"a":"other session"})", "elsewhere", ExecutionState::succeeded);
  EXPECT_EQ(approvals.find_previous(question()).value()->text, R"({"a":"other session"})");
  run(R"({"a":"mine"})", "work", ExecutionState::succeeded);
  run(R"({"a":"never ran"})", "work", ExecutionState::refused);
  run(R"({"a":"later, elsewhere"})", "elsewhere", ExecutionState::succeeded);
  EXPECT_EQ(approvals.find_previous(question()).value()->text, R"({"a":"mine"})");
}

}  // namespace
}  // namespace agenta::daemon::store
