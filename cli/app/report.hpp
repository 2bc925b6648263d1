#pragma once

#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

enum class AsJson : bool { no, yes };

/// Says that the command failed: one line on stderr and the next command to type, and with `--json` one error
/// document on stdout. The exit code.
int report(Terminal& terminal, Error const& error, AsJson as_json);

/// Ends the output; `code`, or, where that is 0, the exit code for a stdout that could not be written: in
/// silence where its reader closed it.
int finish_output(Terminal& terminal, int code);

}  // namespace agenta::cli
