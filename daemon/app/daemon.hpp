#pragma once

#include <filesystem>
#include <optional>

#include "shared/config/paths.hpp"

namespace agenta::daemon {

struct RunOptions {
  std::optional<std::filesystem::path> home{};  ///< none: found as the CLI finds it
  config::Sandboxed sandboxed = config::Sandboxed::no;
  int ready_fd = -1;  ///< where the starter waits for `ready` or the reason
};

/// Runs the daemon in the foreground until it is told to stop, idles out, or loses its home. The exit code.
int run_daemon(RunOptions const& options);

}  // namespace agenta::daemon
