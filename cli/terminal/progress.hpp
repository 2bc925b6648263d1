#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/terminal/spinner.hpp"
#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

/// How far long work is.
struct Step {
  std::string what{};  ///< `fetching the catalogue`
  std::int64_t done = 0;
  std::int64_t total = 0;  ///< 0 where it is not known
  std::chrono::milliseconds elapsed{};
};

/// One line of at most `columns` columns: what is done, a bar and the share of it where the total is known,
/// and the time it has taken. What does not fit is left out, the bar first.
std::string progress_line(Step const& step, int columns, bool has_color);

/// Shows how far long work is, on stderr: a bar that stays in its line on a terminal; elsewhere, and on a
/// terminal that cannot move its cursor, with `--verbose` one plain line for every tenth of the work and for
/// every other thing that is done; nothing with `--quiet`. It leaves no trace on a terminal, which outlives
/// it.
class Progress {
 public:
  Progress(Terminal& terminal, Verbose verbose, Quiet quiet)
      : terminal_(terminal), verbose_(verbose), quiet_(quiet) {}
  Progress(Progress const&) = delete;
  Progress& operator=(Progress const&) = delete;
  ~Progress() { clear(); }

  void show(Step const& step);
  /// Takes the bar away.
  void clear();

 private:
  void tell(Step const& step);

  Terminal& terminal_;
  Verbose verbose_;
  Quiet quiet_;
  bool is_drawn_ = false;
  std::string told_{};  ///< the last plain line's work
  std::int64_t told_tenths_ = 0;
};

}  // namespace agenta::cli
