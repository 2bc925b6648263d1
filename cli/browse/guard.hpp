#pragma once

#include <termios.h>

#include <functional>
#include <optional>
#include <string>

#include "shared/base/unique_fd.hpp"

namespace agenta::cli::browse {

/// How a guarded program ended: with an exit code, or by a signal.
struct Ending {
  int code = 0;
  int signal = 0;  ///< 0: by itself
};

/// Keeps a terminal's state, and gives it back whatever becomes of the program that draws on it: that runs in
/// a child process, which may crash or be killed.
class Guard {
 public:
  /// Of the terminal of this process, as it is now. Nothing where there is none, or none that can be drawn
  /// on.
  static std::optional<Guard> of_terminal();

  /// Runs `body` in a child process, which ends with the code it returns, and waits for that end. To be
  /// called before there is a second thread. The child stays in this process group: what the terminal sends
  /// on Ctrl-C, both get; what a program sends to this process alone is passed on. Where the job is stopped,
  /// this process stops with it. Where this process is killed, the child is told to end. Signals stay blocked
  /// afterwards: as the child ended this process is to end, whatever comes late.
  Ending run(std::function<int()> const& body) const;

 private:
  Guard(UniqueFd tty, termios settings, std::string restoring)
      : tty_(std::move(tty)), settings_(settings), restoring_(std::move(restoring)) {}
  void restore(bool has_crashed) const;

  UniqueFd tty_;
  termios settings_;
  std::string restoring_;
};

}  // namespace agenta::cli::browse
