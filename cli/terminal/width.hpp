#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace agenta::cli {

/// The columns that `text` takes on a terminal: 2 for East Asian wide characters and emoji, 0 for combining
/// marks and joiners, else 1, whatever the locale. Characters are counted one by one, as terminals do: an
/// emoji that is put together of several takes what they take.
int display_width(std::string_view text);

/// `text` in at most `columns` columns, ending in `…` where it was cut.
std::string fit_width(std::string_view text, int columns);

/// `text` followed by blanks up to `columns` columns.
std::string pad_width(std::string_view text, int columns);

/// What of `text` fits into `columns` columns (at least one character), and the rest.
std::pair<std::string_view, std::string_view> split_width(std::string_view text, int columns);

}  // namespace agenta::cli
