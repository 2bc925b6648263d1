#pragma once

#include <string>
#include <string_view>

namespace agenta::cli {

/// The columns that `text` takes on a terminal: 2 for East Asian wide characters and emoji, 0 for combining
/// marks and joiners, else 1. From a small table of ranges, so that no locale is needed; a rare script it
/// does not know counts 1 a character, which misaligns a row and nothing more.
int display_width(std::string_view text);

/// `text` in at most `columns` columns, ending in `…` where it was cut.
std::string fit_width(std::string_view text, int columns);

/// `text` followed by blanks up to `columns` columns.
std::string pad_width(std::string_view text, int columns);

}  // namespace agenta::cli
