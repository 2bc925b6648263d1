#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

/// One thing in full: a title, then a line for each property that is there. Values are text from elsewhere:
/// they are sanitized here.
class Card {
 public:
  explicit Card(std::string_view title);
  /// Left out where `value` is empty.
  Card& row(std::string_view name, std::string_view value);
  std::string render(bool has_color) const;

 private:
  std::string title_;
  std::vector<std::pair<std::string, std::string>> rows_{};
};

void print(Terminal& terminal, Card const& card);

}  // namespace agenta::cli
