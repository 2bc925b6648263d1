#include "cli/clients/text_diff.hpp"

#include <algorithm>
#include <vector>

#include "cli/clients/text_place.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kContext = 3;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const next = next_line(text, at);
    lines.push_back(text.substr(at, next - at));
    at = next;
  }
  return lines;
}

void add_line(std::string& diff, char mark, std::string_view line) {
  diff += mark;
  diff += line;
  if (!line.ends_with('\n')) diff += "\n\\ No newline at end of file\n";
}

std::string range_of(std::size_t begin, std::size_t count) {
  return std::to_string(count == 0 ? begin : begin + 1) + (count == 1 ? "" : "," + std::to_string(count));
}

}  // namespace

std::string unified_diff(std::string_view name, std::optional<std::string_view> before,
                         std::optional<std::string_view> after) {
  if (before == after) return "";
  auto const old_lines = lines_of(before.value_or(""));
  auto const new_lines = lines_of(after.value_or(""));
  std::size_t const shorter = std::min(old_lines.size(), new_lines.size());
  std::size_t head = 0;
  while (head < shorter && old_lines[head] == new_lines[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
    ++tail;
  std::size_t const begin = head - std::min(head, kContext);
  std::size_t const rest = std::min(tail, kContext);
  std::size_t const old_end = old_lines.size() - tail;
  std::size_t const new_end = new_lines.size() - tail;

  std::string const path{name};
  std::string diff = "--- " + (before ? path : "/dev/null") + "\n+++ " + (after ? path : "/dev/null") + "\n";
  diff += "@@ -" + range_of(begin, old_end + rest - begin) + " +" + range_of(begin, new_end + rest - begin) +
          " @@\n";
  for (std::size_t i = begin; i < head; ++i) add_line(diff, ' ', old_lines[i]);
  for (std::size_t i = head; i < old_end; ++i) add_line(diff, '-', old_lines[i]);
  for (std::size_t i = head; i < new_end; ++i) add_line(diff, '+', new_lines[i]);
  for (std::size_t i = old_end; i < old_end + rest; ++i) add_line(diff, ' ', old_lines[i]);
  return diff;
}

}  // namespace agenta::cli
