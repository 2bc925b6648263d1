#include "cli/browse/wrap.hpp"

#include <algorithm>

#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli::browse {
namespace {

/// How many bytes at the front of `text` take at most `width` columns, and at least one character.
std::size_t bytes_within(std::string_view text, int width) {
  std::size_t end = 0;
  int used = 0;
  while (end < text.size()) {
    Decoded const character = decode_utf8(text, end);
    used += display_width(text.substr(end, character.length));
    if (used > width && end > 0) break;
    end += character.length;
  }
  return end;
}

/// How far the rest of a line is indented: as its beginning, or where it is of columns, as the second.
int indent_of(std::string_view line, int width) {
  auto const blanks = std::min(line.find_first_not_of(' '), line.size());
  auto const gap = line.find("  ", blanks);
  auto const second = gap == std::string_view::npos ? gap : line.find_first_not_of(' ', gap);
  if (second != std::string_view::npos) {
    int const column = display_width(line.substr(0, second));
    if (column <= width / 2) return column;
  }
  // Of a deep tree in a narrow window the words matter more than the depth.
  constexpr int kWidest = 2;  // columns of a character
  return std::min(static_cast<int>(blanks), std::max(0, std::min(width / 2, width - kWidest)));
}

void wrap_line(std::string_view line, int width, std::vector<std::string>& out) {
  std::string const indent(static_cast<std::size_t>(indent_of(line, width)), ' ');
  std::string_view rest = line;
  bool is_first = true;
  do {
    std::size_t end =
        bytes_within(rest, std::max(1, is_first ? width : width - static_cast<int>(indent.size())));
    if (end < rest.size() && rest[end] != ' ') {
      auto const gap = rest.substr(0, end).rfind(' ');
      // A word that is longer than the line is broken where the line ends.
      if (gap != std::string_view::npos && rest.find_first_not_of(' ') < gap) end = gap;
    }
    std::string_view const part = rest.substr(0, end);
    out.push_back((is_first ? "" : indent) + std::string{part.substr(0, part.find_last_not_of(' ') + 1)});
    rest.remove_prefix(end);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    is_first = false;
  } while (!rest.empty());
}

}  // namespace

std::vector<std::string> wrap_text(std::string_view text, int width) {
  std::vector<std::string> lines;
  std::string const shown = replace_all(visible(text, Lines::kept), "\t", "  ");
  for (std::string const& line : split(shown, '\n')) wrap_line(line, std::max(1, width), lines);
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace agenta::cli::browse
