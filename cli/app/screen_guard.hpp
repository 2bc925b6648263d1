#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

/// Whether the words name a command that takes the whole terminal.
bool takes_screen(std::vector<std::string> const& words);

/// Runs such a command so that the terminal outlives a crash of it; where there is no terminal, as it is. To
/// be called before there is a second thread. The exit code; `INTERNAL` is reported where it crashed.
int run_guarded(std::vector<std::string> const& words, Terminal& terminal, std::function<int()> const& run);

}  // namespace agenta::cli
