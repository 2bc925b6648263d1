#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "shared/base/clock.hpp"
#include "shared/domain/connection.hpp"
#include "shared/domain/execution.hpp"

namespace agenta {

/// Many calls that one client makes from the lines of one input. The client drives; this is what is
/// remembered, so that it can go on after a crash.
struct Batch {
  BatchId id{};
  ProjectId project{};   ///< never on the wire
  std::string source{};  ///< where the lines come from, as a person would name it
  WallTime created_at{};
  std::optional<WallTime>
      finished_at{};  ///< once the input was read to its end and every line has an outcome
  Actor actor{};
  bool operator==(Batch const&) const = default;
};

/// What became of a line that may have run. One that was refused or cancelled is none of these: it did not
/// run.
struct BatchLine {
  std::int64_t line = 0;
  ExecutionState state = ExecutionState::queued;
  ExecutionId execution{};
  bool operator==(BatchLine const&) const = default;
};

/// How many lines of a batch are in each state.
struct BatchCounts {
  std::int64_t queued = 0;
  std::int64_t sent = 0;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t unknown = 0;
  bool operator==(BatchCounts const&) const = default;

  void add(ExecutionState state) {
    switch (state) {
      case ExecutionState::queued: ++queued; break;
      case ExecutionState::sent: ++sent; break;
      case ExecutionState::succeeded: ++succeeded; break;
      case ExecutionState::failed: ++failed; break;
      case ExecutionState::unknown: ++unknown; break;
      case ExecutionState::cancelled:
      case ExecutionState::refused: break;
    }
  }
};

}  // namespace agenta
