#include "daemon/store/execution_list.hpp"

#include <charconv>

#include "daemon/store/execution_row.hpp"
#include "daemon/store/row.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {
namespace {

/// The one filter whose index is walked: that which lets the least through. A plus before a column keeps the
/// planner from the indexes of the others, of whose sizes it knows nothing.
enum class Way { batch, trace, session, state, connection, tool, project };

Way way_of(ExecutionFilter const& filter) {
  if (filter.batch) return Way::batch;
  if (!filter.trace_id.empty()) return Way::trace;
  if (!filter.session.empty()) return Way::session;
  if (filter.state && *filter.state != ExecutionState::succeeded) return Way::state;
  if (filter.connection) return Way::connection;
  if (filter.tool) return Way::tool;
  return Way::project;
}

std::string where(ExecutionFilter const& filter) {
  Way const way = way_of(filter);
  std::string sql = " FROM executions WHERE ";
  auto const equals = [&](std::string_view column, std::string_view parameter, bool walked) {
    sql.append(walked ? "" : "+").append(column).append(" = ").append(parameter);
  };
  equals("project_id", "?1", way != Way::batch && way != Way::trace);
  if (filter.tool) {
    sql += " AND ";
    equals("tool_slug", "?2", way == Way::tool);
  }
  if (filter.connection) {
    sql += " AND ";
    equals("connection_id", "?3", way == Way::connection);
  }
  if (filter.batch) {
    sql += " AND batch_id IS NOT NULL AND ";
    equals("batch_id", "?4", way == Way::batch);
  }
  if (!filter.session.empty()) {
    sql += " AND session IS NOT NULL AND ";
    equals("session", "?5", way == Way::session);
  }
  if (!filter.trace_id.empty()) {
    sql += " AND trace_id IS NOT NULL AND ";
    equals("trace_id", "?6", way == Way::trace);
  }
  if (filter.state) {
    // A literal, not a parameter: the planner proves from it that the partial index holds every such row.
    // What it leaves out is what most rows are, so that walking another index finds those soon enough.
    std::string const is_so = "state = '" + std::string{name_of(*filter.state)} + "'";
    sql += way == Way::state ? " AND " + is_so + " AND state <> 'succeeded'" : " AND +" + is_so;
  }
  if (filter.since) sql += " AND started_at >= ?7";
  if (filter.until) sql += " AND started_at < ?8";
  return sql + " AND seq >= ?9 AND seq < ?10";
}

}  // namespace

std::string page_sql(ExecutionFilter const& filter, WithLarge large) {
  std::string columns = kListedColumns;
  if (large == WithLarge::yes) columns += kLargeColumns;
  return "SELECT " + columns + where(filter) + " ORDER BY seq DESC LIMIT ?11";
}

std::string count_sql(ExecutionFilter const& filter) {
  return "SELECT count(*) FROM (SELECT 1" + where(filter) + " LIMIT ?11)";
}

std::string nth_sql(ExecutionFilter const& filter) {
  return "SELECT 1" + where(filter) + " LIMIT 1 OFFSET ?11";
}

Result<std::int64_t> TimeBorder::find(Locked& db, WallTime time) {
  std::int64_t high = 1;
  {
    auto row = newest_.use(db);
    AGENTA_CHECK(row.next());
    high += row.integer(0);
  }
  std::int64_t low = 0;
  while (low < high) {
    std::int64_t const middle = low + (high - low) / 2;
    auto row = row_.use(db, middle);
    AGENTA_TRY(bool const found, row.next());
    if (found && row.integer(1) < milliseconds_of(time)) {
      low = row.integer(0) + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::optional<std::int64_t> parse_cursor(std::string_view cursor) {
  std::int64_t seq = 0;
  char const* const end = cursor.data() + cursor.size();
  auto const [stop, failed] = std::from_chars(cursor.data(), end, seq);
  if (failed != std::errc{} || stop != end || seq < 0) return std::nullopt;
  return seq;
}

}  // namespace agenta::daemon::store
