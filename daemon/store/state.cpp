#include "daemon/store/state.hpp"

#include <sqlite3.h>

#include "daemon/store/storage_error.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {
namespace {

/// The last `errno` of the file that commits are written to: what SQLite itself reports may be 0 by the time
/// it has cleaned up.
int find_journal_errno(sqlite3* connection) {
  sqlite3_file* journal = nullptr;
  int number = 0;
  int const found = sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal);
  if (found == SQLITE_OK && journal != nullptr && journal->pMethods != nullptr) {
    journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &number);
  }
  return number;
}

}  // namespace

Database::State::~State() {
  transactions.reset();
  sqlite3_close_v2(connection);
}

bool Locked::in_transaction() const { return sqlite3_get_autocommit(connection()) == 0; }

Result<void> Locked::exec(std::string const& sql) {
  int const code = sqlite3_exec(connection(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(failure(code));
  return {};
}

Result<void> Locked::commit_with(Durability durability) {
  if (state_.durability == durability) return {};
  // This pragma takes effect while it is compiled: a prepared statement would do nothing.
  AGENTA_CHECK(
      exec(durability == Durability::full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
  state_.durability = durability;
  return {};
}

Error Locked::failure(int code) const {
  StorageFailure failure;
  failure.code = code;
  failure.system_errno = sqlite3_system_errno(connection());
  if (code == SQLITE_IOERR_WRITE && failure.system_errno == 0) {
    failure.system_errno = find_journal_errno(connection());
  }
  failure.reason = sqlite3_errmsg(connection());
  constexpr int kPrimary = 0xff;
  if ((code & kPrimary) == SQLITE_CORRUPT || (code & kPrimary) == SQLITE_NOTADB) state_.damaged = true;
  return storage_error(failure, state_.path);
}

Transaction::~Transaction() {
  // A full disk or an I/O error may have rolled back already; a rollback that fails leaves nothing committed
  // either.
  if (db_.in_transaction()) (void)db_.state().transactions->rollback.use(db_).run();
}

Result<void> Transaction::begin(Durability durability) {
  AGENTA_CHECK(db_.commit_with(durability));
  AGENTA_CHECK(db_.state().transactions->begin.use(db_).run());
  return {};
}

Result<void> Transaction::commit() {
  AGENTA_CHECK(db_.state().transactions->commit.use(db_).run());
  return {};
}

}  // namespace agenta::daemon::store
