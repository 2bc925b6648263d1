#pragma once

#include <string>
#include <vector>

#include "cli/browse/signal_pipe.hpp"
#include "shared/domain/error.hpp"

namespace agenta::cli::browse {

/// How a program that ran on the terminal ended.
struct ProgramEnd {
  int code = 0;    ///< as a shell counts: 128 and the signal where one killed it
  int signal = 0;  ///< that this process got meanwhile, and passed on to it: it is time to end as well
};

/// Runs a program whose three streams are the terminal `tty`, and waits for its end. Ctrl-C is the program's
/// affair; with Ctrl-Z this process stops too.
Result<ProgramEnd> run_on_terminal(int tty, std::vector<std::string> argv, SignalPipe& signals);

}  // namespace agenta::cli::browse
