#pragma once

#include <string>

#include "shared/base/clock.hpp"

namespace agenta {

/// A time as people are told it, in UTC, to the second: `2026-11-23 20:45:00`. Documents have RFC 3339.
std::string readable_time(WallTime time);

}  // namespace agenta
