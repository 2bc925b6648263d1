#pragma once

#include <string>
#include <utility>

#include "daemon/core/tool_provider.hpp"

namespace agenta::daemon {

/// The ways an execution of a declared tool ends.
inline ExecuteOutcome succeeded(std::string data) {
  ExecuteOutcome outcome;
  outcome.fate = Fate::answered;
  outcome.result.emplace();
  outcome.result->successful = true;
  outcome.result->data.text = std::move(data);
  return outcome;
}

inline ExecuteOutcome tool_failed(std::string why, std::string data) {
  ExecuteOutcome outcome = succeeded(std::move(data));
  outcome.result->successful = false;
  outcome.result->error = std::move(why);
  return outcome;
}

/// Provably nothing ran, and trying again would not change that.
inline ExecuteOutcome not_run(Error error) {
  ExecuteOutcome outcome;
  outcome.fate = Fate::nothing_ran;
  error.retryable = Retryable::no;
  outcome.error = std::move(error);
  return outcome;
}

/// It was begun, and how it ended is not known.
inline ExecuteOutcome begun(ErrorCode code, Fate fate, std::string message) {
  ExecuteOutcome outcome;
  outcome.fate = fate;
  outcome.error = fail(code, std::move(message)).error();
  return outcome;
}

}  // namespace agenta::daemon
