#pragma once

#include <memory>
#include <mutex>
#include <stop_token>

#include "daemon/core/execution_job.hpp"

namespace agenta::daemon {

/// One execution under way, as those see it who are not its run.
struct Executions::Flight {
  explicit Flight(ExecutionId which) : id(std::move(which)) {}
  ExecutionId const id;
  std::mutex mutex{};
  bool cancel_wanted = false;
  bool daemon_ends = false;   ///< and that is why, not its caller's wish
  bool on_the_wire = false;   ///< an attempt is out
  bool written = false;       ///< and its request is written whole
  bool ever_written = false;  ///< an attempt may have reached the service
  bool read_only = false;
  bool can_be_ended = false;  ///< it runs here: cancelling it ends it, whatever it has done by then
  bool watched = false;       ///< somebody pauses until it has landed; under the executions' lock
  std::string read_key{};     ///< what it reads, where others may share its answer
  std::optional<ExecuteOutcome> shared{};  ///< its answer, for those
  ProjectId project{};
  ApprovalId approval{};  ///< whose answer it waits for; empty: none. Under the executions' lock
  std::string session{};  ///< id of the one it belongs to; empty: none
  std::shared_ptr<Turns::Turn> turn{};  ///< while it waits, or may send
  std::stop_source abort{};
};

}  // namespace agenta::daemon
