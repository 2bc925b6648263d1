#include "cli/command/history_filter.hpp"

#include "shared/base/clock.hpp"
#include "shared/base/try.hpp"

namespace agenta::cli {
namespace {

Result<std::string> read_time(std::string_view flag, std::string const& text) {
  if (text.empty()) return text;
  if (auto const ago = parse_duration(text)) return format_rfc3339(SystemClock{}.wall() - *ago);
  if (parse_rfc3339(text)) return text;
  return fail(
      ErrorCode::usage,
      std::string{flag} + " takes a duration such as 30m or 8h, or a time such as 2026-11-23T20:45:00Z");
}

}  // namespace

void add_history_filter(Syntax& syntax, protocol::ExecutionQuery& query) {
  syntax.option("--tool", "TOOL", query.tool, "Only runs of one tool")
      .completes(Completes::tool)
      .option("-c,--connection", "CONNECTION", query.connection, "Only runs on one connection, by slug or id")
      .completes(Completes::connection)
      .option("--state", "STATE", query.state, "Only succeeded, failed, unknown, cancelled, … ones")
      .one_of({"queued", "sent", "succeeded", "failed", "unknown", "cancelled", "refused"})
      .option("--since", "TIME", query.since, "Only what began then or later: 2h (ago), or RFC 3339")
      .option("--until", "TIME", query.until, "Only what began before: 2h (ago), or RFC 3339")
      .option("--batch", "ID", query.batch, "Only the lines of one batch")
      .option("--session", "NAME", query.session, "Only what belongs to one session")
      .option("--trace", "ID", query.trace, "Only what belongs to one trace, 32 hex digits");
}

Result<protocol::ExecutionQuery> read_history_filter(protocol::ExecutionQuery query) {
  AGENTA_TRY(query.since, read_time("--since", query.since));
  AGENTA_TRY(query.until, read_time("--until", query.until));
  return query;
}

}  // namespace agenta::cli
