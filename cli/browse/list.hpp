#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/browse/question.hpp"

namespace agenta::cli::browse {

/// A list that is filtered by typing: the whole catalogue, or one integration's tools. What was typed, what
/// was found, what is chosen, and which lines are in the window.
class List {
 public:
  /// The whole catalogue.
  explicit List(std::string words);
  /// The tools of an integration, `guide` before them.
  explicit List(Row guide);

  // What is typed. Each says whether it asks for other rows than those that were asked for last.
  bool type(std::string_view text);
  bool erase();
  bool erase_word();
  bool erase_all();
  /// The next scope, or with -1 the one before; an integration's list has tools alone.
  bool turn_scope(int direction);

  /// What to ask for the rows that belong here now, for the page after them, and for the guide. Ids are left
  /// open.
  Question question() const;
  Question next_question() const;
  std::optional<Question> guide_question() const;
  /// One of these was asked. A new one closes the old: its answer is not taken any more.
  void await(Question const& question);
  bool is_awaiting() const { return awaited_ != 0 || awaited_guide_ != 0; }
  /// What was asked is not answered any more, or the rows are not what they were: they are to be asked for
  /// again when the list is next looked at.
  void expire();
  bool is_expired() const { return is_expired_; }
  /// Takes an answer if its question is open. The chosen row stays chosen where it is among the rows and a
  /// person chose it, or where the same was asked again; else the best is.
  bool take(Answer& answer);

  void move(int by);
  void move_to_first();
  void move_to_last();
  /// The window is `height` lines: scrolls so that the chosen row is in it.
  void show_in(int height);
  /// Whether the window is near the end of the rows, and there are more.
  bool wants_more() const;

  /// Whether the chosen row answers what is typed; not while that is still asked for.
  bool is_current() const;
  std::string const& typed() const { return typed_; }
  std::string words() const;  ///< typed, without blanks around them
  Scope scope() const { return scope_; }
  std::vector<Row> const& rows() const { return rows_; }
  Row const* chosen() const { return rows_.empty() ? nullptr : &rows_[chosen_]; }
  std::size_t chosen_index() const { return chosen_; }
  std::size_t top() const { return top_; }
  /// Of what was asked for; the guide is not counted.
  std::int64_t total() const { return total_; }
  bool has_more() const { return next_cursor_.has_value(); }
  std::optional<Error> const& error() const { return error_; }
  std::string const& remark() const { return remark_; }
  std::optional<Row> const& guide() const { return guide_; }
  std::optional<Details> const& guide_details() const { return guide_details_; }

 private:
  bool has_changed() const;
  void take_rows(Rows rows);
  void take_guide(Details details);
  void fail(Error error);
  void choose(std::optional<Row> const& before, bool is_same_question);

  std::optional<Row> guide_{};
  std::optional<Details> guide_details_{};
  std::string typed_{};
  Scope scope_ = Scope::all;
  Question open_{};
  std::optional<Question> shown_{};  ///< whose answer the rows are
  std::uint64_t awaited_ = 0;
  std::uint64_t awaited_guide_ = 0;
  bool is_expired_ = false;
  std::vector<Row> rows_{};
  std::int64_t total_ = 0;
  std::optional<std::string> next_cursor_{};
  std::optional<Error> error_{};
  std::string remark_{};
  std::size_t chosen_ = 0;
  bool is_chosen_by_hand_ = false;
  std::size_t top_ = 0;
  std::size_t height_ = 1;
};

}  // namespace agenta::cli::browse
