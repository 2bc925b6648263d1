#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace agenta::mcp {

/// Rests for so long, or until the stop.
inline void pause(std::stop_token const& stop, std::chrono::milliseconds length) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock{mutex};
  wake.wait_for(lock, stop, length, [] { return false; });
}

}  // namespace agenta::mcp
