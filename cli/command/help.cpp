#include <algorithm>

#include "cli/command/commands.hpp"
#include "cli/command/help_text.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/error_table.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using protocol::write_string;

std::string exit_code_document() {
  std::string codes;
  for (protocol::ExitCodeRow const& row : protocol::exit_code_table()) {
    std::string const item = with_member("{}", "code", std::to_string(row.code));
    codes.append(codes.empty() ? "" : ",").append(with_member(item, "meaning", write_string(row.meaning)));
  }
  std::string errors;
  for (protocol::ErrorRow const& row : protocol::error_table()) {
    std::string item = with_member("{}", "code", write_string(row.name));
    item = with_member(item, "exit_code", std::to_string(row.exit_code));
    item = with_member(item, "http_status", std::to_string(row.http_status));
    bool const is_unknown = row.retryable == Retryable::unknown;
    std::string const retryable{protocol::name_of(row.retryable)};
    errors.append(errors.empty() ? "" : ",")
        .append(with_member(item, "retryable", is_unknown ? write_string(retryable) : retryable));
  }
  return "{\"exit_codes\":[" + codes + "],\"error_codes\":[" + errors + "]}";
}

void print_exit_codes(Context& context) {
  if (context.flags.json) {
    context.terminal.out(exit_code_document() + "\n");
    return;
  }
  for (protocol::ExitCodeRow const& row : protocol::exit_code_table()) {
    std::string const code = std::to_string(row.code);
    context.terminal.out(std::string(5 - code.size(), ' ') + code + "  " + std::string{row.meaning} + "\n");
  }
  context.terminal.out("\nError codes and their exit codes\n");
  for (protocol::ErrorRow const& row : protocol::error_table()) {
    std::string const code = std::to_string(row.exit_code);
    context.terminal.out(std::string(5 - code.size(), ' ') + code + "  " + std::string{row.name} + "\n");
  }
}

Result<std::string> find_help(Context const& context, std::vector<std::string> const& words) {
  if (words.empty()) return full_help(context.commands);
  std::string_view const noun = unaliased(words.front());
  auto const verbs = verbs_of(context.commands, noun);
  if (verbs.empty()) {
    std::string message = "there is no command " + words.front();
    if (auto const meant = nearest(words.front(), nouns_of(context.commands)))
      message += "; did you mean " + *meant + "?";
    return fail(ErrorCode::usage, std::move(message), {"agenta-tools", "help"});
  }
  // A noun may be a command and have verbs beside.
  auto const plain = std::ranges::find(verbs, std::string_view{}, &Command::verb);
  if (plain != verbs.end() && (words.size() == 1 || verbs.size() == 1)) return command_help(*plain);
  if (words.size() == 1) return noun_help(context.commands, noun);
  auto const found = std::ranges::find(verbs, std::string_view{words[1]}, &Command::verb);
  if (found != verbs.end()) return command_help(*found);
  return fail(ErrorCode::usage, "there is no command " + words.front() + " " + words[1],
              {"agenta-tools", "help", std::string{noun}});
}

}  // namespace

RunFn add_help(Syntax& syntax) {
  auto words = std::make_shared<std::vector<std::string>>();
  syntax.arguments("COMMAND", *words, "A command, or exit-codes")
      .note(
          "`help exit-codes` prints what every exit code means; with --json it is a document, as is the "
          "whole help.")
      .example("agenta-tools help exit-codes --json");
  return [words](Context& context) -> Result<void> {
    if (words->size() == 1 && words->front() == "exit-codes") {
      print_exit_codes(context);
      return {};
    }
    auto const text = find_help(context, *words);
    if (!text) return fail(text.error());
    // Help is for people in a pipe too: `agenta-tools help | less`.
    context.terminal.out(context.flags.json ? help_document(context.commands) + "\n" : *text);
    return {};
  };
}

}  // namespace agenta::cli
