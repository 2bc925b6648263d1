#include "cli/terminal/table.hpp"

#include <algorithm>
#include <numeric>

#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "cli/terminal/width.hpp"

namespace agenta::cli {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 4;

/// Takes columns from the widest until the row fits; from those that are kept only when nothing else is left.
void shrink(std::vector<int>& widths, std::vector<std::size_t> const& kept, int columns) {
  int const gaps = kGap * (static_cast<int>(widths.size()) - 1);
  int excess = std::accumulate(widths.begin(), widths.end(), gaps) - columns;
  for (bool spare_kept : {true, false}) {
    while (excess > 0) {
      int* widest = nullptr;
      for (std::size_t i = 0; i < widths.size(); ++i) {
        if (spare_kept && std::ranges::find(kept, i) != kept.end()) continue;
        if (widths[i] > kNarrowest && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
      }
      if (widest == nullptr) break;
      --*widest;
      --excess;
    }
  }
}

std::string line(std::vector<std::string> const& cells, std::vector<int> const& widths) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::string const cell = fit_width(cells[i], widths[i]);
    bool const is_last = i + 1 == cells.size();
    out += is_last ? cell : pad_width(cell, widths[i] + kGap);
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = visible(cell);
  cells.resize(titles_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::render(int columns, bool has_color) const {
  std::vector<int> widths;
  for (std::string const& title : titles_) widths.push_back(display_width(title));
  for (auto const& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  shrink(widths, kept_, columns);

  std::string out = inked(line(titles_, widths), Ink::bold, has_color) + "\n";
  for (auto const& row : rows_) out += line(row, widths) + "\n";
  return out;
}

void print(Terminal& terminal, Table const& table, std::string_view when_empty) {
  if (table.empty()) {
    terminal.out(std::string{when_empty} + "\n");
  } else {
    terminal.out(table.render(terminal.width(), terminal.out_has_color()));
  }
}

}  // namespace agenta::cli
