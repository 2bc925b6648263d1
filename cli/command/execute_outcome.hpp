#pragma once

#include "cli/command/context.hpp"
#include "cli/command/result_intake.hpp"
#include "shared/domain/execution.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::cli {

/// Runs `call`, whose id is set, and finds out what became of it when the answer does not come:
///
/// - interrupted: what was not sent is cancelled, and the error (`CANCELLED`) says whether it may have run;
/// - the connection to the daemon was lost: the journal is asked. What it does not know was never begun, and
/// is sent
///   once more; what it cannot tell is `OUTCOME_UNKNOWN` with the execution's id.
///
/// The document that was asked for, or the error: `TOOL_FAILED` carries the tool's data in its context.
/// With an intake, data goes through that as it comes; where it was not held, there is nothing here.
Result<std::string> run_to_outcome(Context& context, ToolCall call, protocol::ExecuteOutput output,
                                   ResultIntake* intake = nullptr);

}  // namespace agenta::cli
