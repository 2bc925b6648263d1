#pragma once

#include "daemon/api/router.hpp"
#include "daemon/core/executions.hpp"

namespace agenta::daemon::api {

/// The filter, cursor and limit of a request about executions. `INVALID_REQUEST` for what is not a value of
/// its kind.
Result<store::ExecutionFilter> read_execution_filter(Call const& call);

}  // namespace agenta::daemon::api
