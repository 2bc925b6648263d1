#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agenta::cli {

/// `text` in lines of at most `columns` columns (at least 10), broken between words; a word that is longer
/// than a line is broken where it must be. Its own line ends stay, but for empty lines at its ends and after
/// another empty line. What a terminal would obey is written out.
std::vector<std::string> wrap(std::string_view text, int columns);

/// The same as text, each line ended and after `indent` blanks, in `columns` columns with the indent.
std::string wrapped(std::string_view text, int indent, int columns);

}  // namespace agenta::cli
