#pragma once

#include <string>

#include "daemon/store/statement.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::daemon::store {

/// The columns of an execution in the order `read_execution` takes them. A list leaves out the arguments and
/// the data.
inline constexpr char const* kListedColumns =
    "seq, id, project_id, tool_slug, tool_version, integration_slug, connection_id, connection_slug, state, "
    "read_only, idempotency_key, arguments_digest, attempts, log_id, started_at, finished_at, duration_ms, "
    "actor_uid, "
    "actor_user, actor_host, actor_program, error, batch_id, batch_line, session, trace_id, result_bytes, "
    "result_file, result_offset, result_size, verdict, rule, approval_id";
inline constexpr char const* kLargeColumns = ", arguments, data";

enum class WithLarge : bool { no, yes };

/// The row `next` found.
Execution read_execution(Use const& row, WithLarge large);

/// The error as JSON, for the error column; nothing where there is none.
std::optional<std::string> error_text(std::optional<Error> const& error);

}  // namespace agenta::daemon::store
