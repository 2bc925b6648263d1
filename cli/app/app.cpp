#include "cli/app/app.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <exception>
#include <system_error>

#include "cli/app/command_line.hpp"
#include "cli/app/commands.hpp"
#include "cli/app/completer.hpp"
#include "cli/app/interrupts.hpp"
#include "cli/app/report.hpp"
#include "cli/app/screen_guard.hpp"
#include "cli/command/commands.hpp"
#include "cli/command/help_text.hpp"
#include "cli/command/inside_step.hpp"
#include "cli/command/session_choice.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/base/version.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;

/// Stands where a command needs no service.
class NoService final : public ToolService {
 public:
  Result<ServiceReply> call(ServiceRequest const&, std::stop_token) override {
    return fail(ErrorCode::internal, "this command asked for the daemon without saying that it needs it");
  }
};

/// Keys may be in this process's memory: no core file, no debugger of another program of this user.
void harden_process() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  rlimit const none{};
  ::setrlimit(RLIMIT_CORE, &none);
}

Result<ColorChoice> parse_color(std::string const& text) {
  if (text.empty() || text == "auto") return ColorChoice::automatic;
  if (text == "always") return ColorChoice::always;
  if (text == "never") return ColorChoice::never;
  return fail(ErrorCode::usage, "--color is auto, always or never");
}

/// What carries a command's requests, and what it may ask of it.
struct Service {
  std::unique_ptr<ToolService> port{};
  client::LaunchingClient* launching = nullptr;
};

client::LaunchOptions launch_options(World const& world, GlobalFlags const& flags,
                                     config::Paths const& paths) {
  client::LaunchOptions options;
  options.paths = paths;
  options.sandboxed = flags.sandbox ? config::Sandboxed::yes : config::Sandboxed::no;
  options.autostart = flags.no_autostart ? client::Autostart::no : client::Autostart::yes;
  options.own_program = world.own_program;
  return options;
}

/// Over a session's socket no daemon is started, and nothing is said of this user but what the kernel says.
Service make_service(World const& world, client::ClientIdentity identity, client::LaunchOptions options) {
  Service service;
  if (world.make_service) {
    service.port = world.make_service();
  } else if (auto const socket = named_socket(world.environment); !socket.empty()) {
    client::ClientIdentity nobody;
    nobody.project.clear();
    service.port = std::make_unique<client::SessionClient>(socket, std::move(nobody));
  } else {
    auto launching = std::make_unique<client::LaunchingClient>(std::move(identity), std::move(options));
    service.launching = launching.get();
    service.port = std::move(launching);
  }
  return service;
}

/// What is of the home and its daemon is not to be had where there is only a session's socket.
Result<void> check_inside(World const& world, Command const& command) {
  std::string const socket = named_socket(world.environment);
  bool const is_of_home = command.noun == "daemon" || command.noun == "sandbox" || command.noun == "login" ||
                          command.noun == "logout";
  if (socket.empty() || !is_of_home || command.verb == "serve") return {};
  return fail(ErrorCode::forbidden, "AGENTA_TOOLS_SOCKET names the socket of a session (" + socket +
                                        "), which has only what that session may do; " +
                                        std::string{command.noun} + " is not among it");
}

/// Runs a parsed command: finds what it needs, and no more.
Result<void> run_command(World const& world, Command const& command, RunFn const& run,
                         GlobalFlags const& flags, Terminal& terminal) {
  auto const sandboxed = flags.sandbox ? config::Sandboxed::yes : config::Sandboxed::no;
  AGENTA_TRY(auto const timeout, read_duration("--timeout", flags.timeout));
  NoService nothing;
  config::Paths paths;
  AGENTA_CHECK(check_inside(world, command));
  bool const is_inside = !named_socket(world.environment).empty();
  if (command.needs != Needs::nothing) {
    auto found = config::find_paths(world.environment, sandboxed);
    if (!found && !is_inside) return fail(std::move(found).error());
    if (found) paths = std::move(*found);
  }
  auto const load_settings = [&] {
    return config::Settings::load(paths, world.environment, world.directory, settings_of(flags));
  };
  std::optional<config::Settings> settings;
  client::ClientIdentity identity;
  Service service;
  if (command.needs == Needs::service || command.needs == Needs::screen) {
    AGENTA_TRY(settings, load_settings());
    if (flags.color.empty()) {
      AGENTA_TRY(auto const color, parse_color(settings->text("output.color")));
      terminal.choose_color(color, world.environment);
    }
    if (!is_inside) {
      AGENTA_TRY(identity, find_identity(flags, *settings, world.environment));
    }
    service = make_service(world, identity, launch_options(world, flags, paths));
  }
  Context context{.tools = service.port ? *service.port : nothing, .terminal = terminal};
  context.stop = world.stop;
  context.flags = flags;
  // A `default` that was typed is kept: it may be against a setting.
  if (settings && flags.project.empty() && settings->text("project") != "default")
    context.flags.project = settings->text("project");
  context.paths = paths;
  context.environment = world.environment;
  context.settings = settings ? &*settings : nullptr;
  context.timeout = timeout;
  context.commands = command_table();
  context.own_program = world.own_program;
  context.load_settings = load_settings;
  context.lost_reply = world.lost_reply;
  context.was_interrupted = [&world] { return world.signal() != 0; };
  if (service.launching != nullptr) {
    context.lost_reply = [&service] { return service.launching->daemon().lost_reply(); };
  }
  context.lost_reply_of = [&world](ToolService& other) {
    if (auto* const launching = dynamic_cast<client::LaunchingClient*>(&other))
      return launching->daemon().lost_reply();
    if (auto* const session = dynamic_cast<client::SessionClient*>(&other)) return session->lost_reply();
    return world.lost_reply();
  };
  if (auto* const session = dynamic_cast<client::SessionClient*>(service.port.get()))
    context.lost_reply = [session] { return session->lost_reply(); };
  context.another_service = [&] {
    return make_service(world, identity, launch_options(world, flags, paths)).port;
  };
  context.without_autostart = [&]() -> std::unique_ptr<ToolService> {
    if (world.make_service) return world.make_service();
    if (!named_socket(world.environment).empty()) return make_service(world, {}, {}).port;
    auto options = launch_options(world, flags, paths);
    options.autostart = client::Autostart::no;
    return std::make_unique<client::LaunchingClient>(identity, std::move(options));
  };
  auto done = run(context);
  if (done) return done;
  Error error = std::move(done).error();
  error.next_step = step_here(std::move(error.next_step), context.flags);
  return fail(is_inside ? told_inside(std::move(error)) : std::move(error));
}

Result<void> print_help(Invocation const& found, bool as_json, Terminal& terminal) {
  auto const commands = command_table();
  if (as_json) {
    terminal.out(help_document(commands) + "\n");
  } else if (found.command != nullptr) {
    terminal.out(command_help(*found.command));
  } else {
    terminal.out(found.noun.empty() ? full_help(commands) : noun_help(commands, found.noun));
  }
  return {};
}

Command const& version_command() {
  auto const commands = command_table();
  return *std::ranges::find(commands, std::string_view{"version"}, &Command::noun);
}

/// `--version` is one plain line in a pipe too, as everywhere; with `--json` the document of `version`.
Result<void> print_version(World const& world, GlobalFlags const& flags, Terminal& terminal) {
  if (!flags.json) {
    terminal.out("agenta-tools " + std::string{product_version()} + "\n");
    return {};
  }
  Syntax none;
  return run_command(world, version_command(), version_command().add(none), flags, terminal);
}

Result<void> run_line(World const& world, std::vector<std::string> const& words, Terminal& terminal) {
  if (asks_for_names(words)) return print_names(world, words, terminal);
  AGENTA_CHECK(refuse_secret_flags(words));
  AGENTA_TRY(auto found, find_command(command_table(), words));
  GlobalFlags flags;
  Syntax syntax;
  RunFn run = [](Context&) -> Result<void> { return {}; };
  if (found.command != nullptr) run = found.command->add(syntax);
  declare_globals(syntax, flags);

  auto parsed = syntax.parse(found.words);
  bool const wants_help =
      std::ranges::any_of(found.words, [](auto const& word) { return word == "--help" || word == "-h"; });
  if (wants_help) flags.help = true;
  if (!parsed && !flags.help) {
    Error error = std::move(parsed).error();
    if (error.next_step.empty() && found.command != nullptr) {
      error.next_step = {"agenta-tools", "help", std::string{found.command->noun}};
      if (!found.command->verb.empty()) error.next_step.emplace_back(found.command->verb);
    }
    return fail(std::move(error));
  }
  apply_environment(flags, world.environment);
  AGENTA_TRY(auto const color, parse_color(flags.color));
  terminal.choose_color(color, world.environment);
  if (flags.help || (found.command == nullptr && !flags.version)) {
    if (!flags.help && found.noun.empty()) {
      if (!flags.json && !flags.quiet) terminal.err(short_help(command_table()) + "\n");
      return fail(ErrorCode::usage, "there is no command given", {"agenta-tools", "help"});
    }
    return print_help(found, flags.json, terminal);
  }
  if (flags.version) return print_version(world, flags, terminal);
  return run_command(world, *found.command, run, flags, terminal);
}

Result<void> run_catching(World const& world, std::vector<std::string> const& words, Terminal& terminal) {
  try {
    return run_line(world, words, terminal);
  } catch (std::exception const& bug) {
    return fail(ErrorCode::internal, std::string{"a bug in agenta-tools: "} + bug.what());
  }
}

std::filesystem::path working_directory() {
  std::error_code ignored;
  return std::filesystem::current_path(ignored);
}

std::filesystem::path own_program() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored);
}

int run_here(std::vector<std::string> const& words, Terminal& terminal) {
  Interrupts const interrupts;
  World world;
  world.environment = config::process_environment();
  world.directory = working_directory();
  world.own_program = own_program();
  world.stop = interrupts.token();
  world.signal = [&interrupts] { return interrupts.signal(); };
  return run_in(world, words, terminal);
}

}  // namespace

int run_in(World const& world, std::vector<std::string> const& words, Terminal& terminal) {
  auto const as_json = asks_for_json(words) ? AsJson::yes : AsJson::no;
  auto done = run_catching(world, words, terminal);
  if (done) return finish_output(terminal, 0);
  Error error = std::move(done).error();
  constexpr int kTerminate = 15;
  if (error.code == ErrorCode::cancelled && world.signal() == kTerminate) error.code = ErrorCode::terminated;
  return finish_output(terminal, report(terminal, error, as_json));
}

int run(std::span<char*> argv, Terminal terminal) {
  harden_process();
  std::vector<std::string> words;
  if (!argv.empty()) words.assign(argv.begin() + 1, argv.end());
  auto const here = [&] { return run_here(words, terminal); };
  return takes_screen(words) ? run_guarded(words, terminal, here) : here();
}

}  // namespace agenta::cli
