#pragma once

#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

enum class AsJson : bool { no, yes };

/// Says that the command failed: one line on stderr and the next command to type, and with `--json` one error
/// document on stdout. The exit code.
int report(Terminal& terminal, Error const& error, AsJson as_json);

/// Ends the output; `code`, or the exit code for a stdout that could not be written.
int finish_output(Terminal& terminal, int code);

}  // namespace agenta::cli
