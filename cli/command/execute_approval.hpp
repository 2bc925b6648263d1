#pragma once

#include <functional>
#include <string>

#include "cli/command/context.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::cli {

/// Runs the call, and where its session's policy wants somebody asked, asks: here, where somebody is at the
/// terminal and this is the owner's own socket; else it says on stderr how to answer from elsewhere, and
/// waits: within a timeout that was named for the call, else for the time of the answer beside its timeout.
/// `run` makes the call once, and may be called again.
Result<std::string> run_with_approval(Context& context, ToolCall call,
                                      std::function<Result<std::string>(ToolCall const&)> const& run);

}  // namespace agenta::cli
