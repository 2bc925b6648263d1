#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/browse/layout.hpp"
#include "cli/browse/question.hpp"

namespace agenta::cli::browse {

/// A text that fills the window, and scrolls: all about a tool or an integration, or the keys.
class Page {
 public:
  /// All about `row`, once it is known.
  explicit Page(Row row);
  /// A text that is known.
  Page(std::string title, std::string text);

  /// What to ask for it; nothing where it is known. The id is left open.
  std::optional<Question> question() const;
  void await(Question const& question);
  bool is_awaiting() const { return awaited_ != 0; }
  /// What is known is to be asked for again.
  void expire() { is_known_ = !row_; }
  /// Takes an answer if its question is open.
  bool take(Answer& answer);

  /// Breaks the text for a window, and stays at what was at its top.
  void show_in(Area window);
  void move(int by);
  void move_to_first() { top_ = 0; }
  void move_to_last() { move(static_cast<int>(lines_.size())); }

  std::string const& title() const { return title_; }
  std::vector<std::string> const& lines() const { return lines_; }
  std::size_t top() const { return top_; }
  /// What it is about; nothing where that is the browser itself.
  std::optional<Row> const& row() const { return row_; }
  std::optional<Error> const& error() const { return error_; }
  std::string const& remark() const { return remark_; }

 private:
  std::string title_;
  std::string text_{};
  std::optional<Row> row_{};
  std::string remark_{};
  std::optional<Error> error_{};
  std::uint64_t awaited_ = 0;
  bool is_known_ = false;
  Area window_{};
  std::vector<std::string> lines_{};
  std::size_t top_ = 0;
};

}  // namespace agenta::cli::browse
