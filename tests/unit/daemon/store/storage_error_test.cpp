#include "daemon/store/storage_error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace agenta::daemon::store {
namespace {

// SQLite's own numbers, which never change: https://www.sqlite.org/rescode.html
constexpr int kReadonly = 8;
constexpr int kIoErrorWrite = 778;
constexpr int kCorrupt = 11;
constexpr int kFull = 13;
constexpr int kCannotOpen = 14;
constexpr int kMisuse = 21;

Error of(int code, int number = 0) { return storage_error({code, number, "reason"}, "/home/ada/tools.db"); }

TEST(StorageError, IsBlockedWhereThePermissionsAre) {
  EXPECT_EQ(of(kCannotOpen, EACCES).code, ErrorCode::blocked);
  EXPECT_EQ(of(kIoErrorWrite, EPERM).code, ErrorCode::blocked);
}

TEST(StorageError, TellsAFullDiskFromAReadOnlyOne) {
  EXPECT_NE(of(kFull).message.find("the disk is full"), std::string::npos);
  EXPECT_NE(of(kIoErrorWrite, ENOSPC).message.find("the disk is full"), std::string::npos);
  EXPECT_NE(of(kIoErrorWrite, EDQUOT).message.find("quota"), std::string::npos);
  EXPECT_NE(of(kReadonly).message.find("read-only"), std::string::npos);
  EXPECT_NE(of(kCannotOpen, EROFS).message.find("read-only"), std::string::npos);
}

TEST(StorageError, NamesTheFileAndACommandForEveryCause) {
  for (int const code : {kReadonly, kIoErrorWrite, kCorrupt, kFull, kCannotOpen}) {
    auto const error = of(code, EIO);

    EXPECT_EQ(error.code, ErrorCode::storage_unavailable) << code;
    EXPECT_NE(error.message.find("/home/ada/tools.db"), std::string::npos) << error.message;
    EXPECT_FALSE(error.next_step.empty()) << code;
  }
}

TEST(StorageError, SaysWhereThereIsNoBackupOfADamagedFile) {
  EXPECT_NE(of(kCorrupt).message.find("there is no backup"), std::string::npos);
}

TEST(StorageError, IsABugOfOursWhereTheStatementIsWrong) { EXPECT_EQ(of(kMisuse).code, ErrorCode::internal); }

}  // namespace
}  // namespace agenta::daemon::store
