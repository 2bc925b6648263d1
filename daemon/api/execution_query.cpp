#include "daemon/api/execution_query.hpp"

#include <algorithm>

#include "daemon/api/routes.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::api {
namespace {

Result<std::optional<WallTime>> read_time(Call const& call, std::string const& name) {
  std::string const text = call.query_value(name);
  if (text.empty()) return std::optional<WallTime>{};
  auto const time = parse_rfc3339(text);
  if (!time) {
    return fail(ErrorCode::invalid_request, name + " takes a time such as 2026-11-23T20:45:00Z, not " + text);
  }
  return time;
}

bool is_trace_id(std::string_view text) {
  constexpr std::size_t kLength = 32;
  return text.size() == kLength && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Result<store::ExecutionFilter> read_execution_filter(Call const& call) {
  store::ExecutionFilter filter;
  if (auto const tool = call.query_value("tool"); !tool.empty()) filter.tool = ToolSlug{to_upper(tool)};
  if (auto const id = call.query_value("connection"); !id.empty()) filter.connection = ConnectionId{id};
  if (auto const name = call.query_value("state"); !name.empty()) {
    filter.state = parse_execution_state(name);
    if (!filter.state) {
      return fail(ErrorCode::invalid_request,
                  "there is no state " + name +
                      ": it is queued, sent, succeeded, failed, unknown, cancelled or refused");
    }
  }
  AGENTA_TRY(filter.since, read_time(call, "since"));
  AGENTA_TRY(filter.until, read_time(call, "until"));
  if (auto const id = to_lower(call.query_value("batch")); !id.empty()) {
    if (!is_uuid(id))
      return fail(ErrorCode::invalid_request, "a batch is named by its id, a UUID, not " + id);
    filter.batch = BatchId{id};
  }
  filter.session = call.query_value("session");
  filter.trace_id = to_lower(call.query_value("trace"));
  if (!filter.trace_id.empty() && !is_trace_id(filter.trace_id)) {
    return fail(ErrorCode::invalid_request, "a trace is named by 32 hex digits, not " + filter.trace_id);
  }
  filter.cursor = call.query_value("cursor");
  AGENTA_TRY(long long const limit, read_number(call, "limit", filter.limit, 1, 1000));
  filter.limit = static_cast<int>(limit);
  return filter;
}

}  // namespace agenta::daemon::api
