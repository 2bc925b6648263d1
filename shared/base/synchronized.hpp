#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace agenta {

/// State shared by threads that can only be reached locked. Never hold it across a network call.
///
///   connections_.with([&](auto& map) { map.erase(id); });
template <class T>
class Synchronized {
 public:
  Synchronized() = default;
  explicit Synchronized(T value) : value_(std::move(value)) {}

  template <class F>
  decltype(auto) with(F&& use) {
    std::lock_guard const guard{mutex_};
    return std::invoke(std::forward<F>(use), value_);
  }
  template <class F>
  decltype(auto) with(F&& use) const {
    std::lock_guard const guard{mutex_};
    return std::invoke(std::forward<F>(use), std::as_const(value_));
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace agenta
