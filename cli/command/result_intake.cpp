#include "cli/command/result_intake.hpp"

#include <algorithm>

namespace agenta::cli {
namespace {

/// More than the daemon ever answers without a file behind it: what is passed on can be asked for again.
constexpr std::size_t kMostHeld = std::size_t{2} << 20;

}  // namespace

bool ResultIntake::take(std::string_view bytes) {
  auto const again = static_cast<std::size_t>(std::min(repeated_, static_cast<std::int64_t>(bytes.size())));
  bytes.remove_prefix(again);
  repeated_ -= static_cast<std::int64_t>(again);
  taken_ += static_cast<std::int64_t>(bytes.size());
  if (bytes.empty()) return true;
  if (!is_large_ && held_.size() + bytes.size() <= kMostHeld) {
    held_.append(bytes);
    return true;
  }
  if (!std::exchange(is_large_, true)) {
    std::string const so_far = std::exchange(held_, {});
    is_refused_ = !onward_(so_far);
  }
  is_refused_ = is_refused_ || !onward_(bytes);
  return !is_refused_;
}

void ResultIntake::begin_again() {
  if (is_large_) {
    repeated_ = taken_;
  } else {
    held_.clear();
    taken_ = 0;
  }
}

}  // namespace agenta::cli
