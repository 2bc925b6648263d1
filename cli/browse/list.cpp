#include "cli/browse/list.hpp"

#include <algorithm>
#include <iterator>

#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli::browse {
namespace {

constexpr std::size_t kMostTyped = 256;  // bytes; nobody types more to find a tool

bool is_same(Row const& a, Row const& b) { return a.kind == b.kind && a.slug == b.slug; }

bool asks_the_same(Question const& a, Question const& b) {
  return a.scope == b.scope && a.words == b.words && a.integration == b.integration;
}

/// Where the last character begins, marks that combine with it included.
std::size_t start_of_last(std::string_view text) {
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const length = decode_utf8(text, at).length;
    if (display_width(text.substr(at, length)) > 0) start = at;
    at += length;
  }
  return start;
}

}  // namespace

List::List(std::string words) : typed_(std::move(words)) {}

List::List(Row guide) : guide_(std::move(guide)), scope_(Scope::tools), rows_{*guide_} {}

bool List::has_changed() const { return !asks_the_same(question(), open_); }

bool List::type(std::string_view text) {
  if (typed_.size() + text.size() > kMostTyped) return false;
  typed_ += text;
  return has_changed();
}

bool List::erase() {
  typed_.resize(start_of_last(typed_));
  return has_changed();
}

bool List::erase_word() {
  std::string_view const kept = std::string_view{typed_}.substr(0, typed_.find_last_not_of(' ') + 1);
  typed_.resize(kept.rfind(' ') + 1);
  return has_changed();
}

bool List::erase_all() {
  typed_.clear();
  return has_changed();
}

bool List::turn_scope(int direction) {
  if (guide_) return false;
  constexpr int kScopes = 3;
  scope_ = static_cast<Scope>((static_cast<int>(scope_) + kScopes + direction) % kScopes);
  return has_changed();
}

std::string List::words() const { return std::string{trim(typed_)}; }

Question List::question() const {
  Question question;
  question.scope = scope_;
  question.words = words();
  if (guide_) question.integration = guide_->slug;
  return question;
}

Question List::next_question() const {
  Question question = shown_.value_or(Question{});
  question.cursor = next_cursor_.value_or("");
  question.is_typed = false;
  return question;
}

std::optional<Question> List::guide_question() const {
  if (!guide_ || (guide_details_ && !is_expired_)) return std::nullopt;
  Question question;
  question.about = Question::About::integration;
  question.slug = guide_->slug;
  return question;
}

void List::await(Question const& question) {
  if (question.about != Question::About::rows) {
    awaited_guide_ = question.id;
    return;
  }
  open_ = question;
  awaited_ = question.id;
  error_.reset();
  is_expired_ = false;
}

void List::expire() {
  awaited_ = 0;
  awaited_guide_ = 0;
  is_expired_ = true;
}

bool List::take(Answer& answer) {
  if (answer.id == 0 || (answer.id != awaited_ && answer.id != awaited_guide_)) return false;
  (answer.id == awaited_ ? awaited_ : awaited_guide_) = 0;
  if (!answer.content) {
    fail(std::move(answer.content).error());
  } else if (auto* const rows = std::get_if<Rows>(&*answer.content)) {
    take_rows(std::move(*rows));
  } else if (auto* const details = std::get_if<Details>(&*answer.content)) {
    take_guide(std::move(*details));
  }
  return true;
}

void List::take_rows(Rows answer) {
  remark_ = std::move(answer.remark);
  total_ = answer.total;
  // A cursor that leads nowhere, or in a circle, is the end.
  bool const leads_on = !answer.items.empty() && answer.next_cursor && *answer.next_cursor != open_.cursor;
  next_cursor_ = leads_on ? std::move(answer.next_cursor) : std::nullopt;
  if (!open_.cursor.empty()) {
    std::ranges::move(answer.items, std::back_inserter(rows_));
    return;
  }
  std::optional<Row> const before = chosen() != nullptr ? std::optional{*chosen()} : std::nullopt;
  bool const is_same_question = shown_ && asks_the_same(open_, *shown_);
  shown_ = open_;
  rows_ = std::move(answer.items);
  if (guide_ && open_.words.empty()) rows_.insert(rows_.begin(), *guide_);
  choose(before, is_same_question);
}

void List::take_guide(Details details) {
  Row known = details.row;
  known.kind = Row::Kind::guide;
  if (!rows_.empty() && rows_.front().kind == Row::Kind::guide) rows_.front() = known;
  guide_ = std::move(known);
  guide_details_ = std::move(details);
}

void List::fail(Error error) {
  error_ = std::move(error);
  // Of rows that answer this question the first pages are better than nothing; those that answered another
  // would be taken for its answer.
  if (!open_.cursor.empty() || (shown_ && asks_the_same(open_, *shown_))) return;
  shown_.reset();
  rows_.clear();
  if (guide_ && open_.words.empty()) rows_.push_back(*guide_);
  total_ = 0;
  next_cursor_.reset();
  remark_.clear();
  choose(std::nullopt, false);
}

void List::choose(std::optional<Row> const& before, bool is_same_question) {
  std::size_t const index = chosen_;
  chosen_ = 0;
  bool const may_keep = before && (is_chosen_by_hand_ || is_same_question);
  auto const found = may_keep
                         ? std::ranges::find_if(rows_, [&](Row const& row) { return is_same(row, *before); })
                         : rows_.end();
  if (found != rows_.end()) {
    chosen_ = static_cast<std::size_t>(found - rows_.begin());
  } else {
    if (is_same_question && !rows_.empty()) chosen_ = std::min(index, rows_.size() - 1);
    is_chosen_by_hand_ = false;
  }
  show_in(static_cast<int>(height_));
}

void List::move(int by) {
  if (rows_.empty()) return;
  auto const last = static_cast<std::ptrdiff_t>(rows_.size()) - 1;
  chosen_ = static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(chosen_) + by, 0, last));
  is_chosen_by_hand_ = chosen_ != 0;
  show_in(static_cast<int>(height_));
}

void List::move_to_first() { move(-static_cast<int>(rows_.size())); }

void List::move_to_last() { move(static_cast<int>(rows_.size())); }

void List::show_in(int height) {
  height_ = static_cast<std::size_t>(std::max(1, height));
  top_ = std::clamp(top_, chosen_ + 1 - std::min(height_, chosen_ + 1), chosen_);
  // No blank lines below while there are rows above.
  top_ = std::min(top_, rows_.size() - std::min(rows_.size(), height_));
}

bool List::is_current() const {
  bool const has_guide = guide_ && chosen() != nullptr && chosen()->kind == Row::Kind::guide;
  return shown_ ? asks_the_same(question(), *shown_) : has_guide && words().empty();
}

bool List::wants_more() const {
  return awaited_ == 0 && !error_ && has_more() && top_ + 2 * height_ >= rows_.size();
}

}  // namespace agenta::cli::browse
