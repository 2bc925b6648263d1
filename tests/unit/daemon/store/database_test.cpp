#include <fcntl.h>
#include <sys/resource.h>
#include <chrono>
#include <future>

#include <csignal>
#include <fstream>

#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

struct WithUmask {
  explicit WithUmask(mode_t mask) : before(::umask(mask)) {}
  ~WithUmask() { ::umask(before); }
  mode_t before;
};

TEST(Database, SaysWhetherItIsDamagedWhileSomebodyWrites) {
  auto const database = open_or_fail();
  Locked const writing{*database};

  auto asked = std::async(std::launch::async, [&] { return database->is_damaged(); });

  ASSERT_EQ(asked.wait_for(std::chrono::seconds{10}), std::future_status::ready);
  EXPECT_FALSE(asked.get());
}

TEST(Database, MakesItsFilesPrivateWhateverTheUmask) {
  TemporaryDirectory const home;
  auto const path = home / "tools.db";
  WithUmask const open_to_all{0};

  auto const database = open_or_fail(path);
  tell(*database, "INSERT INTO meta VALUES ('k', 'v')");

  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(mode_of(path.string() + "-wal"), 0600U);
  EXPECT_EQ(mode_of(path.string() + "-shm"), 0600U);
}

TEST(Database, WorksUnderAUmaskThatTakesEverything) {
  TemporaryDirectory const home;
  WithUmask const closed{0777};

  auto const database = open_or_fail(home / "tools.db");

  EXPECT_EQ(mode_of(home / "tools.db"), 0600U);
}

TEST(Database, RefusesAFileOpenToOthersAndSaysHowToCloseIt) {
  TemporaryDirectory const home;
  auto const path = home / "tools.db";
  open_or_fail(path).reset();
  ::chmod(path.c_str(), 0640);

  auto const opened = Database::open(path);

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::blocked);
  EXPECT_NE(opened.error().message.find("chmod 600 " + path.string()), std::string::npos)
      << opened.error().message;
  EXPECT_EQ(opened.error().next_step, (std::vector<std::string>{"chmod", "600", path.string()}));
  EXPECT_EQ(mode_of(path), 0640U);
}

TEST(Database, RunsInWalModeWithForeignKeysAndAnUntrustedSchema) {
  TemporaryDirectory const home;

  auto const database = open_or_fail(home / "tools.db");

  EXPECT_EQ(ask(*database, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(ask(*database, "PRAGMA foreign_keys"), "1");
  EXPECT_EQ(ask(*database, "PRAGMA trusted_schema"), "0");
}

TEST(Database, SyncsEveryCommitThatMustSurviveAPowerCutAndOnlyThose) {
  TemporaryDirectory const home;
  auto const database = open_or_fail(home / "tools.db");
  ConnectionStore connections{*database};
  ProjectId const project = ProjectStore{*database}.ensure("default", at(0)).value().id;

  ASSERT_TRUE(connections.insert(make_connection(project, "work"), Durability::full));
  auto const after_full = ask(*database, "PRAGMA synchronous");
  ASSERT_TRUE(connections.touch({"none"}, at(1), Actor{}));
  auto const after_normal = ask(*database, "PRAGMA synchronous");

  EXPECT_EQ(after_full, "2");
  EXPECT_EQ(after_normal, "1");
}

TEST(Database, KeepsItsSaltForLife) {
  TemporaryDirectory const home;
  auto const salt = open_or_fail(home / "tools.db")->salt();

  auto const again = open_or_fail(home / "tools.db")->salt();
  auto const another = open_or_fail(home / "other.db")->salt();

  EXPECT_EQ(salt.size(), 32U);
  EXPECT_EQ(again, salt);
  EXPECT_NE(another, salt);
}

TEST(Database, NamesAFileThatIsNoDatabaseAndItsNewestBackup) {
  TemporaryDirectory const home;
  auto const path = home / "tools.db";
  open_or_fail(path).reset();
  std::ofstream{path} << std::string(4096, 'x');
  for (char const* name : {"tools.db.backup-9", "tools.db.backup-10", "tools.db.backup-11.new"}) {
    std::ofstream{home / name} << "backup";
  }

  auto const opened = Database::open(path);

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::storage_unavailable);
  EXPECT_NE(opened.error().message.find(path.string() + " is damaged"), std::string::npos)
      << opened.error().message;
  EXPECT_NE(opened.error().message.find("tools.db.backup-10"), std::string::npos) << opened.error().message;
}

TEST(Database, NamesAMissingDirectory) {
  TemporaryDirectory const home;

  auto const opened = Database::open(home / "missing/tools.db");

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::storage_unavailable);
  EXPECT_NE(opened.error().message.find((home / "missing").string()), std::string::npos)
      << opened.error().message;
}

TEST(Database, IsNotMadeWhereTheDirectoryMayNotBeWritten) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  TemporaryDirectory const home;
  std::filesystem::create_directory(home / "closed");
  ::chmod((home / "closed").c_str(), 0500);

  auto const opened = Database::open(home / "closed/tools.db");

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::blocked);
}

TEST(Database, GoesOnAfterItWasFullWithNothingHalfWritten) {
  TemporaryDirectory const home;
  auto const database = open_or_fail(home / "tools.db");
  ExecutionJournal journal{*database};
  ProjectId const project = ProjectStore{*database}.ensure("default", at(0)).value().id;
  auto large = make_execution(project);
  large.arguments.text = "\"" + std::string(1'000'000, 'a') + "\"";
  tell(*database, "PRAGMA max_page_count=" + ask(*database, "PRAGMA page_count"));

  auto const refused = journal.insert(large, Durability::full);
  auto const left = journal.find(large.id);
  tell(*database, "PRAGMA max_page_count=1000000");
  auto const accepted = journal.insert(large, Durability::full);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::storage_unavailable);
  EXPECT_NE(refused.error().message.find("disk is full"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find((home / "tools.db").string()), std::string::npos);
  EXPECT_FALSE(left.value().has_value());
  EXPECT_TRUE(accepted);
  EXPECT_EQ(journal.list(project, {}).value().total, 1);
  EXPECT_EQ(ask(*database, "PRAGMA integrity_check"), "ok");
}

/// Files of this process can grow to `bytes` and no further, while it lives.
struct FileSizeLimit {
  explicit FileSizeLimit(rlim_t bytes) : ignored(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit const limit{bytes, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, ignored);
  }
  rlimit before{};
  sighandler_t ignored;
};

TEST(Database, GoesOnAfterTheFileCouldNotGrow) {
  TemporaryDirectory const home;
  auto const database = open_or_fail(home / "tools.db");
  ExecutionJournal journal{*database};
  ProjectId const project = ProjectStore{*database}.ensure("default", at(0)).value().id;
  auto large = make_execution(project);
  large.arguments.text = "\"" + std::string(1'000'000, 'a') + "\"";

  Result<void> refused;
  {
    FileSizeLimit const limit{200'000};
    refused = journal.insert(large, Durability::full);
  }
  auto const accepted = journal.insert(large, Durability::full);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::storage_unavailable);
  EXPECT_NE(refused.error().message.find("nothing was written"), std::string::npos)
      << refused.error().message;
  EXPECT_TRUE(accepted);
  EXPECT_EQ(ask(*database, "PRAGMA integrity_check"), "ok");
}

TEST(Database, SaysWhenAnotherProgramHoldsIt) {
  TemporaryDirectory const home;
  auto const holder = open_or_fail(home / "tools.db");
  auto const database = open_or_fail(home / "tools.db");
  tell(*holder, "BEGIN IMMEDIATE");
  tell(*database, "PRAGMA busy_timeout=1");

  auto const ensured = ProjectStore{*database}.ensure("default", at(0));

  ASSERT_FALSE(ensured);
  EXPECT_EQ(ensured.error().code, ErrorCode::storage_unavailable);
  EXPECT_EQ(ensured.error().retryable, Retryable::yes);
  EXPECT_NE(ensured.error().message.find("in use by another program"), std::string::npos);
}

}  // namespace
}  // namespace agenta::daemon::store
