#include "cli/command/batch_window.hpp"

namespace agenta::cli {

void BatchOutlet::put(std::uint64_t turn, std::string text) {
  std::unique_lock lock{mutex_};
  if (order_ == Order::as_completed) {
    if (!is_shut_) is_shut_ = !write_(text);
    return;
  }
  turned_.wait(lock, [&] {
    return turn == next_ || (held_.size() < most_items_ && held_bytes_ + text.size() <= most_bytes_);
  });
  held_bytes_ += text.size();
  held_.emplace(turn, std::move(text));
  if (turn != next_) return;
  write_turns();
  turned_.notify_all();
}

void BatchOutlet::write_turns() {
  for (auto first = held_.begin(); first != held_.end() && first->first == next_; first = held_.begin()) {
    if (!is_shut_) is_shut_ = !write_(first->second);
    held_bytes_ -= first->second.size();
    held_.erase(first);
    ++next_;
  }
}

bool BatchOutlet::is_shut() const {
  std::lock_guard const guard{mutex_};
  return is_shut_;
}

}  // namespace agenta::cli
