#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/browse/question.hpp"
#include "cli/browse/screen.hpp"

namespace agenta::cli::browse {

/// What the browser is given.
struct Options {
  std::string words{};  ///< as if they had been typed
  HasColor has_color = HasColor::no;
  Source source{};
  /// The program, with all its arguments, that the words of a row's command stand for.
  std::function<std::vector<std::string>(std::vector<std::string> const& words)> program{};
  std::stop_token stop{};
};

/// Runs the browser on the terminal of this process (/dev/tty: standard output is free for the result) until
/// the user leaves it. The command that was copied last; empty where none was. `INPUT_NEEDED` where there is
/// no terminal, or none to draw on; `CANCELLED` and `TERMINATED` for the signals.
Result<std::string> run(Options options);

}  // namespace agenta::cli::browse
