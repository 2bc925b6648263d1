#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/terminal/style.hpp"
#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

/// Rows under titles, aligned by display width and cut to the terminal's. Cells are text from elsewhere: they
/// are sanitized here.
class Table {
 public:
  explicit Table(std::vector<std::string> titles) : titles_(std::move(titles)) {}
  /// As many cells as there are titles.
  void add(std::vector<std::string> cells);
  /// Cuts the column (counted from 0) last: it is what a person copies.
  Table& keep(std::size_t column) {
    kept_.push_back(column);
    return *this;
  }
  /// Never cuts the column, however narrow the terminal.
  Table& whole(std::size_t column) {
    whole_.push_back(column);
    return *this;
  }
  /// Leaves the column out where the rows would be cut with it; the first that was named goes first.
  Table& spare(std::size_t column) {
    spared_.push_back(column);
    return *this;
  }
  /// The colour of a cell, by what it says.
  using InkOf = Ink (*)(std::string_view cell);
  /// Colours the cells of a column; only beside words that say the same.
  Table& paint(std::size_t column, InkOf ink_of) {
    painted_ = column;
    ink_of_ = ink_of;
    return *this;
  }
  /// Leaves a column out where every cell of it says `cell`: there is nothing to read in it.
  Table& hide_all(std::size_t column, std::string cell) {
    hidden_.emplace_back(column, std::move(cell));
    return *this;
  }
  bool empty() const { return rows_.empty(); }
  /// The lines, each ended. Every line has at most `columns` columns, as long as a column keeps four
  /// and what is whole has room.
  std::string render(int columns, bool has_color) const;

 private:
  bool is_hidden(std::size_t column) const;
  Table without(std::vector<std::size_t> const& columns) const;
  std::vector<int> widths() const;
  std::vector<std::string> titles_;
  std::vector<std::vector<std::string>> rows_{};
  std::vector<std::size_t> kept_{};
  std::vector<std::size_t> whole_{};
  std::vector<std::size_t> spared_{};
  std::vector<std::pair<std::size_t, std::string>> hidden_{};
  std::size_t painted_ = 0;
  InkOf ink_of_ = nullptr;
};

/// Prints a table on stdout, or `when_empty` and nothing else where it has no rows.
void print(Terminal& terminal, Table const& table, std::string_view when_empty);

}  // namespace agenta::cli
