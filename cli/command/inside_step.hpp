#pragma once

#include <string>
#include <vector>

#include "cli/command/context.hpp"
#include "shared/protocol/owners_step.hpp"

/// Next steps as they are told to whoever has a session's socket, and neither the home nor its daemon.
namespace agenta::cli {

using protocol::ask_owner_text;
using protocol::is_owners_step;
using protocol::told_inside;

/// The steps that can be taken in this run, as they are to be typed.
std::vector<std::vector<std::string>> steps_here(Context const& context,
                                                 std::vector<std::vector<std::string>> steps);

/// The step as a line of this run: a command to type, or whom to ask for it.
std::string step_line(Context const& context, std::vector<std::string> step);

}  // namespace agenta::cli
