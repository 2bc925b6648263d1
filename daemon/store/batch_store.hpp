#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/database.hpp"
#include "shared/domain/batch.hpp"
#include "shared/domain/page.hpp"

namespace agenta::daemon::store {

/// The lines of a batch after one, in their order. The conditions are the partial index's own: this walks the
/// batch's part of it, however long the history is.
inline constexpr char const* kBatchLinesSql =
    "SELECT batch_line, state, id FROM executions WHERE batch_id = ?1 AND batch_line > ?2 AND batch_id IS "
    "NOT "
    "NULL AND state NOT IN ('refused', 'cancelled') ORDER BY batch_line LIMIT ?3";

/// The batches, and what the journal says of their lines. Any thread.
class BatchStore {
 public:
  explicit BatchStore(Database& database);
  ~BatchStore();

  Result<void> insert(Batch const& batch);
  Result<std::optional<Batch>> find(BatchId const& id);
  /// Notes when it ended; again, where it was resumed after that.
  Result<void> finish(BatchId const& id, WallTime now);
  /// Newest first. A cursor that is not one is `INVALID_REQUEST`.
  Result<Page<Batch>> list(ProjectId const& project, std::string const& cursor, int limit);
  /// Its lines after `after` that may have run, in their order; at most `limit`.
  Result<std::vector<BatchLine>> lines(BatchId const& id, std::int64_t after, int limit);

 private:
  struct Statements;
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace agenta::daemon::store
