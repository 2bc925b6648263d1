#include "cli/app/report.hpp"

#include <cerrno>
#include <cstring>

#include "cli/command/context.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/error_table.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

/// As a shell tells of what SIGPIPE ended: what scripts know of git, gh and the like.
constexpr int kClosedPipe = 141;

/// Where a file has several mistakes: each in a line of its own that begins with its place, as compilers tell
/// them. Else nothing.
std::string mistakes_in(Error const& error) {
  std::string const& context = error.context.text;
  auto name = protocol::find_member(context, "source");
  if (!name) name = protocol::find_member(context, "file");
  auto const file = name ? protocol::read_string(*name) : std::nullopt;
  auto const list = protocol::elements_of(protocol::find_member(context, "problems").value_or("[]"));
  if (!file || !list || list->size() < 2) return {};
  std::string text = visible(*file) + " has mistakes:\n";
  for (std::string_view const each : *list) {
    auto const line = protocol::find_member(each, "line");
    auto const column = protocol::find_member(each, "column");
    auto const message = protocol::read_string(protocol::find_member(each, "message").value_or("null"));
    if (!line || !column || !message) return {};
    text += visible(*file + ":" + std::string{*line} + ":" + std::string{*column} + ": " + *message) + "\n";
  }
  auto const more = error.message.rfind("; and ");
  if (more != std::string::npos && error.message.ends_with(" more"))
    text += visible(error.message.substr(more + 2)) + "\n";
  return text;
}

}  // namespace

int report(Terminal& terminal, Error const& error, AsJson as_json) {
  std::string text = inked("agenta-tools:", Ink::red, terminal.err_has_color()) + " ";
  if (auto const mistakes = mistakes_in(error); mistakes.empty()) {
    // One line, whatever is in the words of others.
    text += visible(error.message) + "\n";
  } else {
    text += mistakes;
  }
  if (!error.next_step.empty()) text += "  next: " + visible(shell_line(error.next_step)) + "\n";
  // It is about what was printed so far, and is the last word.
  if (terminal.out_is_tty()) terminal.flush();
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
