#pragma once

#include "cli/command/syntax.hpp"
#include "shared/domain/error.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::cli {

/// The flags that say which executions are meant.
void add_history_filter(Syntax& syntax, protocol::ExecutionQuery& query);
/// The query with its times as the daemon takes them: `2h` is two hours ago. `USAGE` for what is neither a
/// time nor a duration.
Result<protocol::ExecutionQuery> read_history_filter(protocol::ExecutionQuery query);

}  // namespace agenta::cli
