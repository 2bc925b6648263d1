#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/database.hpp"
#include "daemon/store/journal_record.hpp"
#include "shared/domain/execution.hpp"
#include "shared/domain/page.hpp"

namespace agenta::daemon::store {

class GroupCommit;

enum class WithLarge : bool;

struct ExecutionFilter {
  std::optional<ToolSlug> tool{};
  std::optional<ConnectionId> connection{};
  std::optional<ExecutionState> state{};
  std::optional<WallTime> since{};  ///< begun then or later
  std::optional<WallTime> until{};  ///< begun before
  std::optional<BatchId> batch{};
  std::string session{};   ///< empty: whatever
  std::string trace_id{};  ///< empty: whatever
  std::string cursor{};    ///< opaque, from `next_cursor`
  int limit = 50;          ///< 1 to 1000; beyond is taken as the nearest
};

/// The executions, each written before its request leaves and settled when its fate is known. Rows are only
/// ever moved forward: a settled row stays as it is, until it is forgotten (`journal_retention.hpp`). Each
/// writing adds to the chain of hashes (`journal_chain.hpp`). Any thread.
class ExecutionJournal {
 public:
  explicit ExecutionJournal(Database& database);
  ~ExecutionJournal();

  /// What a crash left behind: `sent` becomes `unknown`, `queued` becomes `cancelled`. Call once, before
  /// serving. The number of rows changed.
  Result<int> recover(WallTime now);

  /// Writes a new row in its state (`queued`, `sent`, or settled at once as `refused`).
  /// `IDEMPOTENCY_CONFLICT` where the project's idempotency key is taken or the id exists: the caller looks
  /// the row up and decides.
  Result<void> insert(Execution const& execution, Durability durability);
  /// `queued` → `sent`; whether the row was still queued (a cancel may have come first).
  Result<bool> mark_sent(ExecutionId const& id, int attempts, Durability durability);
  /// Settles a row that is not settled yet: state, data, error, log id, attempts, times. `file_sha256`: of
  /// the file of its large result, in hex; empty: not known. Whether it did.
  Result<bool> settle(Execution const& execution, Durability durability, std::string const& file_sha256 = {});
  /// `queued` → `cancelled`; whether the row was still queued.
  Result<bool> cancel_queued(ExecutionId const& id, WallTime now);
  /// The files of these executions' large results are about to be dropped: written before it is done, so that
  /// one that is gone otherwise is noticed. The rows stay as they are.
  Result<void> record_dropped_files(std::vector<ExecutionId> const& ids, WallTime now);

  Result<std::optional<Execution>> find(ExecutionId const& id);
  /// The run of a batch's line that may have had its effect, or will; a refused or cancelled one is none.
  Result<std::optional<Execution>> find_by_line(BatchItem const& item);
  Result<std::optional<Execution>> find_by_key(ProjectId const& project, std::string_view idempotency_key);
  /// Newest first, in the order of `insert`; list items carry neither arguments nor data. `total` stops
  /// counting at `kMostCounted`. A cursor that is not one is `INVALID_REQUEST`.
  Result<Page<Execution>> list(ProjectId const& project, ExecutionFilter const& filter);
  /// The same with arguments and data. A page ends early behind the item with which these come to more than
  /// `most_bytes`.
  Result<Page<Execution>> list_whole(ProjectId const& project, ExecutionFilter const& filter,
                                     std::size_t most_bytes);
  /// The links of the journal's chain after the link `after`, in their order.
  Result<std::vector<ChainLink>> read_chain(std::int64_t after, int most);

 private:
  struct Statements;
  Result<Page<Execution>> read_page(ProjectId const& project, ExecutionFilter const& filter, WithLarge large,
                                    std::size_t most_bytes);
  Database& database_;
  std::unique_ptr<GroupCommit> commits_;  ///< of what executions write
  std::unique_ptr<Statements> statements_;
};

}  // namespace agenta::daemon::store
