#include "daemon/store/execution_list.hpp"

#include <charconv>

#include "daemon/store/execution_row.hpp"

namespace agenta::daemon::store {
namespace {

std::string where(ExecutionFilter const& filter) {
  std::string sql = " FROM executions WHERE project_id = ?1";
  if (filter.tool) sql += " AND tool_slug = ?2";
  if (filter.connection) sql += " AND connection_id = ?3";
  if (filter.state) {
    // A literal, not a parameter: the planner proves from it that the partial index holds every such row.
    // What it leaves out is what most rows are, so that walking the project's own index finds those soon
    // enough.
    sql += " AND state = '" + std::string{name_of(*filter.state)} + "'";
    if (*filter.state != ExecutionState::succeeded) sql += " AND state <> 'succeeded'";
  }
  return sql;
}

}  // namespace

std::string page_sql(ExecutionFilter const& filter) {
  return std::string{"SELECT "} + kListedColumns + where(filter) + " AND seq < ?4 ORDER BY seq DESC LIMIT ?5";
}

std::string count_sql(ExecutionFilter const& filter) {
  return "SELECT count(*) FROM (SELECT 1" + where(filter) + " LIMIT ?4)";
}

std::optional<std::int64_t> parse_cursor(std::string_view cursor) {
  std::int64_t seq = 0;
  char const* const end = cursor.data() + cursor.size();
  auto const [stop, failed] = std::from_chars(cursor.data(), end, seq);
  if (failed != std::errc{} || stop != end || seq < 0) return std::nullopt;
  return seq;
}

}  // namespace agenta::daemon::store
