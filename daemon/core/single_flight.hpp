#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>

namespace agenta::daemon {

/// Lets one thread at a time do what is named by a key; the others wait for it and then look at what it left
/// behind. Holds no lock while the work runs. Any thread.
///
///   auto const turn = flights_.enter(key);      // waits while another thread is inside
///   if (auto cached = find(key)) return cached; // done by whoever was first
class SingleFlight {
 public:
  class [[nodiscard]] Turn {
   public:
    Turn(SingleFlight& owner, std::string key) : owner_(owner), key_(std::move(key)) {}
    ~Turn() { owner_.leave(key_); }
    Turn(Turn const&) = delete;
    Turn& operator=(Turn const&) = delete;

   private:
    SingleFlight& owner_;
    std::string key_;
  };

  Turn enter(std::string key) {
    std::unique_lock lock{mutex_};
    left_.wait(lock, [&] { return !inside_.contains(key); });
    inside_.insert(key);
    return Turn{*this, std::move(key)};
  }

 private:
  void leave(std::string const& key) {
    {
      std::lock_guard const guard{mutex_};
      inside_.erase(key);
    }
    left_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable left_;
  std::set<std::string> inside_;
};

}  // namespace agenta::daemon
