#include "daemon/store/execution_row.hpp"

#include "daemon/store/row.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::daemon::store {
namespace {

// Stands in where a stored error is not one: what was meant is not known any more.
constexpr unsigned kUnreadable = 500;

}  // namespace

Execution read_execution(Use const& row, WithLarge large) {
  Execution out;
  int at = 1;  // after `seq`
  out.id = {row.text(at++)};
  out.project = {row.text(at++)};
  out.tool = {row.text(at++)};
  out.tool_version = row.text(at++);
  out.integration = {row.text(at++)};
  auto connection_id = row.optional_text(at++);
  auto connection_slug = row.text(at++);
  if (connection_id) {
    out.connection.emplace();
    out.connection->id = {*std::move(connection_id)};
    out.connection->slug = std::move(connection_slug);
  }
  out.state = parse_execution_state(row.text(at++)).value_or(ExecutionState::unknown);
  out.read_only = row.integer(at++) != 0;
  out.idempotency_key = row.text(at++);
  out.arguments_digest = row.text(at++);
  out.attempts = static_cast<int>(row.integer(at++));
  out.log_id = row.text(at++);
  out.started_at = time_of(row.integer(at++));
  out.finished_at = time_of(row.optional_integer(at++));
  if (auto const duration = row.optional_integer(at++)) out.duration = std::chrono::milliseconds{*duration};
  out.actor.uid = static_cast<unsigned>(row.integer(at++));
  out.actor.user = row.text(at++);
  out.actor.host = row.text(at++);
  out.actor.program = row.text(at++);
  if (auto const error = row.optional_text(at++)) out.error = protocol::decode_error(*error, kUnreadable);
  auto batch = row.optional_text(at++);
  auto const line = row.optional_integer(at++);
  if (batch && line) out.batch = BatchItem{{*std::move(batch)}, *line};
  out.session = row.text(at++);
  out.trace_id = row.text(at++);
  out.result_bytes = row.optional_integer(at++);
  auto file = row.optional_text(at++);
  auto const offset = row.optional_integer(at++);
  auto const size = row.optional_integer(at++);
  if (file && offset && size) out.result_file = ResultFile{*std::move(file), *offset, *size};
  auto const verdict = parse_verdict(row.text(at++));
  auto rule = row.text(at++);
  if (verdict) out.policy = PolicyDecision{*verdict, std::move(rule), {}};
  out.approval.text = row.text(at++);
  if (large == WithLarge::no) return out;
  out.arguments = {row.text(at++)};
  if (auto data = row.optional_text(at)) out.data = JsonText{*std::move(data)};
  return out;
}

std::optional<std::string> error_text(std::optional<Error> const& error) {
  if (!error) return std::nullopt;
  return protocol::encode_error(*error);
}

}  // namespace agenta::daemon::store
