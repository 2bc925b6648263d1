#include "cli/terminal/table.hpp"

#include <algorithm>
#include <numeric>

#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"

namespace agenta::cli {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 4;

bool contains(std::vector<std::size_t> const& columns, std::size_t column) {
  return std::ranges::find(columns, column) != columns.end();
}

int width_of(std::vector<int> const& widths) {
  return std::accumulate(widths.begin(), widths.end(), kGap * (static_cast<int>(widths.size()) - 1));
}

/// Takes columns from the widest until the row fits; from those that are kept only when nothing else is left,
/// and nothing from those that are whole.
void shrink(std::vector<int>& widths, std::vector<std::size_t> const& kept,
            std::vector<std::size_t> const& whole, int columns) {
  int excess = width_of(widths) - columns;
  for (bool spare_kept : {true, false}) {
    while (excess > 0) {
      int* widest = nullptr;
      for (std::size_t i = 0; i < widths.size(); ++i) {
        if (contains(whole, i) || (spare_kept && contains(kept, i))) continue;
        if (widths[i] > kNarrowest && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
      }
      if (widest == nullptr) break;
      --*widest;
      --excess;
    }
  }
}

/// `ink(i)` is the colour of cell `i`.
template <class InkOfCell>
std::string line(std::vector<std::string> const& cells, std::vector<int> const& widths, InkOfCell ink) {
  std::string out;
  std::size_t last = cells.size();
  while (last > 0 && cells[last - 1].empty()) --last;
  for (std::size_t i = 0; i < last; ++i) {
    std::string const cell = fit_width(cells[i], widths[i]);
    out += inked(cell, ink(i), true);
    if (i + 1 < last) out.append(static_cast<std::size_t>(widths[i] + kGap - display_width(cell)), ' ');
  }
  return out;
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = visible(cell);
  cells.resize(titles_.size());
  rows_.push_back(std::move(cells));
}

bool Table::is_hidden(std::size_t column) const {
  return std::ranges::any_of(hidden_, [&](auto const& hidden) {
    return hidden.first == column &&
           std::ranges::all_of(rows_, [&](auto const& row) { return row[column] == hidden.second; });
  });
}

Table Table::without(std::vector<std::size_t> const& columns) const {
  Table table{{}};
  table.rows_.resize(rows_.size());
  table.ink_of_ = nullptr;
  for (std::size_t i = 0; i < titles_.size(); ++i) {
    if (contains(columns, i)) continue;
    if (contains(kept_, i)) table.keep(table.titles_.size());
    if (contains(whole_, i)) table.whole(table.titles_.size());
    if (ink_of_ != nullptr && painted_ == i) table.paint(table.titles_.size(), ink_of_);
    table.titles_.push_back(titles_[i]);
    for (std::size_t row = 0; row < rows_.size(); ++row) table.rows_[row].push_back(rows_[row][i]);
  }
  return table;
}

/// As the columns would have them.
std::vector<int> Table::widths() const {
  std::vector<int> widths;
  for (std::string const& title : titles_) widths.push_back(display_width(title));
  for (auto const& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  return widths;
}

std::string Table::render(int columns, bool has_color) const {
  std::vector<std::size_t> left_out;
  for (std::size_t i = 0; i < titles_.size(); ++i) {
    if (is_hidden(i)) left_out.push_back(i);
  }
  for (std::size_t const each : spared_) {
    if (!contains(left_out, each) && width_of(without(left_out).widths()) > columns) left_out.push_back(each);
  }
  if (!left_out.empty()) return without(left_out).render(columns, has_color);
  std::vector<int> widths = this->widths();
  shrink(widths, kept_, whole_, columns);

  auto const plain = [](std::size_t) { return Ink::plain; };
  std::string out = inked(line(titles_, widths, plain), Ink::bold, has_color) + "\n";
  for (auto const& row : rows_) {
    auto const ink = [&](std::size_t i) {
      return has_color && ink_of_ != nullptr && i == painted_ ? ink_of_(row[i]) : Ink::plain;
    };
    out += line(row, widths, ink) + "\n";
  }
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
