#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/app/world.hpp"
#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

/// Whether this is a shell that asks for names: `__complete [--sandbox] [--project P] KIND [PREFIX]`. No
/// command for people, and in no help.
bool asks_for_names(std::span<std::string const> words);

/// Prints the names that a shell may complete PREFIX to, one a line, at most 200; PREFIX may be of any case.
/// Never starts a daemon, and never waits for one: tools, integrations and categories come from the files
/// that the daemon keeps for this, connections from the daemon where it answers within 150 ms. Nothing, and
/// no failure, where they cannot be had.
Result<void> print_names(World const& world, std::span<std::string const> words, Terminal& terminal);

}  // namespace agenta::cli
