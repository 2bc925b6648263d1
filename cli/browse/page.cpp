#include "cli/browse/page.hpp"

#include <algorithm>

#include "cli/browse/wrap.hpp"

namespace agenta::cli::browse {

Page::Page(Row row) : title_(row.slug), row_(std::move(row)) {}

Page::Page(std::string title, std::string text)
    : title_(std::move(title)), text_(std::move(text)), is_known_(true) {}

std::optional<Question> Page::question() const {
  if (is_known_ || !row_) return std::nullopt;
  Question question;
  question.about = row_->kind == Row::Kind::tool ? Question::About::tool : Question::About::integration;
  question.slug = row_->slug;
  question.integration = row_->integration;
  return question;
}

void Page::await(Question const& question) {
  awaited_ = question.id;
  error_.reset();
}

bool Page::take(Answer& answer) {
  if (answer.id == 0 || answer.id != awaited_) return false;
  awaited_ = 0;
  if (!answer.content) {
    error_ = std::move(answer.content).error();
  } else if (auto* const details = std::get_if<Details>(&*answer.content)) {
    is_known_ = true;
    text_ = std::move(details->text);
    remark_ = std::move(details->remark);
    row_ = std::move(details->row);
    show_in(window_);
  }
  return true;
}

void Page::show_in(Area window) {
  // In the same proportion: a narrower window has more lines.
  std::size_t const before = std::max<std::size_t>(1, lines_.size());
  window_ = window;
  lines_ = wrap_text(text_, window.width);
  top_ = top_ * lines_.size() / before;
  move(0);
}

void Page::move(int by) {
  auto const height = std::max(1, window_.height);
  auto const last = std::max(0, static_cast<int>(lines_.size()) - height);
  top_ = static_cast<std::size_t>(std::clamp(static_cast<int>(top_) + by, 0, last));
}

}  // namespace agenta::cli::browse
