#pragma once

#include <chrono>
#include <cstdint>

#include "shared/base/clock.hpp"

namespace agenta::daemon::sandbox {

/// How many requests are answered in each fixed window, as the provider counts them; none: all of them.
struct RateLimit {
  std::uint64_t limit = 0;
  std::chrono::seconds window{60};
  std::uint64_t used = 0;     ///< in the window that is open
  std::uint64_t refused = 0;  ///< since the limit was set
  WallTime began{};

  bool is_set() const { return limit > 0; }
  std::uint64_t remaining() const { return limit - used; }
  /// Until a request is answered again.
  std::chrono::seconds wait(WallTime now) const {
    return std::chrono::ceil<std::chrono::seconds>(began + window - now);
  }
  /// Counts a request; whether there was room for it.
  bool take(WallTime now) {
    if (now - began >= window) {
      began = now;
      used = 0;
    }
    if (used < limit) {
      ++used;
      return true;
    }
    ++refused;
    return false;
  }
};

}  // namespace agenta::daemon::sandbox
