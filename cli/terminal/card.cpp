#include "cli/terminal/card.hpp"

#include <algorithm>

#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "cli/terminal/width.hpp"

namespace agenta::cli {

Card::Card(std::string_view title) : title_(visible(title)) {}

Card& Card::row(std::string_view name, std::string_view value) {
  if (!value.empty()) rows_.emplace_back(name, visible(value));
  return *this;
}

std::string Card::render(bool has_color) const {
  int widest = 0;
  for (auto const& [name, value] : rows_) widest = std::max(widest, display_width(name));
  std::string out = inked(title_, Ink::bold, has_color) + "\n";
  for (auto const& [name, value] : rows_) {
    out += "  " + inked(pad_width(name, widest), Ink::dim, has_color) + "  " + value + "\n";
  }
  return out;
}

void print(Terminal& terminal, Card const& card) { terminal.out(card.render(terminal.out_has_color())); }

}  // namespace agenta::cli
