#include "cli/app/screen_guard.hpp"

#include <signal.h>
#include <string.h>

#include "cli/app/command_line.hpp"
#include "cli/app/commands.hpp"
#include "cli/app/report.hpp"
#include "cli/browse/guard.hpp"

namespace agenta::cli {
namespace {

ErrorCode code_of(int signal) {
  if (signal == SIGINT) return ErrorCode::cancelled;
  return signal == SIGTERM || signal == SIGHUP ? ErrorCode::terminated : ErrorCode::internal;
}

}  // namespace

bool takes_screen(std::vector<std::string> const& words) {
  auto const found = find_command(command_table(), words);
  return found && found->command != nullptr && found->command->needs == Needs::screen;
}

int run_guarded(std::vector<std::string> const& words, Terminal& terminal, std::function<int()> const& run) {
  auto const guard = browse::Guard::of_terminal();
  if (!guard) return run();
  browse::Ending const ending = guard->run(run);
  if (ending.signal == 0) return ending.code;
  Error error;
  error.code = code_of(ending.signal);
  error.message = std::string{"it was ended by a signal ("} + ::strsignal(ending.signal) +
                  "); the terminal was put right";
  return finish_output(terminal, report(terminal, error, asks_for_json(words) ? AsJson::yes : AsJson::no));
}

}  // namespace agenta::cli
