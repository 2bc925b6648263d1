#include "daemon/core/retry_policy.hpp"

#include <algorithm>

namespace agenta::daemon {

using std::chrono::milliseconds;

std::optional<milliseconds> retry_delay(int next, std::optional<std::chrono::seconds> retry_after,
                                        double random, milliseconds left) {
  constexpr milliseconds kFirst{250};
  constexpr milliseconds kLongest{8'000};
  milliseconds delay = std::min(kLongest, kFirst * (1 << std::clamp(next - 2, 0, 10)));
  delay -= milliseconds{static_cast<long long>(static_cast<double>(delay.count()) * 0.25 * random)};
  if (retry_after) delay = std::max(delay, milliseconds{*retry_after});
  if (delay >= left) return std::nullopt;
  return delay;
}

}  // namespace agenta::daemon
