#pragma once

#include <stop_token>
#include <thread>

#include "shared/base/unique_fd.hpp"

namespace agenta::cli {

/// Turns the first SIGINT or SIGTERM into a stop request; a second one leaves at once, with 130 or 143.
/// SIGPIPE is ignored: a reader that went away is an error of the write. One object a process, on the main
/// thread.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(Interrupts const&) = delete;
  Interrupts& operator=(Interrupts const&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  /// The signal that came, or 0.
  int signal() const;

 private:
  std::stop_source source_{};
  UniqueFd reader_{};
  UniqueFd writer_{};
  std::thread watcher_{};
};

}  // namespace agenta::cli
