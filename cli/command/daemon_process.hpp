#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/command/context.hpp"

namespace agenta::cli {

struct StopPlan {
  std::chrono::milliseconds drain{10'000};
  bool force = false;
};

/// Stops the daemon of this home: asks it, then signals it, and waits until the process is gone. A pid is
/// signalled only while it still is the process that the daemon's lock recorded. The pid that stopped;
/// nothing where none ran.
Result<std::optional<int>> stop_daemon(Context& context, StopPlan const& plan);

/// Becomes `agenta-toolsd` with these arguments; comes back only where that cannot be.
Result<void> exec_daemon(Context& context, std::vector<std::string> arguments);

}  // namespace agenta::cli
