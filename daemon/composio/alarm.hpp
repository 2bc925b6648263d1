#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "shared/base/clock.hpp"

namespace agenta::daemon {

/// Runs functions at times, on a thread of its own. Any thread. Functions must be short and must not throw;
/// those still waiting when the alarm dies are dropped.
class Alarm {
 public:
  using Key = std::pair<SteadyTime, std::uint64_t>;

  Alarm();
  Alarm(Alarm const&) = delete;
  Alarm& operator=(Alarm const&) = delete;
  ~Alarm();

  Key set(SteadyTime when, std::function<void()> what);
  /// The function may be running meanwhile, but does not start any more.
  void cancel(Key const& key);

 private:
  void run(std::stop_token stop);

  std::mutex mutex_{};
  std::condition_variable_any changed_{};
  std::map<Key, std::function<void()>> waiting_{};
  std::uint64_t next_ = 0;
  SteadyTime asleep_until_ = SteadyTime::min();
  std::jthread thread_{};
};

}  // namespace agenta::daemon
