#include "cli/terminal/shell_line.hpp"

#include <algorithm>
#include <string_view>

#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

bool is_plain_word(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"_-./:=@%+,"}.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string shell_line(std::vector<std::string> const& argv) {
  std::string out;
  for (std::string const& word : argv) {
    if (!out.empty()) out += ' ';
    out += is_plain_word(word) ? word : "'" + replace_all(word, "'", "'\\''") + "'";
  }
  return out;
}

}  // namespace agenta::cli
