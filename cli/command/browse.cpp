#include "cli/browse/browse.hpp"

#include "cli/command/browse_source.hpp"
#include "cli/command/commands.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

struct BrowseOptions {
  std::vector<std::string> words{};
  bool offline = false;
};

/// What does the same where nobody looks.
std::vector<std::string> plain_command(BrowseOptions const& options) {
  std::vector<std::string> argv{"agenta-tools", "integrations", "list"};
  if (!options.words.empty()) argv = {"agenta-tools", "tools", "search"};
  argv.insert(argv.end(), options.words.begin(), options.words.end());
  return argv;
}

/// This program with other words, and with the flags of this run that make them mean the same.
std::vector<std::string> program_argv(Context const& context, std::vector<std::string> const& words) {
  std::vector<std::string> argv{context.own_program.string()};
  auto const give = [&](char const* flag, std::string const& value) {
    if (!value.empty()) argv.insert(argv.end(), {flag, value});
  };
  if (context.flags.sandbox) argv.emplace_back("--sandbox");
  if (context.flags.no_autostart) argv.emplace_back("--no-autostart");
  if (context.flags.verbose) argv.emplace_back("--verbose");
  give("--project", context.flags.project);
  give("--timeout", context.flags.timeout);
  give("--color", context.flags.color);
  argv.insert(argv.end(), words.begin(), words.end());
  return argv;
}

Result<void> run_browse(Context& context, BrowseOptions const& options) {
  Terminal const& terminal = context.terminal;
  Error nobody;
  nobody.code = ErrorCode::input_needed;
  nobody.next_step = plain_command(options);
  if (!context.is_attended() || !terminal.in_is_tty()) {
    nobody.message = "browsing needs somebody at a terminal";
    return fail(nobody);
  }
  if (terminal.is_dumb()) {
    nobody.message = "browsing needs a terminal that can be drawn on; TERM names none";
    return fail(nobody);
  }
  browse::Options given;
  given.words = join(options.words, " ");
  given.has_color = terminal.err_has_color() ? browse::HasColor::yes : browse::HasColor::no;
  given.source =
      make_browse_source(context, options.offline ? protocol::Network::no : protocol::Network::yes);
  given.program = [&context](std::vector<std::string> const& words) { return program_argv(context, words); };
  given.stop = context.stop;
  auto copied = browse::run(std::move(given));
  if (!copied) {
    Error error = std::move(copied).error();
    if (error.code == ErrorCode::input_needed) error.next_step = nobody.next_step;
    return fail(std::move(error));
  }
  if (context.flags.json) {
    context.terminal.out("{\"command\":" + (copied->empty() ? "null" : protocol::write_string(*copied)) +
                         "}\n");
  } else if (!copied->empty()) {
    context.terminal.out(*copied + "\n");
  }
  return {};
}

}  // namespace

RunFn add_browse(Syntax& syntax) {
  auto options = std::make_shared<BrowseOptions>();
  syntax.arguments("WORDS", options->words, "Begin with what matches these words")
      .flag("--offline", options->offline, "Ask nobody outside this computer: show what is known here")
      .note(
          "Type to filter, choose with the arrows, open with Enter, go back with Esc; F1 explains the keys. "
          "Ctrl-O "
          "connects, Ctrl-Y copies the command that runs the tool or connects the integration. The last "
          "command "
          "copied is the result: it is printed when you leave. The catalogue is drawn on the terminal "
          "itself, so that "
          "the result can be taken by a shell.")
      .note("Where nobody is at a terminal: integrations list, tools search, tools show, connect.")
      .example("agenta-tools browse")
      .example("agenta-tools browse create issue")
      .example("command=$(agenta-tools browse)");
  return [options](Context& context) { return run_browse(context, *options); };
}

}  // namespace agenta::cli
