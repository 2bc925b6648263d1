#pragma once

#include <string>
#include <utility>
#include <vector>

#include "daemon/core/tool_provider.hpp"

/// What the steps of an execution say of its outcome in the same words.
namespace agenta::daemon {

/// Of a call that provably had no effect.
inline ExecuteOutcome nothing_ran(Error error) {
  ExecuteOutcome outcome;
  outcome.fate = Fate::nothing_ran;
  outcome.error = std::move(error);
  return outcome;
}

/// Whether it was told to come later.
inline bool is_rate_limited(ExecuteOutcome const& outcome) {
  return outcome.fate == Fate::nothing_ran && outcome.error && outcome.error->code == ErrorCode::rate_limited;
}

/// The command that shows what came of an execution.
inline std::vector<std::string> show_step(ExecutionId const& id) {
  return {"agenta-tools", "history", "show", id.text};
}

}  // namespace agenta::daemon
