#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/store/execution_journal.hpp"
#include "daemon/store/execution_row.hpp"
#include "daemon/store/statement.hpp"

namespace agenta::daemon::store {

/// The SQL of one page under this filter: `?1` project, `?2` tool, `?3` connection, `?4` batch, `?5` session,
/// `?6` trace, `?7` and `?8` since and until when, `?9` from which `seq`, `?10` before which, `?11` how many
/// rows. Pure; one text for each combination of filters and state, so that statements can be kept by it.
std::string page_sql(ExecutionFilter const& filter, WithLarge large);
/// The SQL that counts what such a filter lets through, with the same parameters, and no further than `?11`.
std::string count_sql(ExecutionFilter const& filter);

/// The SQL whether there is a row behind the first `?11` that such a filter lets through: skipping rows is
/// cheaper than counting them.
std::string nth_sql(ExecutionFilter const& filter);

/// Where a time lies among the rows, found by halving: never as slow as the history is long. Rows are written
/// in the order of time, but for the moment between an execution's beginning and its row.
class TimeBorder {
 public:
  /// The `seq` from which on rows were begun at `time` or later.
  Result<std::int64_t> find(Locked& db, WallTime time);

 private:
  Statement row_{"SELECT seq, started_at FROM executions WHERE seq >= ?1 ORDER BY seq LIMIT 1"};
  Statement newest_{"SELECT max(seq) FROM executions"};
};

/// Rows by their `seq`: from `first` on, before `end`.
struct RowSpan {
  std::int64_t first;
  std::int64_t end;
};

/// A cursor is the `seq` of the last row of the page before.
std::optional<std::int64_t> parse_cursor(std::string_view cursor);

}  // namespace agenta::daemon::store
