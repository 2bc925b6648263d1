#include "daemon/store/session_store.hpp"

#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

struct SessionStoreTest : StoreTest {
  int told = 0;
  SessionStore sessions{*database, [this] { ++told; }};

  Session make_session(std::string name, int second = 0) const {
    Session session;
    session.id.text = make_uuid_v7();
    session.project = project;
    session.name = std::move(name);
    session.selectors = {"github", "SLACK_*", "odd \"one\""};
    session.bindings = {{{"github"}, {"c-1"}, "work", true}, {{"slack"}, {}, "", false}};
    session.policy = "default = \"deny\"";
    session.policy_source = "rules.toml";
    session.socket_uids = {1001, 4294967294U};
    session.created_at = at(second);
    session.expires_at = at(second + 60);
    session.created_by = {1000, "ada", "loom", "agenta-tools 0.1.0"};
    return session;
  }
  static SessionNote note(SessionChange change, int second, std::string detail = "") {
    SessionNote made;
    made.change = change;
    made.at = at(second);
    made.detail.text = std::move(detail);
    return made;
  }
};

TEST_F(SessionStoreTest, KeepsAllOfASession) {
  Session const session = make_session("triage");

  ASSERT_TRUE(sessions.insert(session));

  EXPECT_EQ(sessions.find(session.id).value(), session);
  EXPECT_EQ(sessions.find({"nothing"}).value(), std::nullopt);
  EXPECT_EQ(sessions.find_by_name(project, "TRIAGE").value(), session);
  EXPECT_EQ(sessions.find_by_name(project, session.id.text).value(), session);
  auto const elsewhere = projects.ensure("other", at(0)).value().id;
  EXPECT_EQ(sessions.find_by_name(elsewhere, "triage").value(), std::nullopt);
  EXPECT_EQ(sessions.find_by_name(elsewhere, session.id.text).value(), std::nullopt);
}

TEST_F(SessionStoreTest, ANameIsTakenAsLongAsItsSessionIsOpen) {
  Session const first = make_session("triage");
  ASSERT_TRUE(sessions.insert(first));

  EXPECT_EQ(sessions.insert(make_session("Triage", 1)).error().code, ErrorCode::idempotency_conflict);

  EXPECT_TRUE(sessions.end(first.id, SessionState::closed, note(SessionChange::closed, 5)).value());
  EXPECT_FALSE(sessions.end(first.id, SessionState::expired, note(SessionChange::expired, 6)).value());
  EXPECT_EQ(sessions.find_by_name(project, "triage").value()->state, SessionState::closed);
  EXPECT_EQ(sessions.find_by_name(project, "triage").value()->ended_at, at(5));
  Session const second = make_session("triage", 9);
  ASSERT_TRUE(sessions.insert(second));
  EXPECT_EQ(sessions.find_by_name(project, "triage").value()->id, second.id);
  EXPECT_EQ(sessions.find_by_name(project, first.id.text).value()->id, first.id);
}

TEST_F(SessionStoreTest, ListsNewestFirstInPagesOfOneProject) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(sessions.insert(make_session("s" + std::to_string(i), i / 2)));
  Session elsewhere = make_session("s0", 9);
  elsewhere.project = projects.ensure("other", at(0)).value().id;
  ASSERT_TRUE(sessions.insert(elsewhere));
  auto const ended = sessions.find_by_name(project, "s1").value()->id;
  ASSERT_TRUE(sessions.end(ended, SessionState::closed, note(SessionChange::closed, 7)));

  std::vector<std::string> names;
  std::string cursor;
  do {
    auto const page = sessions.list(project, {}, cursor, 2).value();
    EXPECT_EQ(page.total, 5);
    for (Session const& each : page.items) names.push_back(each.name);
    cursor = page.next_cursor.value_or("");
  } while (!cursor.empty());

  EXPECT_EQ(names, (std::vector<std::string>{"s4", "s3", "s2", "s1", "s0"}));
  EXPECT_EQ(sessions.list(project, SessionState::open, "", 9).value().total, 4);
  EXPECT_EQ(sessions.list(project, SessionState::closed, "", 9).value().items.front().name, "s1");
  EXPECT_EQ(sessions.list(project, {}, "nothing", 2).error().code, ErrorCode::invalid_request);
  EXPECT_EQ(sessions.list(project, {}, elsewhere.id.text, 2).error().code, ErrorCode::invalid_request);
  EXPECT_EQ(sessions.list_open().value().size(), 5U);
}

TEST_F(SessionStoreTest, ChangesAreRecordedWithWhatTheyChange) {
  Session session = make_session("triage");
  Session const other = make_session("other");
  ASSERT_TRUE(sessions.insert(session));
  ASSERT_TRUE(sessions.insert(other));
  session.selectors = {"gmail"};
  session.bindings = {{{"gmail"}, {"c-2"}, "mail", true}};

  ASSERT_TRUE(
      sessions.update(session, {note(SessionChange::tools_added, 1, R"({"tools":["gmail"]})")}).value());
  ASSERT_TRUE(sessions.record(session.id, note(SessionChange::approved, 2)));
  ASSERT_TRUE(sessions.record(other.id, note(SessionChange::approved, 3)));

  EXPECT_EQ(sessions.find(session.id).value(), session);
  auto const events = sessions.changes_after(session.id, 0, 9).value();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].change, SessionChange::tools_added);
  EXPECT_EQ(events[0].detail.text, R"({"tools":["gmail"]})");
  EXPECT_EQ(events[0].at, at(1));
  EXPECT_EQ(events[1].change, SessionChange::approved);
  EXPECT_EQ(sessions.last_change(session.id).value(), events[1].sequence);
  EXPECT_EQ(sessions.changes_after(session.id, events[0].sequence, 9).value().size(), 1U);
  EXPECT_EQ(told, 3);
}

TEST_F(SessionStoreTest, AnEndedSessionIsNotChanged) {
  Session session = make_session("triage");
  ASSERT_TRUE(sessions.insert(session));
  ASSERT_TRUE(sessions.end(session.id, SessionState::expired, note(SessionChange::expired, 5)));
  session.selectors = {"gmail"};

  EXPECT_FALSE(sessions.update(session, {note(SessionChange::tools_added, 6)}).value());

  EXPECT_EQ(sessions.find(session.id).value()->selectors.size(), 3U);
  EXPECT_EQ(sessions.changes_after(session.id, 0, 9).value().size(), 1U);
}

}  // namespace
}  // namespace agenta::daemon::store
