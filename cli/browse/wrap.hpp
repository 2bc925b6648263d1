#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agenta::cli::browse {

/// The lines of `text` in at most `width` columns each: broken at blanks where there are any, the rest of a
/// line indented as its beginning, or under its second column where it has columns. A tab is two blanks.
/// Nothing that a terminal would obey is left.
std::vector<std::string> wrap_text(std::string_view text, int width);

}  // namespace agenta::cli::browse
