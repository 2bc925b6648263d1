#include "daemon/composio/alarm.hpp"

#include <algorithm>

namespace agenta::daemon {
namespace {

/// Far enough for everything, and near enough that no conversion of it overflows.
constexpr auto kForever = std::chrono::hours{24 * 365};

}  // namespace

Alarm::Alarm() : thread_{[this](std::stop_token stop) { run(std::move(stop)); }} {}

Alarm::~Alarm() {
  thread_.request_stop();
  thread_.join();
}

Alarm::Key Alarm::set(SteadyTime when, std::function<void()> what) {
  auto const at = std::min(when, std::chrono::steady_clock::now() + kForever);
  std::lock_guard const lock{mutex_};
  auto const key = Key{at, next_++};
  waiting_.emplace(key, std::move(what));
  // Calls come and go far more often than deadlines pass: the thread is woken only for one before its next
  // look.
  if (at < asleep_until_) changed_.notify_one();
  return key;
}

void Alarm::cancel(Key const& key) {
  std::lock_guard const lock{mutex_};
  waiting_.erase(key);
}

void Alarm::run(std::stop_token stop) {
  auto lock = std::unique_lock{mutex_};
  while (!stop.stop_requested()) {
    auto const now = std::chrono::steady_clock::now();
    if (!waiting_.empty() && waiting_.begin()->first.first <= now) {
      auto const what = std::move(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      lock.unlock();
      what();
      lock.lock();
      continue;
    }
    asleep_until_ = waiting_.empty() ? now + kForever : waiting_.begin()->first.first;
    changed_.wait_until(lock, stop, asleep_until_,
                        [&] { return !waiting_.empty() && waiting_.begin()->first.first < asleep_until_; });
    asleep_until_ = SteadyTime::min();
  }
}

}  // namespace agenta::daemon
