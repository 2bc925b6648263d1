#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>

#include "daemon/store/database.hpp"
#include "daemon/store/statement.hpp"

namespace agenta::daemon::store {

/// What the stores share: the connection and its lock. Reached through a `Locked` only.
struct Database::State {
  State() = default;
  State(State const&) = delete;
  State& operator=(State const&) = delete;
  ~State();

  std::mutex mutex{};
  std::filesystem::path path{};
  sqlite3* connection = nullptr;
  Durability durability = Durability::normal;  ///< what commits have now
  std::string salt{};
  int schema_version = 0;
  std::atomic<bool> damaged{false};  ///< a statement met bytes that are no database

  struct Transactions {
    Statement begin{"BEGIN IMMEDIATE"};
    Statement commit{"COMMIT"};
    Statement rollback{"ROLLBACK"};
  };
  std::unique_ptr<Transactions> transactions = std::make_unique<Transactions>();
};

/// The connection, held by this thread until the end of the scope: the only way to run a statement.
class Locked {
 public:
  explicit Locked(Database& database) : Locked(database.state()) {}
  explicit Locked(Database::State& state) : state_(state), guard_(state.mutex) {}

  sqlite3* connection() const { return state_.connection; }
  Database::State& state() const { return state_; }
  bool in_transaction() const;

  /// Any number of statements without parameters or rows of interest.
  Result<void> exec(std::string const& sql);
  /// What the next commits survive. Costs a microsecond where it changes, nothing where it does not.
  Result<void> commit_with(Durability durability);
  /// The error that `code`, SQLite's last result, stands for.
  Error failure(int code) const;

  /// Runs one statement as a transaction of its own; how many rows it changed.
  template <class... Args>
  Result<std::int64_t> write(Durability durability, Statement& statement, Args&&... args) {
    auto ready = commit_with(durability);
    if (!ready) return fail(std::move(ready).error());
    return statement.use(*this, std::forward<Args>(args)...).run();
  }

 private:
  Database::State& state_;
  std::lock_guard<std::mutex> guard_;
};

/// Several statements that take effect together, or not at all: rolled back at the end of the scope unless
/// committed.
class Transaction {
 public:
  explicit Transaction(Locked& db) : db_(db) {}
  Transaction(Transaction const&) = delete;
  Transaction& operator=(Transaction const&) = delete;
  ~Transaction();
  Result<void> begin(Durability durability);
  Result<void> commit();

 private:
  Locked& db_;
};

}  // namespace agenta::daemon::store
