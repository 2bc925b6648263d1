#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agenta {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

/// What time it is. Wall time is for people and records, steady time for waiting. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual SteadyTime steady() const = 0;
};

/// The computer's own clocks.
class SystemClock final : public Clock {
 public:
  WallTime wall() const override;
  SteadyTime steady() const override;
};

/// RFC 3339 in UTC with milliseconds: `2026-11-23T20:45:00.000Z`.
std::string format_rfc3339(WallTime time);
/// Takes any RFC 3339 time, with or without a fraction, at any offset.
std::optional<WallTime> parse_rfc3339(std::string_view text);

/// `500ms`, `3s`, `5m`, `8h`; a bare number is refused, as is anything below zero or over ten years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// The shortest text `parse_duration` gives back whole: `90s`, `5m`.
std::string format_duration(std::chrono::milliseconds duration);

}  // namespace agenta
