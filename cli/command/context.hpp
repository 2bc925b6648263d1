#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command/notices.hpp"
#include "cli/command/staleness.hpp"
#include "cli/command/syntax.hpp"
#include "cli/terminal/prompt.hpp"
#include "cli/terminal/shell_line.hpp"
#include "cli/terminal/spinner.hpp"
#include "cli/terminal/terminal.hpp"
#include "shared/base/clock.hpp"
#include "shared/config/paths.hpp"
#include "shared/config/settings.hpp"
#include "shared/domain/tool_service.hpp"

namespace agenta::cli {

struct Context;

/// Runs a parsed command.
using RunFn = std::function<Result<void>(Context&)>;

/// What a command cannot do without; what it does not need cannot stop it.
enum class Needs {
  nothing,  ///< runs anywhere
  paths,    ///< where the home and the config file are
  service,  ///< the settings, and through them the daemon
  screen,   ///< the same, and the whole terminal: runs guarded, so that the terminal outlives a crash
};

/// One command: a verb, or a noun's verb.
struct Command {
  std::string_view noun;
  std::string_view verb;     ///< empty: the noun is the command
  std::string_view group;    ///< heading in the full help
  std::string_view summary;  ///< one line
  Needs needs;
  RunFn (*add)(Syntax&);  ///< declares what it takes; the function runs it once parsed
};

/// The flags every command takes.
struct GlobalFlags {
  bool json = false;
  bool sandbox = false;
  bool quiet = false;
  bool verbose = false;
  bool no_input = false;
  bool yes = false;
  bool no_autostart = false;
  bool help = false;
  bool version = false;
  /// Once the settings are read, whoever names it; empty where nobody does, or only to say `default`.
  std::string project{};
  std::string timeout{};
  std::string color{};
};

/// The world, as a command sees it.
struct Context {
  ToolService& tools;
  Terminal& terminal;
  std::stop_token stop{};
  GlobalFlags flags{};
  config::Paths paths{};
  config::Environment environment{};
  config::Settings const* settings = nullptr;  ///< null for a command that does not need the service
  std::optional<std::chrono::milliseconds> timeout{};
  std::span<Command const> commands{};
  std::filesystem::path own_program{};
  /// Reads the settings: for commands that must work where they cannot be read.
  std::function<Result<config::Settings>()> load_settings{};
  /// Whether a signal came that ends the command, however long its word takes to `stop`.
  std::function<bool()> was_interrupted = [] { return false; };
  /// Whether the last call that failed may have been carried out.
  std::function<bool()> lost_reply = [] { return false; };
  /// The same of a service that `another_service` made.
  std::function<bool(ToolService&)> lost_reply_of = [](ToolService&) { return false; };
  /// A service that never starts a daemon.
  std::function<std::unique_ptr<ToolService>()> without_autostart{};
  /// Another service with the same identity, for a thread of its own.
  std::function<std::unique_ptr<ToolService>()> another_service{};
  /// The oldest answer that came from a copy which should be newer.
  std::optional<Staleness> stale{};
  /// What the daemon let the person know with its answers, each once.
  Notices notices{};

  /// JSON is asked for, or the result goes into a pipe.
  bool wants_json() const { return flags.json || !terminal.out_is_tty(); }
  /// Calls the service under `--timeout`, and until interrupted. Remembers how old the answer is, and says
  /// what the daemon lets the person know with it. The request is wiped: it may hold credentials.
  Result<ServiceReply> call(ServiceRequest request);
  /// The same for an answer that may be larger than memory: see `ToolService::call_streaming`.
  Result<ServiceReply> call_streaming(ServiceRequest request, BodySink const& sink);
  /// The same with a spinner, for what may have to be fetched from afar first.
  Result<ServiceReply> call_far(ServiceRequest request);
  Prompt prompt() const;
  /// Whether somebody may be there to press keys: not with `--no-input`, and not in CI.
  bool is_attended() const;
  Verbose verbosity() const { return flags.verbose ? Verbose::yes : Verbose::no; }
  Quiet quietness() const { return flags.quiet ? Quiet::yes : Quiet::no; }
  /// One line for a person, on stderr; nothing with `--quiet`. On a terminal it comes after what was printed
  /// so far.
  void say(std::string_view line) const;

 private:
  Result<ServiceReply> ask(ServiceRequest request, BodySink const* sink = nullptr);
};

/// Prints a document: as it is in JSON mode, else by `render`.
Result<void> present(Context& context, std::string const& document,
                     std::function<Result<void>()> const& render);

/// `document`, an object, with one more member; `json` is its value.
std::string with_member(std::string_view document, std::string_view name, std::string_view json);

/// `["agenta-tools", …]` as JSON.
std::string write_argv(std::vector<std::string> const& argv);

/// The step as it is to be typed in this run: with `--sandbox` where that is the world it is about, and with
/// `--project` where one is named. Changes nothing that is complete already, nor a command of
/// another program.
std::vector<std::string> step_here(std::vector<std::string> step, GlobalFlags const& flags);

/// The text of a file named on the command line, `-` for stdin.
Result<std::string> read_input(Context& context, std::string const& path);

/// The value of `-d`: JSON as it is, `@FILE`, or `-`.
Result<std::string> read_data(Context& context, std::string const& data);

/// All pages of a list as one document, each fetched by `request(cursor)`; the first page alone with `all`
/// false. A page that comes twice is `COMPOSIO_ERROR`: the list would never end.
Result<std::string> fetch_list(Context& context, bool all,
                               std::function<ServiceRequest(std::string const& cursor)> const& request);

/// How many items to ask for at once: what `--limit` says, else as many as the daemon gives where all are
/// wanted.
Result<std::optional<int>> read_page_size(std::string_view limit, bool all);

/// `2026-11-23 20:45`, UTC, for tables.
std::string short_time(WallTime time);
/// For narrow ones: `11-23 20:45`, and the day alone where that is of another year than `now`.
std::string shorter_time(WallTime time, WallTime now);

}  // namespace agenta::cli
