#pragma once

#include <filesystem>
#include <stop_token>

#include "shared/base/clock.hpp"
#include "shared/client/launcher.hpp"

namespace agenta::client {

/// Where the daemon's program is: beside this one, else on PATH, else what AGENTA_TOOLSD names.
Result<std::filesystem::path> find_daemon_program(std::filesystem::path const& own_program);

/// Starts the daemon in a session of its own, with no descriptor of ours but the pipe it reports on, and
/// waits until it says `ready` or why it cannot be: then that is the error. The Composio key is taken out of
/// its environment. `stop` ends the wait, not the daemon.
Result<void> start_daemon(LaunchOptions const& options, SteadyTime deadline, std::stop_token const& stop);

}  // namespace agenta::client
