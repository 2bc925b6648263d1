#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "daemon/store/database.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::daemon::store {

class Locked;

/// What was dropped, or would be.
struct Forgotten {
  std::int64_t executions = 0;  ///< of which arguments and result were dropped
  std::int64_t bytes = 0;       ///< of their texts
  std::int64_t files = 0;       ///< large results outside the database
  bool has_more = false;        ///< there is more to drop
};

/// Of which executions arguments and results are kept.
struct KeepRule {
  std::optional<WallTime> since{};  ///< begun then or later; none: whenever
  std::int64_t newest = 0;          ///< so many, the newest; 0: however many
};

/// Drops the arguments and results of old executions. Their rows stay: what ran, when, by whom, and how it
/// ended; so do idempotency keys and lines of batches. What is not settled is passed over, and all behind it.
/// Any thread.
class JournalRetention {
 public:
  explicit JournalRetention(Database& database);
  ~JournalRetention();

  /// One small transaction: the oldest of what is not `kept`. `on_file` is told of each large
  /// result that was dropped, once that is written.
  Result<Forgotten> forget(KeepRule const& kept, WallTime now,
                           std::function<void(ResultFile const&)> const& on_file);
  /// What `forget`, called until there is no more, would drop. In small steps: `from` is where the last one
  /// ended, and where this one did.
  Result<Forgotten> measure(KeepRule const& kept, std::int64_t& from);

 private:
  struct Statements;
  struct Range;
  Result<Range> next_range(Locked& db, KeepRule const& kept, int most);

  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace agenta::daemon::store
