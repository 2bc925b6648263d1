#pragma once

#include <functional>
#include <optional>
#include <string>

#include "daemon/core/tool_provider.hpp"
#include "shared/custom/declaration.hpp"

namespace agenta::daemon {

/// The daemon's environment as a value: what a variable is, or nothing.
using Variables = std::function<std::optional<std::string>(std::string const& name)>;

/// Runs a declared command: no shell, no inherited environment but the least there is (PATH, HOME, USER,
/// LANG, TZ) and what is declared. `until`: the earlier of the call's deadline and the tool's own.
///
/// Exit 0 is success; any other end of its own, and too much output, is the tool's failure. One that cannot
/// be started ran not at all. One that was ended may have run: its outcome is unknown, unless it only reads.
ExecuteOutcome run_command(ProviderCall const& call, SteadyTime until, custom::Declaration const& declared,
                           custom::Command const& command, JsonText const& arguments,
                           Variables const& variables);

}  // namespace agenta::daemon
