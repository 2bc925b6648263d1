#pragma once

#include <signal.h>

#include <array>
#include <vector>

#include "shared/base/unique_fd.hpp"

namespace agenta::cli::browse {

/// Turns the signals that concern a screen (window size, job control, ends) into bytes to wait for beside the
/// keys. One object a process; what the signals did before, they do again after it.
class SignalPipe {
 public:
  SignalPipe();
  ~SignalPipe();
  SignalPipe(SignalPipe const&) = delete;
  SignalPipe& operator=(SignalPipe const&) = delete;

  /// Readable when there is something to take.
  int fd() const { return reader_.get(); }
  /// The signals that came since the last time.
  std::vector<int> take();
  /// Lets SIGTSTP stop this process, or takes it as a byte again.
  void let_stop(bool on);

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT};

  UniqueFd reader_{};
  UniqueFd writer_{};
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace agenta::cli::browse
