#pragma once

#include <condition_variable>
#include <mutex>

namespace agenta::test {

/// A place where other threads stop until a test lets them go on.
class Gate {
 public:
  /// Announces itself, and waits until the gate is open.
  void pass() {
    std::unique_lock lock{mutex_};
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void await_arrivals(int count) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }
  void open() {
    std::lock_guard const guard{mutex_};
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_{};
  std::condition_variable changed_{};
  int arrived_ = 0;
  bool open_ = false;
};

}  // namespace agenta::test
