#pragma once

#include <string>

#include "cli/command/context.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::cli {

/// What became of an execution whose command was interrupted, as far as it is known: it is cancelled, and its
/// row tells whether it was sent. `name` is what ran, and `may_have` what it may have done: "run", "been
/// done".
Error interrupted(Context& context, ExecutionId const& id, std::string const& name,
                  std::string const& may_have);

}  // namespace agenta::cli
