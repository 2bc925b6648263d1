#pragma once

#include <stop_token>
#include <thread>

#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

/// For a command that writes now and then, without an end: notices when nobody reads stdout any more, even
/// while there is nothing to write.
class ClosedOutput {
 public:
  /// `stop`: what else ends the command.
  ClosedOutput(Terminal const& terminal, std::stop_token stop);
  ClosedOutput(ClosedOutput const&) = delete;
  ClosedOutput& operator=(ClosedOutput const&) = delete;

  /// Requested once stdout is closed on its other side, or `stop` is.
  std::stop_token token() const { return source_.get_token(); }

 private:
  struct Forward {
    std::stop_source source;
    void operator()() { source.request_stop(); }
  };

  std::stop_source source_{};
  std::stop_callback<Forward> forward_;
  std::jthread watcher_{};
};

}  // namespace agenta::cli
