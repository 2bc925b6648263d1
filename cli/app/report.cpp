#include "cli/app/report.hpp"

#include <cerrno>
#include <cstring>

#include "cli/command/context.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::cli {
namespace {

/// As a shell tells of what SIGPIPE ended: what scripts know of git, gh and the like.
constexpr int kClosedPipe = 141;

}  // namespace

int report(Terminal& terminal, Error const& error, AsJson as_json) {
  // One line, whatever is in the words of others.
  std::string text =
      inked("agenta-tools:", Ink::red, terminal.err_has_color()) + " " + visible(error.message) + "\n";
  if (!error.next_step.empty()) text += "  next: " + visible(shell_line(error.next_step)) + "\n";
  terminal.err(text);
  if (as_json == AsJson::yes) terminal.out(protocol::encode_cli_error(error) + "\n");
  return protocol::row_of(error.code).exit_code;
}

int finish_output(Terminal& terminal, int code) {
  terminal.flush();
  auto const failure = terminal.out_failure();
  if (!failure) return code;
  // Whoever closed a pipe knows that he did.
  if (*failure == EPIPE) return code != 0 ? code : kClosedPipe;
  terminal.err(std::string{"agenta-tools: cannot write the result: "} + std::strerror(*failure) + "\n");
  return code != 0 ? code : protocol::row_of(ErrorCode::storage_unavailable).exit_code;
}

}  // namespace agenta::cli
