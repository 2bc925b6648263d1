#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "shared/domain/error.hpp"

struct sqlite3;

namespace agenta::daemon::store {

struct Migration;

/// What must survive a power cut commits `full` (the intent of a write, a new connection); the rest `normal`,
/// which survives a killed process but may lose the last moments before a power cut.
enum class Durability { normal, full };

/// The one connection to `tools.db`: WAL, foreign keys, migrated to this program's schema. Any thread; each
/// use is locked. Nothing but the daemon opens the file.
class Database {
 public:
  /// Makes the file (0600) where there is none, checks its mode, refuses a network file system and a schema
  /// newer than this program's, backs the file up before a migration (`tools.db.backup-<old version>`),
  /// migrates.
  /// `:memory:` opens a private one. `STORAGE_UNAVAILABLE`, `BLOCKED` or `VERSION_SKEW`, with the path and
  /// the remedy.
  static Result<std::unique_ptr<Database>> open(std::filesystem::path const& path);
  /// As a program that knows only these schemas would: for tests of migrations.
  static Result<std::unique_ptr<Database>> open(std::filesystem::path const& path,
                                                std::span<Migration const> schema);
  ~Database();
  Database(Database const&) = delete;
  Database& operator=(Database const&) = delete;

  struct State;
  /// For the stores of this room only: the locked state behind the connection.
  State& state() { return *state_; }

  int schema_version() const;
  /// Whether a statement met bytes that are no database. Waits for nobody: it is asked on every request.
  bool is_damaged() const;
  /// A random salt made with the database: what fingerprints of keys are salted with.
  std::string salt() const;

 private:
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace agenta::daemon::store
