#pragma once

#include <chrono>

#include "cli/command/context.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::cli {

/// What became of an execution whose answer was lost: asks the journal until it has settled, or until then;
/// the row as it was last.
Result<Execution> ask_journal(Context& context, ExecutionId const& id,
                              std::chrono::steady_clock::time_point until);

}  // namespace agenta::cli
