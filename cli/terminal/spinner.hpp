#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

enum class Verbose : bool { no, yes };
enum class Quiet : bool { no, yes };

/// Says that work goes on, on stderr: a spinner with the elapsed time on a terminal, one plain line per event
/// elsewhere with `--verbose`, and nothing with `--quiet`. The terminal outlives it; print nothing else on
/// stderr while it runs. It leaves no trace on a terminal.
class Spinner {
 public:
  Spinner(Terminal& terminal, Verbose verbose, Quiet quiet)
      : terminal_(terminal), verbose_(verbose), quiet_(quiet) {}
  Spinner(Spinner const&) = delete;
  Spinner& operator=(Spinner const&) = delete;
  ~Spinner() { stop(); }

  /// Begins, or goes on with other words.
  void say(std::string what);
  /// Ends, and clears the line.
  void stop();

 private:
  void turn(std::stop_token const& stop);

  Terminal& terminal_;
  Verbose verbose_;
  Quiet quiet_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::string what_{};
  std::jthread thread_{};
};

}  // namespace agenta::cli
