#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

/// The pager, chosen and started as git does it: `$AGENTA_TOOLS_PAGER`, else `$PAGER`, else `less`. A word is
/// run as it is; what has blanks or characters of the shell's in it is given to `sh -c`. Empty, for none,
/// where the variable is set to nothing or to `cat`.
std::vector<std::string> pager_command(Lookup const& environment);

/// Whether `text` takes more than `lines` lines in `columns` columns. Colours take no columns.
bool is_longer_than(std::string_view text, int lines, int columns);

/// Runs the pager on `text` until the person leaves it, on this process's stdout, with `LESS=FRX` and `LV=-c`
/// where those are not set. The keyboard's signals are the pager's meanwhile. That it did not read everything
/// is no failure; false where it could not be started: nothing was shown then.
bool run_pager(std::vector<std::string> const& command, std::string_view text);

/// Prints a whole result on stdout: through the pager where stdout is a terminal that is too small for it and
/// can be moved on.
void page(Terminal& terminal, std::string_view text, Lookup const& environment);

}  // namespace agenta::cli
