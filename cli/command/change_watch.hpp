#pragma once

#include <functional>
#include <string>

#include "cli/command/context.hpp"

namespace agenta::cli {

/// How long one question for changes is held by the daemon: short enough that one that hangs is noticed.
inline constexpr std::chrono::seconds kWatchSlice{20};

/// What is followed, and how it is told.
struct ChangeWatch {
  std::function<ServiceRequest(std::string const& cursor)> request{};  ///< held for `kWatchSlice`
  std::function<Result<void>(std::string const& body)> tell{};
  std::string away{};  ///< said once while there is no daemon
};

/// The cursor that a list of changes ends with, else `before`.
std::string next_cursor_of(std::string const& body, std::string const& before);

/// Follows changes from `cursor`, which moves on with them, until nobody reads the output any more. A daemon
/// that goes away is waited for, and not started. `CANCELLED` once interrupted.
Result<void> follow_changes(Context& context, std::string& cursor, ChangeWatch const& watch);

}  // namespace agenta::cli
