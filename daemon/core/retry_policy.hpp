#pragma once

#include <chrono>
#include <optional>

#include "daemon/core/tool_provider.hpp"

namespace agenta::daemon {

/// Whether an execution may be sent again (contract §7.2): where it provably had no effect, or where a second
/// effect is the same as one. A refusal with its own words (`answered`) is never repeated.
constexpr bool may_retry(Fate fate, ToolHints const& hints) {
  switch (fate) {
    case Fate::answered: return false;
    case Fate::nothing_ran: return true;
    case Fate::unknown: return hints.read_only || hints.idempotent;
  }
  return false;
}
static_assert(!may_retry(Fate::unknown, ToolHints{}), "a tool that writes may already have run");
static_assert(may_retry(Fate::nothing_ran, ToolHints{}), "what never left can be sent");

inline constexpr int kMostAttempts = 3;

/// How long to wait before attempt number `next` (2, 3, …): what the provider asked for, else exponential
/// from 250 ms with jitter (`random` in [0, 1)). Nothing where the wait would pass the deadline: then there
/// is no next attempt.
std::optional<std::chrono::milliseconds> retry_delay(int next,
                                                     std::optional<std::chrono::seconds> retry_after,
                                                     double random, std::chrono::milliseconds left);

}  // namespace agenta::daemon
