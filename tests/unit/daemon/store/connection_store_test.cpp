#include "daemon/store/connection_store.hpp"

#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

using ConnectionStoreTest = StoreTest;
using ProjectStoreTest = StoreTest;
using AuthConfigStoreTest = StoreTest;

TEST_F(ProjectStoreTest, MakesAProjectOnceAndFindsItInAnyCase) {
  auto const again = projects.ensure("DEFAULT", at(9));

  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, project);
  EXPECT_EQ(again->slug, "default");
  EXPECT_EQ(again->created_at, at(0));
  EXPECT_FALSE(projects.find("other").value());
}

TEST_F(ConnectionStoreTest, GivesBackEveryField) {
  auto connection = make_connection(project, "work");
  connection.status = ConnectionStatus::pending;
  connection.is_default = true;
  connection.redirect_url = "https://connect.composio.dev/link/lk_1";
  connection.expires_at = at(600);
  connection.last_used_at = at(3);
  connection.last_checked_at = at(4);
  connection.error = ConnectionError{ErrorCode::oauth_denied, "the user said no"};
  connection.changed_by = {1001, "bob", "loom", "curl"};
  connection.used_by = Actor{1002, "eve", "loom", "agenta-tools 0.2.0"};
  connection.renewal = Renewal{{"ca_old"},
                               {"ac_old"},
                               "OAUTH1",
                               ConnectionStatus::inactive,
                               ConnectionError{ErrorCode::not_connected, "disabled"}};

  ASSERT_TRUE(connections.insert(connection, Durability::full));

  EXPECT_EQ(connections.find(connection.id).value(), connection);
}

TEST_F(ConnectionStoreTest, KeepsEmptyFieldsEmpty) {
  Connection connection;
  connection.id = {make_uuid_v7()};
  connection.project = project;
  connection.slug = "bare";

  ASSERT_TRUE(connections.insert(connection, Durability::normal));

  EXPECT_EQ(connections.find(connection.id).value(), connection);
}

TEST_F(ConnectionStoreTest, RefusesATakenSlugInAnyCase) {
  ASSERT_TRUE(connections.insert(make_connection(project, "work"), Durability::normal));

  auto const second = connections.insert(make_connection(project, "WORK"), Durability::normal);

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::connection_already_exists);
  EXPECT_EQ(connections.list(project, {}).value().size(), 1U);
}

TEST_F(ConnectionStoreTest, LeavesASlugToEachProject) {
  auto const other = projects.ensure("other", at(0)).value().id;
  ASSERT_TRUE(connections.insert(make_connection(project, "work"), Durability::normal));

  auto const second = connections.insert(make_connection(other, "work"), Durability::normal);

  EXPECT_TRUE(second);
  EXPECT_EQ(connections.find_by_slug(other, "work").value()->project, other);
}

TEST_F(ConnectionStoreTest, RefusesAProjectThatIsNotThere) {
  auto const inserted = connections.insert(make_connection({"nowhere"}, "work"), Durability::normal);

  EXPECT_FALSE(inserted);
}

TEST_F(ConnectionStoreTest, FindsByNameWhatIsASlugOrAnId) {
  auto const connection = make_connection(project, "work");
  ASSERT_TRUE(connections.insert(connection, Durability::normal));
  std::string upper_id = connection.id.text;
  for (char& c : upper_id) c = static_cast<char>(std::toupper(c));

  EXPECT_EQ(connections.find_by_name(project, "Work").value(), connection);
  EXPECT_EQ(connections.find_by_name(project, connection.id.text).value(), connection);
  EXPECT_EQ(connections.find_by_name(project, upper_id).value(), connection);
  EXPECT_FALSE(connections.find_by_name({"another"}, "work").value());
}

TEST_F(ConnectionStoreTest, UpdatesARowAndForgetsItsLinkOnceItIsSettled) {
  auto connection = make_connection(project, "work");
  connection.status = ConnectionStatus::pending;
  connection.redirect_url = "https://connect.composio.dev/link/lk_secret";
  ASSERT_TRUE(connections.insert(connection, Durability::normal));
  connection.status = ConnectionStatus::active;
  connection.name = "Renamed";

  auto const updated = connections.update(connection, Durability::full);

  ASSERT_TRUE(updated);
  connection.redirect_url.clear();
  EXPECT_EQ(connections.find(connection.id).value(), connection);
  EXPECT_EQ(ask(*database, "SELECT count(*) FROM tool_connections WHERE redirect_url IS NOT NULL"), "0");
}

TEST_F(ConnectionStoreTest, ReportsAnUpdateOfARowThatIsGone) {
  auto const updated = connections.update(make_connection(project, "work"), Durability::normal);

  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().code, ErrorCode::connection_not_found);
}

TEST_F(ConnectionStoreTest, RefusesToRenameToATakenSlug) {
  ASSERT_TRUE(connections.insert(make_connection(project, "work"), Durability::normal));
  auto home = make_connection(project, "home");
  ASSERT_TRUE(connections.insert(home, Durability::normal));
  home.slug = "work";

  auto const renamed = connections.update(home, Durability::normal);

  ASSERT_FALSE(renamed);
  EXPECT_EQ(renamed.error().code, ErrorCode::connection_already_exists);
  EXPECT_EQ(connections.find(home.id).value()->slug, "home");
}

TEST_F(ConnectionStoreTest, ListsNewestFirstByIntegrationAndStatus) {
  auto older = make_connection(project, "older");
  auto newer = make_connection(project, "newer");
  newer.created_at = at(10);
  auto mail = make_connection(project, "mail");
  mail.integration = {"gmail"};
  mail.status = ConnectionStatus::expired;
  for (auto const& row : {older, newer, mail}) ASSERT_TRUE(connections.insert(row, Durability::normal));

  auto const github = connections.list(project, {.integration = IntegrationSlug{"GitHub"}}).value();
  auto const expired = connections.list(project, {.status = ConnectionStatus::expired}).value();

  ASSERT_EQ(github.size(), 2U);
  EXPECT_EQ(github[0].slug, "newer");
  EXPECT_EQ(github[1].slug, "older");
  ASSERT_EQ(expired.size(), 1U);
  EXPECT_EQ(expired[0].slug, "mail");
  EXPECT_EQ(connections.list(project, {}).value().size(), 3U);
}

TEST_F(ConnectionStoreTest, ListsThePendingOfEveryProject) {
  auto const other = projects.ensure("other", at(0)).value().id;
  auto pending = make_connection(other, "work");
  pending.status = ConnectionStatus::pending;
  ASSERT_TRUE(connections.insert(pending, Durability::normal));
  ASSERT_TRUE(connections.insert(make_connection(project, "work"), Durability::normal));

  EXPECT_EQ(connections.list_pending().value(), std::vector<Connection>{pending});
}

TEST_F(ConnectionStoreTest, HasOneDefaultForEachIntegration) {
  auto first = make_connection(project, "first");
  first.is_default = true;
  auto second = make_connection(project, "second");
  auto mail = make_connection(project, "mail");
  mail.integration = {"gmail"};
  mail.is_default = true;
  for (auto const& row : {first, second, mail}) ASSERT_TRUE(connections.insert(row, Durability::normal));

  ASSERT_TRUE(connections.set_default(second));

  EXPECT_FALSE(connections.find(first.id).value()->is_default);
  EXPECT_TRUE(connections.find(second.id).value()->is_default);
  EXPECT_TRUE(connections.find(mail.id).value()->is_default);
}

TEST_F(ConnectionStoreTest, TakesTheDefaultFromAnotherWhenARowIsWrittenAsIt) {
  auto first = make_connection(project, "first");
  first.is_default = true;
  auto second = make_connection(project, "second");
  second.is_default = true;

  ASSERT_TRUE(connections.insert(first, Durability::normal));
  ASSERT_TRUE(connections.insert(second, Durability::normal));

  EXPECT_FALSE(connections.find(first.id).value()->is_default);
  EXPECT_TRUE(connections.find(second.id).value()->is_default);
}

TEST_F(ConnectionStoreTest, KeepsTheDefaultWhereWritingItsSuccessorFails) {
  auto first = make_connection(project, "first");
  first.is_default = true;
  auto taken = make_connection(project, "FIRST");
  taken.is_default = true;
  ASSERT_TRUE(connections.insert(first, Durability::normal));

  ASSERT_FALSE(connections.insert(taken, Durability::normal));

  EXPECT_TRUE(connections.find(first.id).value()->is_default);
}

TEST_F(ConnectionStoreTest, TouchesOnlyTheUse) {
  auto connection = make_connection(project, "work");
  ASSERT_TRUE(connections.insert(connection, Durability::normal));

  Actor const by{1002, "eve", "loom", "curl"};
  ASSERT_TRUE(connections.touch(connection.id, at(77), by));
  ASSERT_TRUE(connections.touch({"gone"}, at(77), Actor{}));

  connection.last_used_at = at(77);
  connection.used_by = by;
  EXPECT_EQ(connections.find(connection.id).value(), connection);
}

TEST_F(ConnectionStoreTest, WritesTheUseOnceASecond) {
  auto const connection = make_connection(project, "work");
  ASSERT_TRUE(connections.insert(connection, Durability::full));
  auto const used_at = [&] { return connections.find(connection.id).value()->last_used_at; };

  ASSERT_TRUE(connections.touch(connection.id, at(10), Actor{}));
  ASSERT_TRUE(connections.touch(connection.id, at(10) + std::chrono::milliseconds{999}, Actor{}));
  EXPECT_EQ(used_at(), at(10));
  ASSERT_TRUE(connections.touch(connection.id, at(11), Actor{}));
  EXPECT_EQ(used_at(), at(11));
  ASSERT_TRUE(connections.touch(connection.id, at(5), Actor{})) << "the clock was set back";
  EXPECT_EQ(used_at(), at(5));
}

TEST_F(ConnectionStoreTest, AnswersALookUpFromWhatWasWrittenLast) {
  auto connection = make_connection(project, "work");
  ASSERT_TRUE(connections.insert(connection, Durability::full));
  auto const by_name = [&] { return connections.find_by_name(project, "WORK").value(); };
  auto const of_integration = [&] {
    return connections.list(project, {.integration = connection.integration}).value();
  };
  auto const expect = [&](std::optional<Connection> const& wanted) {
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(by_name(), wanted);
      EXPECT_EQ(of_integration(), wanted ? std::vector{*wanted} : std::vector<Connection>{});
    }
  };
  expect(connection);

  connection.name = "Work";
  ASSERT_TRUE(connections.update(connection, Durability::normal));
  expect(connection);
  ASSERT_TRUE(connections.set_default(connection));
  connection.is_default = true;
  expect(connection);
  connection.status = ConnectionStatus::expired;
  ASSERT_TRUE(connections.move(connection, Durability::normal));
  expect(connections.find(connection.id).value());
  ASSERT_TRUE(connections.touch(connection.id, at(50), Actor{}));
  expect(connections.find(connection.id).value());
  EXPECT_EQ(by_name()->last_used_at, at(50));
  ASSERT_TRUE(connections.erase(connection, Durability::normal));
  expect(std::nullopt);
  ASSERT_TRUE(connections.insert(connection, Durability::normal));
  EXPECT_TRUE(by_name());
}

TEST_F(ConnectionStoreTest, ErasesARowOnce) {
  auto const connection = make_connection(project, "work");
  ASSERT_TRUE(connections.insert(connection, Durability::normal));

  EXPECT_EQ(connections.erase(connection, Durability::full).value(), true);
  EXPECT_EQ(connections.erase(connection, Durability::full).value(), false);
  EXPECT_FALSE(connections.find(connection.id).value());
}

TEST_F(AuthConfigStoreTest, RemembersOneForEachEndpointScopeIntegrationAndScheme) {
  AuthConfigStore configs{*database};
  AuthConfigStore::Key const key{"https://a", "pr_1", {"github"}, "OAUTH2", ""};
  ASSERT_TRUE(configs.remember(key, {"ac_old"}, at(0)));
  ASSERT_TRUE(configs.remember(key, {"ac_1"}, at(1)));

  EXPECT_EQ(configs.find(key).value(), AuthConfigId{"ac_1"});
  EXPECT_FALSE(configs.find({"https://b", "pr_1", {"github"}, "OAUTH2", ""}).value());
  EXPECT_FALSE(configs.find({"https://a", "pr_2", {"github"}, "OAUTH2", ""}).value());
  EXPECT_FALSE(configs.find({"https://a", "pr_1", {"gmail"}, "OAUTH2", ""}).value());
  EXPECT_FALSE(configs.find({"https://a", "pr_1", {"github"}, "API_KEY", ""}).value());
  EXPECT_FALSE(configs.find({"https://a", "pr_1", {"github"}, "OAUTH2", "own scopes"}).value());
}

TEST_F(ConnectionStoreTest, ForgetsWhatARenewalReplacesOnceItIsOver) {
  auto connection = make_connection(project, "work");
  connection.status = ConnectionStatus::pending;
  connection.renewal = Renewal{.account = {"ca_old"}};
  ASSERT_TRUE(connections.insert(connection, Durability::normal));

  connection.status = ConnectionStatus::active;
  ASSERT_TRUE(connections.update(connection, Durability::normal));

  EXPECT_FALSE(connections.find(connection.id).value()->renewal);
}

TEST_F(ConnectionStoreTest, GivesPagesThatMeetAndDoNotOverlap) {
  for (int i = 0; i < 7; ++i) {
    auto row = make_connection(project, "c" + std::to_string(i));
    row.created_at = at(i / 2);  // several of the same moment
    row.integration = {i == 3 ? "gmail" : "github"};
    ASSERT_TRUE(connections.insert(row, Durability::normal));
  }
  std::vector<std::string> seen;
  std::string cursor;
  do {
    auto const page =
        connections.page(project, {.integration = IntegrationSlug{"github"}}, cursor, 2).value();
    EXPECT_EQ(page.total, 6);
    for (auto const& row : page.items) seen.push_back(row.slug);
    cursor = page.next_cursor.value_or("");
  } while (!cursor.empty());

  EXPECT_EQ(seen, (std::vector<std::string>{"c6", "c5", "c4", "c2", "c1", "c0"}));
  EXPECT_EQ(connections.page(project, {}, "", 100).value().items.size(), 7U);
  ASSERT_TRUE(connections.insert(make_connection(project, "more"), Durability::normal));
  EXPECT_EQ(connections.page(project, {}, "", 1).value().total, 8);
  ASSERT_TRUE(connections.erase(*connections.find_by_slug(project, "more").value(), Durability::normal));
  EXPECT_EQ(connections.page(project, {}, "", 1).value().total, 7);
  EXPECT_EQ(connections.page(project, {}, "nonsense", 2).error().code, ErrorCode::invalid_request);
}

TEST_F(ConnectionStoreTest, RecordsAChangeWithTheRowAndTellsOfIt) {
  int told = 0;
  ConnectionStore watched{*database, [&told] { ++told; }};
  auto row = make_connection(project, "work");
  ChangeNote note{ConnectionChange::begun, {1000, "ada", "loom", "curl"}, at(5), ""};
  ASSERT_TRUE(watched.insert(row, Durability::normal, note));
  note.change = ConnectionChange::renamed;
  note.detail = "was work";
  row.slug = "home";
  ASSERT_TRUE(watched.update(row, Durability::normal, note));
  ASSERT_TRUE(watched.update(row, Durability::normal));
  note.change = ConnectionChange::disconnected;
  ASSERT_TRUE(watched.erase(row, Durability::normal, note));
  ASSERT_TRUE(watched.erase(row, Durability::normal, note));

  auto const changes = watched.changes_after(project, 0, 10).value();

  EXPECT_EQ(told, 3);
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].change, ConnectionChange::begun);
  EXPECT_EQ(changes[1].slug, "home");
  EXPECT_EQ(changes[1].detail, "was work");
  EXPECT_EQ(changes[1].by.user, "ada");
  EXPECT_EQ(changes[2].sequence, watched.last_change().value());
  EXPECT_EQ(watched.changes_after(project, changes[0].sequence, 1).value().front(), changes[1]);
  EXPECT_TRUE(watched.changes_after({"other"}, 0, 10).value().empty());
}

TEST_F(ConnectionStoreTest, RecordsNothingOfAWriteThatFails) {
  auto const row = make_connection(project, "work");
  ChangeNote const note{ConnectionChange::begun, {}, at(5), ""};
  ASSERT_TRUE(connections.insert(row, Durability::normal, note));

  EXPECT_FALSE(connections.insert(make_connection(project, "WORK"), Durability::normal, note));
  EXPECT_FALSE(connections.update(make_connection(project, "gone"), Durability::normal, note));

  EXPECT_EQ(connections.changes_after(project, 0, 10).value().size(), 1U);
}

TEST_F(AuthConfigStoreTest, ForgetsById) {
  AuthConfigStore configs{*database};
  AuthConfigStore::Key const key{"https://a", "pr_1", {"github"}, "OAUTH2", ""};
  ASSERT_TRUE(configs.remember(key, {"ac_1"}, at(0)));

  ASSERT_TRUE(configs.forget({"ac_1"}));

  EXPECT_FALSE(configs.find(key).value());
}

}  // namespace
}  // namespace agenta::daemon::store
