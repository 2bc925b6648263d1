#include "daemon/store/migrations.hpp"

#include <array>

#include "daemon/store/backup.hpp"
#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

std::unique_ptr<Database> open_first_schema(std::filesystem::path const& path) {
  auto opened = Database::open(path, migrations().first(1));
  EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
  return std::move(opened).value();
}

TEST(Migrations, BringAnOldFileUpToDateWithItsRows) {
  TemporaryDirectory const home;
  auto const path = home / "tools.db";
  std::string salt;
  Connection connection;
  {
    auto const old = open_first_schema(path);
    auto const project = ProjectStore{*old}.ensure("default", at(0)).value().id;
    connection = make_connection(project, "work");
    connection.changed_by = connection.created_by;
    tell(*old, "INSERT INTO tool_connections VALUES ('" + connection.id.text + "', '" + project.text +
                   "', 'work', 'Work account', 'github', 'GitHub', 'ca_1', 'ac_1', 'pr_1', "
                   "'https://backend.composio.dev', 'ACTIVE', 'OAUTH2', 0, NULL, NULL, " +
                   std::to_string(connection.created_at.time_since_epoch().count()) + ", " +
                   std::to_string(connection.updated_at.time_since_epoch().count()) +
                   ", NULL, NULL, 1000, 'ada', 'loom', 'agenta-tools 0.1.0', NULL, NULL);"
                   "INSERT INTO auth_configs VALUES ('https://a', 'pr_1', 'github', 'OAUTH2', 'ac_1', 0)");
    salt = old->salt();
    EXPECT_EQ(old->schema_version(), 1);
  }

  auto const database = open_or_fail(path);

  EXPECT_EQ(database->schema_version(), 7);
  EXPECT_EQ(database->salt(), salt);
  EXPECT_EQ(ConnectionStore{*database}.find(connection.id).value(), connection);
  EXPECT_EQ(AuthConfigStore{*database}.find({"https://a", "pr_1", {"github"}, "OAUTH2", ""}).value(),
            AuthConfigId{"ac_1"});
  EXPECT_TRUE(ExecutionJournal{*database}.insert(make_execution(connection.project), Durability::normal));
}

TEST(Migrations, BackTheFileUpBefore) {
  TemporaryDirectory const home;
  auto const path = home / "tools.db";
  auto const project = ProjectStore{*open_first_schema(path)}.ensure("default", at(0)).value().id;

  open_or_fail(path).reset();

  auto const backup = home / "tools.db.backup-1";
  EXPECT_EQ(mode_of(backup), 0600U);
  EXPECT_FALSE(std::filesystem::exists(backup.string() + ".new"));
  EXPECT_EQ(find_newest_backup(path), backup);
  auto const restored = open_first_schema(backup);
  EXPECT_EQ(ProjectStore{*restored}.find("default").value()->id, project);
}

TEST(Migrations, NeedNoBackupOfANewFileNorOfACurrentOne) {
  TemporaryDirectory const home;

  open_or_fail(home / "tools.db").reset();
  open_or_fail(home / "tools.db").reset();

  EXPECT_FALSE(find_newest_backup(home / "tools.db"));
}

TEST(Migrations, ReplaceWhatAKilledBackupLeftBehind) {
  TemporaryDirectory const home;
  auto const path = home / "tools.db";
  open_first_schema(path).reset();
  std::filesystem::copy_file(path, home / "tools.db.backup-1.new");
  std::filesystem::copy_file(path, home / "tools.db.backup-1");

  auto const database = open_or_fail(path);

  EXPECT_EQ(database->schema_version(), 7);
  EXPECT_FALSE(std::filesystem::exists(home / "tools.db.backup-1.new"));
}

TEST(Migrations, RefuseANewerFileAndLeaveItAsItIs) {
  TemporaryDirectory const home;
  auto const path = home / "tools.db";
  tell(*open_or_fail(path), "PRAGMA user_version=8");

  auto const opened = Database::open(path);

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::version_skew);
  EXPECT_NE(opened.error().message.find(path.string()), std::string::npos) << opened.error().message;
  EXPECT_NE(opened.error().message.find("schema 8"), std::string::npos);
  EXPECT_NE(opened.error().message.find("up to 7"), std::string::npos);
  EXPECT_FALSE(find_newest_backup(path));
}

TEST(Migrations, AreRefusedByAnOlderProgram) {
  TemporaryDirectory const home;
  auto const path = home / "tools.db";
  open_or_fail(path).reset();

  auto const opened = Database::open(path, migrations().first(1));

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::version_skew);
}

TEST(Migrations, LeaveTheFileAtTheStepBeforeOneThatFails) {
  TemporaryDirectory const home;
  auto const path = home / "tools.db";
  std::array const broken{migrations()[0],
                          Migration{2, "CREATE TABLE half (id TEXT); CREATE TABLE meta (id TEXT);"}};

  auto const opened = Database::open(path, broken);

  EXPECT_FALSE(opened);
  auto const old = open_first_schema(path);
  EXPECT_EQ(old->schema_version(), 1);
  EXPECT_EQ(ask(*old, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), "0");
  EXPECT_EQ(open_or_fail(path)->schema_version(), 7);
}

}  // namespace
}  // namespace agenta::daemon::store
