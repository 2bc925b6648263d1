#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/clock.hpp"

/// Domain values as columns. Times are milliseconds since 1970, UTC; an empty id or text of no meaning is
/// NULL.
namespace agenta::daemon::store {

inline std::int64_t milliseconds_of(WallTime time) { return time.time_since_epoch().count(); }
inline std::optional<std::int64_t> milliseconds_of(std::optional<WallTime> const& time) {
  if (!time) return std::nullopt;
  return milliseconds_of(*time);
}

inline WallTime time_of(std::int64_t milliseconds) {
  return WallTime{std::chrono::milliseconds{milliseconds}};
}
inline std::optional<WallTime> time_of(std::optional<std::int64_t> milliseconds) {
  if (!milliseconds) return std::nullopt;
  return time_of(*milliseconds);
}

inline std::optional<std::string_view> null_if_empty(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace agenta::daemon::store
