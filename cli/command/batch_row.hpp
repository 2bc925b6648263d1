#pragma once

#include <string>

#include "cli/command/batch_line.hpp"

/// What a person sees of a batch: a line of a table for each outcome, as it comes.
namespace agenta::cli {

/// The titles, ended. The columns have the same widths in every line: none is known before it comes.
std::string batch_titles(int columns, bool has_color);

/// One outcome in at most `columns` columns, ended: its id, state, tool, the end of its execution's id, and
/// how the result begins or what went wrong.
std::string batch_row(BatchOutcome const& outcome, int columns, bool has_color);

}  // namespace agenta::cli
