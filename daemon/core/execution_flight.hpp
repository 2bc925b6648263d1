#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "daemon/core/executions.hpp"

namespace agenta::daemon {

/// One execution under way.
struct Executions::Flight {
  std::mutex mutex{};
  std::condition_variable changed{};
  bool cancel_wanted = false;
  bool on_the_wire = false;   ///< an attempt is out
  bool ever_written = false;  ///< an attempt may have reached the service
  bool read_only = false;
  bool can_be_ended = false;  ///< it runs here: cancelling it ends it, whatever it has done by then
  ProjectId project{};
  std::stop_source abort{};
};

}  // namespace agenta::daemon
