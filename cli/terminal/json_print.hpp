#pragma once

#include <string>
#include <string_view>

#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

/// A JSON document as a person reads it: indented, coloured where asked. Characters that a terminal would
/// obey are written as JSON escapes, so the text still is the same document. `json` must be valid.
std::string pretty_json(std::string_view json, bool has_color);

/// Prints a document on stdout: pretty on a terminal, byte for byte in a pipe; one line end after it.
void print_json(Terminal& terminal, std::string_view json);

}  // namespace agenta::cli
