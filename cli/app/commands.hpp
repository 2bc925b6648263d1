#pragma once

#include <span>

#include "cli/command/context.hpp"

namespace agenta::cli {

/// Every command, in the order of the full help: the table of contents of the CLI.
std::span<Command const> command_table();

}  // namespace agenta::cli
