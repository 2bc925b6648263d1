#pragma once

#include <span>

#include "cli/app/world.hpp"
#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

/// Runs one command line in this process's world. The exit code (contract §4).
int run(std::span<char*> argv, Terminal terminal);

/// The same in a stated world; `words` are without the program's name.
int run_in(World const& world, std::vector<std::string> const& words, Terminal& terminal);

}  // namespace agenta::cli
