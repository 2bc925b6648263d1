#include "daemon/store/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "daemon/store/file_system.hpp"
#include "daemon/store/migrations.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::daemon::store {
namespace {

constexpr std::string_view kInMemory = ":memory:";

// Another program (a person with the sqlite3 shell) may hold a lock for a moment.
constexpr int kBusyMilliseconds = 5000;

// - trusted_schema off: a schema that was tampered with runs no functions with side effects.
// - wal_autocheckpoint: larger than SQLite's, so that fewer executions pay for a checkpoint (two flushes of
//   the disk, and the pages that are written again and again once each); the limit gives the space back after
//   one.
constexpr char const* kPragmas = R"sql(
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
PRAGMA foreign_keys=ON;
PRAGMA trusted_schema=OFF;
PRAGMA temp_store=MEMORY;
PRAGMA wal_autocheckpoint=4000;
PRAGMA journal_size_limit=16777216;
)sql";

Error of_file(OsError const& os, std::filesystem::path const& file) {
  Error error = error_from(os, ErrorCode::storage_unavailable);
  if (os.number == EPERM) error.next_step = {"chmod", "600", file.string()};
  if (os.number == ENOSPC || os.number == EDQUOT) error.next_step = {"df", "-h", file.parent_path().string()};
  return error;
}

/// Private from its first instant and whatever the umask; SQLite gives the -wal and -shm files the mode of
/// this one.
Result<void> make_private(std::filesystem::path const& path) {
  UniqueFd const fd{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd && errno == EEXIST) return {};
  if (!fd || ::fchmod(fd.get(), 0600) != 0) {
    return fail(of_file({errno, "create the database " + path.string()}, path));
  }
  return {};
}

Result<void> check_private(std::filesystem::path const& path) {
  for (char const* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::path const file = path.string() + suffix;
    auto const checked = check_private_file(file);
    if (!checked && checked.error().number != ENOENT) return fail(of_file(checked.error(), file));
  }
  // Asked of the kernel before SQLite is: it says why, where SQLite would quietly open the file read-only.
  UniqueFd const fd{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
  if (!fd) return fail(of_file({errno, "open the database " + path.string()}, path));
  return {};
}

Result<void> prepare_file(std::filesystem::path const& path) {
  AGENTA_CHECK(check_local_file_system(path.has_parent_path() ? path.parent_path() : "."));
  AGENTA_CHECK(make_private(path));
  return check_private(path);
}

Result<std::string> load_salt(Locked& db) {
  Statement select{"SELECT value FROM meta WHERE key = 'salt'"};
  auto row = select.use(db);
  AGENTA_CHECK(row.next());
  return row.text(0);
}

Result<void> connect(Locked& db, bool in_memory) {
  auto& state = db.state();
  // Every use is under our lock: SQLite's own would be a second one. Nothing but a private file is ever
  // created.
  int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (in_memory ? SQLITE_OPEN_CREATE : 0);
  int const code = sqlite3_open_v2(state.path.c_str(), &state.connection, flags, nullptr);
  if (code != SQLITE_OK) return fail(db.failure(code));
  sqlite3_extended_result_codes(state.connection, 1);
  sqlite3_busy_timeout(state.connection, kBusyMilliseconds);
  return {};
}

Result<void> set_up(Locked& db, bool in_memory, std::span<Migration const> schema) {
  AGENTA_CHECK(connect(db, in_memory));
  AGENTA_TRY(int const version, load_schema_version(db));
  // Before anything is written: a newer program's file stays as it is.
  AGENTA_CHECK(check_schema_version(db, version, schema));
  AGENTA_CHECK(db.exec(kPragmas));
  AGENTA_CHECK(migrate(db, version, schema));
  AGENTA_TRY(db.state().schema_version, load_schema_version(db));
  AGENTA_TRY(db.state().salt, load_salt(db));
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(std::filesystem::path const& path) {
  return open(path, migrations());
}

Result<std::unique_ptr<Database>> Database::open(std::filesystem::path const& path,
                                                 std::span<Migration const> schema) {
  bool const in_memory = path == kInMemory;
  if (!in_memory) AGENTA_CHECK(prepare_file(path));
  std::unique_ptr<Database> database{new Database{std::make_unique<State>()}};
  database->state_->path = path;
  Locked db{*database};
  AGENTA_CHECK(set_up(db, in_memory, schema));
  return database;
}

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::~Database() = default;

int Database::schema_version() const { return state_->schema_version; }
bool Database::is_damaged() const { return state_->damaged; }
std::string Database::salt() const { return state_->salt; }

}  // namespace agenta::daemon::store
