#include "cli/terminal/closed_output.hpp"

#include <poll.h>
#include <unistd.h>

namespace agenta::cli {

ClosedOutput::ClosedOutput(Terminal const& terminal, std::stop_token stop)
    : forward_(std::move(stop), Forward{source_}) {
  if (terminal.is_captured()) return;
  watcher_ = std::jthread{[source = source_](std::stop_token const& ended) mutable {
    constexpr int kLook = 100;  // milliseconds
    while (!ended.stop_requested()) {
      // No event is asked for: an error and a hang-up are told unasked.
      pollfd output{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
      if (::poll(&output, 1, kLook) > 0) {
        source.request_stop();
        return;
      }
    }
  }};
}

}  // namespace agenta::cli
