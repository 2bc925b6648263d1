#include "daemon/store/storage_error.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include "daemon/store/backup.hpp"

namespace agenta::daemon::store {
namespace {

std::string folder_of(std::filesystem::path const& database) {
  auto folder = database.parent_path().string();
  return folder.empty() ? "." : folder;
}

Error unavailable(std::string message, std::vector<std::string> next_step = {}) {
  Error error;
  error.code = ErrorCode::storage_unavailable;
  error.message = std::move(message);
  error.next_step = std::move(next_step);
  return error;
}

Error full(std::filesystem::path const& database, std::string const& why) {
  return unavailable("cannot write " + database.string() + ": " + why +
                         "; nothing was written. Free some space and try again",
                     {"df", "-h", folder_of(database)});
}

Error blocked(std::filesystem::path const& database, int number) {
  Error error;
  error.code = ErrorCode::blocked;
  error.message = "cannot use " + database.string() + ": " + std::strerror(number) +
                  "; make the file and its directory readable and writable for you";
  error.next_step = {"ls", "-ld", folder_of(database), database.string()};
  return error;
}

Error damaged(std::filesystem::path const& database, std::string const& reason) {
  auto const backup = find_newest_backup(database);
  std::string message = database.string() + " is damaged (" + reason + "); move it aside";
  message += backup ? " and put back its newest backup, " + backup->string()
                    : " to start anew; there is no backup beside it";
  return unavailable(std::move(message), {"mv", database.string(), database.string() + ".damaged"});
}

Error of_system(StorageFailure const& failure, std::filesystem::path const& database) {
  switch (failure.system_errno) {
    case EPERM:
    case EACCES: return blocked(database, failure.system_errno);
    case ENOSPC: return full(database, "the disk is full");
    case EDQUOT: return full(database, "the disk quota is used up");
    case EFBIG: return full(database, "the file may not grow any further (see ulimit -f)");
    case EROFS:
      return unavailable("cannot write " + database.string() + ": the file system is read-only",
                         {"findmnt", "-T", folder_of(database)});
    default: break;
  }
  std::string const why = failure.system_errno != 0 ? std::strerror(failure.system_errno) : failure.reason;
  return unavailable(
      "cannot read or write " + database.string() + ": " + why + "; see to the disk and try again",
      {"df", "-h", folder_of(database)});
}

Error bug(StorageFailure const& failure, std::filesystem::path const& database) {
  Error error;
  error.code = ErrorCode::internal;
  error.message = "the database " + database.string() + " refused a statement: " + failure.reason;
  return error;
}

}  // namespace

Error storage_error(StorageFailure const& failure, std::filesystem::path const& database) {
  constexpr int kPrimary = 0xff;  // an extended code carries its primary one in the low byte
  switch (failure.code & kPrimary) {
    case SQLITE_FULL: return full(database, "the disk is full");
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return of_system(failure, database);
    case SQLITE_PERM:
    case SQLITE_AUTH: return blocked(database, EACCES);
    case SQLITE_READONLY:
      return unavailable("cannot write " + database.string() + ": the file or its file system is read-only",
                         {"findmnt", "-T", folder_of(database)});
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return damaged(database, failure.reason);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: {
      auto error = unavailable(database.string() + " is in use by another program; close it and try again",
                               {"fuser", "-v", database.string()});
      error.retryable = Retryable::yes;
      return error;
    }
    default: return bug(failure, database);
  }
}

}  // namespace agenta::daemon::store
