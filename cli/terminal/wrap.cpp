#include "cli/terminal/wrap.hpp"

#include <algorithm>
#include <utility>

#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

constexpr int kNarrowest = 10;

/// One line of the text, broken into lines.
void wrap_line(std::string_view line, int columns, std::vector<std::string>& lines) {
  std::string current;
  int used = 0;
  auto const end_line = [&] {
    lines.push_back(std::exchange(current, {}));
    used = 0;
  };
  for (std::size_t at = 0; at < line.size();) {
    std::size_t const end = std::min(line.find(' ', at), line.size());
    std::string_view word = line.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    int const width = display_width(word);
    if (used > 0 && used + 1 + width > columns) end_line();
    if (used > 0) current += ' ';
    if (width > columns) {
      for (auto parts = split_width(word, columns); !parts.second.empty();
           parts = split_width(word, columns)) {
        lines.emplace_back(parts.first);
        word = parts.second;
      }
    }
    used += (used > 0 ? 1 : 0) + (width > columns ? display_width(word) : width);
    current += word;
  }
  if (used > 0) end_line();
}

}  // namespace

std::vector<std::string> wrap(std::string_view text, int columns) {
  columns = std::max(columns, kNarrowest);
  std::string const safe = replace_all(visible(replace_all(text, "\r\n", "\n"), Lines::kept), "\t", " ");
  std::vector<std::string> lines;
  std::string_view rest = trim(safe);
  while (!rest.empty()) {
    std::size_t const end = std::min(rest.find('\n'), rest.size());
    std::string_view const line = trim(rest.substr(0, end));
    if (!line.empty()) {
      wrap_line(line, columns, lines);
    } else if (!lines.empty() && !lines.back().empty()) {
      lines.emplace_back();
    }
    rest = rest.substr(std::min(end + 1, rest.size()));
  }
  return lines;
}

std::string wrapped(std::string_view text, int indent, int columns) {
  std::string const margin(static_cast<std::size_t>(indent), ' ');
  std::string out;
  for (std::string const& line : wrap(text, columns - indent)) {
    out += (line.empty() ? "" : margin + line) + "\n";
  }
  return out;
}

}  // namespace agenta::cli
