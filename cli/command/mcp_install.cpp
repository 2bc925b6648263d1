#include <unistd.h>

#include <algorithm>
#include <thread>

#include "cli/clients/client_table.hpp"
#include "cli/clients/config_file.hpp"
#include "cli/clients/config_turn.hpp"
#include "cli/clients/text_diff.hpp"
#include "cli/command/commands.hpp"
#include "cli/command/connection_pairs.hpp"
#include "cli/command/session_tools.hpp"
#include "cli/command/unusual_places.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_session.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using protocol::write_string;

struct InstallOptions {
  std::string client{};
  std::string scope{};
  std::string name{"agenta"};
  std::string session{};
  std::string tools{};
  std::vector<std::string> connections{};
  bool meta = false;
  bool read_only = false;
  bool print = false;
  bool dry_run = false;
  bool uninstall = false;
};

/// What is asked for, read.
struct Installation {
  Client const& client;
  Scope scope = Scope::user;
  ServerEntry entry{};
  std::filesystem::path file{};
  std::vector<std::filesystem::path> directories{};  ///< of the client alone, on the way to the file
};

Result<Client const*> get_client(std::string const& word) {
  if (auto const* client = find_client(word)) return client;
  auto const known = client_words();
  std::string message = "there is no client " + word + " here, only " + join(known, ", ");
  if (auto const meant = nearest_client(word)) message += "; did you mean " + *meant + "?";
  return fail(ErrorCode::usage, std::move(message), {"agenta-tools", "help", "mcp", "install"});
}

Result<Scope> read_scope(std::string const& word) {
  if (word.empty() || equal_ignoring_case(word, "user")) return Scope::user;
  if (equal_ignoring_case(word, "project")) return Scope::project;
  return fail(ErrorCode::usage, "--scope knows user and project, and not " + word);
}

Result<void> check_flags(InstallOptions const& options) {
  bool const has_session = !options.session.empty();
  bool const has_tools = !options.tools.empty();
  if (has_session && has_tools)
    return fail(ErrorCode::usage, "give --session or --tools: a session has its tools already");
  if (options.meta && has_tools)
    return fail(ErrorCode::usage, "--meta finds tools by itself: leave --tools out");
  if (options.read_only && has_session) {
    return fail(ErrorCode::usage, "--read-only is for tools named here; a session has its own policy");
  }
  bool const has_connections = !options.connections.empty();
  if (has_connections && has_session)
    return fail(ErrorCode::usage, "--connection is for tools named here; a session has its own connections");
  AGENTA_CHECK(read_connection_pairs(options.connections));
  if (options.uninstall &&
      (has_session || has_tools || has_connections || options.meta || options.read_only || options.print)) {
    return fail(
        ErrorCode::usage,
        "--uninstall takes the entry out, whatever it says: give --name, --scope and --dry-run alone");
  }
  if (options.print && (options.dry_run || !options.scope.empty())) {
    return fail(ErrorCode::usage, "--print names no file: leave --dry-run and --scope out");
  }
  return {};
}

/// The words behind the program's name, for this run's project and world.
std::vector<std::string> server_args(InstallOptions const& options, GlobalFlags const& flags) {
  std::vector<std::string> args{"mcp"};
  if (!options.session.empty()) args.insert(args.end(), {"--session", options.session});
  if (!options.tools.empty()) args.insert(args.end(), {"--tools", options.tools});
  for (std::string const& pair : options.connections) args.insert(args.end(), {"--connection", pair});
  if (options.meta) args.emplace_back("--meta");
  if (options.read_only) args.emplace_back("--read-only");
  if (!flags.project.empty()) args.insert(args.end(), {"--project", flags.project});
  if (flags.sandbox) args.emplace_back("--sandbox");
  return args;
}

/// What a daemon can say of the names is said before a client has them. Where none can (nobody is logged in,
/// the network is away) they are taken as they are, and that is said.
Result<void> check_names(Context& context, InstallOptions const& options) {
  if (options.tools.empty()) return {};
  protocol::SessionRequest request;
  request.tools = each_of({options.tools});
  request.ephemeral = true;
  request.dry_run = true;
  AGENTA_TRY(request.connections, read_connection_pairs(options.connections));
  auto const checked = context.call_far(protocol::create_session(request));
  if (checked) return {};
  switch (checked.error().code) {
    case ErrorCode::integration_not_found:
    case ErrorCode::tool_not_found:
    case ErrorCode::connection_not_found:
    case ErrorCode::invalid_request:
    case ErrorCode::cancelled: return fail(checked.error());
    default: break;
  }
  context.say("whether there are such tools is not known here: " + checked.error().message);
  return {};
}

Result<Installation> read_options(Context& context, InstallOptions const& options) {
  AGENTA_TRY(auto const* client, get_client(options.client));
  AGENTA_CHECK(check_flags(options));
  AGENTA_CHECK(check_server_name(options.name));
  Installation read{.client = *client};
  AGENTA_TRY(read.scope, read_scope(options.scope));
  read.entry.name = options.name;
  if (!options.print) {
    std::error_code ignored;
    auto const here = std::filesystem::current_path(ignored);
    AGENTA_TRY(read.file, find_client_file(*client, read.scope, context.environment, here));
    read.directories = client_directories(*client, read.scope, context.environment, here);
  }
  if (options.uninstall) return read;
  read.entry.command = context.own_program.string();
  if (!context.own_program.is_absolute()) {
    return fail(ErrorCode::unsupported,
                "this system does not say where agenta-tools is installed (/proc is missing)");
  }
  AGENTA_CHECK(check_names(context, options));
  read.entry.args = server_args(options, context.flags);
  AGENTA_TRY(read.entry.variables, find_unusual_places(context.environment));
  if (client->form == Client::Form::toml && !options.session.empty() && !options.meta) {
    AGENTA_TRY(read.entry.approved, find_allowed_names(context, options.session));
  }
  return read;
}

std::string scope_name(Scope scope) { return scope == Scope::user ? "user" : "project"; }

/// What was done, or would be.
struct Outcome {
  std::string state{};
  std::string file{};
  std::string diff{};
};

std::string document_of(Installation const& asked, Outcome const& outcome, InstallOptions const& options) {
  std::vector<std::string> command{asked.entry.command};
  command.insert(command.end(), asked.entry.args.begin(), asked.entry.args.end());
  std::string document = with_member("{}", "client", write_string(asked.client.word));
  document = with_member(document, "scope", write_string(scope_name(asked.scope)));
  document = with_member(document, "file", write_string(outcome.file));
  document = with_member(document, "name", write_string(asked.entry.name));
  document = with_member(document, "state", write_string(outcome.state));
  document = with_member(document, "command", options.uninstall ? "null" : write_argv(command));
  std::string variables;
  for (auto const& [name, value] : asked.entry.variables)
    variables.append(variables.empty() ? "" : ",").append(write_string(name) + ":" + write_string(value));
  document = with_member(document, "environment", "{" + variables + "}");
  document = with_member(document, "approved", std::to_string(asked.entry.approved.size()));
  if (options.dry_run) document = with_member(document, "diff", write_string(outcome.diff));
  return document;
}

/// What a person must do before the client has it.
std::string_view next_for(Client const& client, Scope scope) {
  if (scope == Scope::user) return "It is there the next time the client starts.";
  if (client.word == "claude-code")
    return "Claude Code asks once before it starts a server that a project names.";
  if (client.word == "codex") return "Codex reads a project's file only where the project is trusted.";
  if (client.word == "gemini") return "Gemini CLI reads a project's file only where the folder is trusted.";
  return "It is there the next time the client starts in this directory.";
}

std::string sentence_of(Installation const& asked, Outcome const& outcome) {
  std::string const name = asked.entry.name;
  std::string const file = visible(outcome.file);
  std::string const who{asked.client.title};
  if (outcome.state == "written") {
    std::string const approved =
        asked.entry.approved.empty()
            ? ""
            : ", " + std::to_string(asked.entry.approved.size()) + " tools approved as its policy allows";
    return "Wrote " + name + " for " + who + " to " + file + approved + ".\n" +
           std::string{next_for(asked.client, asked.scope)} + "\n";
  }
  if (outcome.state == "already") return who + " already has " + name + " in " + file + ".\n";
  if (outcome.state == "removed") return "Took " + name + " out of " + file + ".\n";
  return file + " has no " + name + ".\n";
}

/// `FILE:LINE: what`.
Error at_file(Error error, std::filesystem::path const& file, Client const& client) {
  error.message = file.string() + ":" + error.message;
  error.next_step = {"agenta-tools", "mcp", "install", std::string{client.word}, "--print"};
  return error;
}

/// A name that the client does not have yet, by which ours can stand beside the other.
std::string free_name(Client const& client, std::string_view text, std::string const& name) {
  constexpr int kMost = 100;
  std::string const base = name.substr(0, 28);
  for (int i = 2; i < kMost; ++i) {
    std::string made = base + "-" + std::to_string(i);
    auto const there = find_client_entry(client, text, made);
    if (there && !*there) return made;
  }
  return "NAME";
}

/// The same once more under another name.
std::vector<std::string> step_with_name(Installation const& asked, InstallOptions const& options,
                                        std::string name) {
  std::vector<std::string> step{"agenta-tools", "mcp", "install", std::string{asked.client.word}};
  if (asked.scope == Scope::project) step.insert(step.end(), {"--scope", "project"});
  step.insert(step.end(), {"--name", std::move(name)});
  if (!options.session.empty()) step.insert(step.end(), {"--session", options.session});
  if (!options.tools.empty()) step.insert(step.end(), {"--tools", options.tools});
  for (std::string const& pair : options.connections) step.insert(step.end(), {"--connection", pair});
  if (options.meta) step.emplace_back("--meta");
  if (options.read_only) step.emplace_back("--read-only");
  if (options.uninstall) step.emplace_back("--uninstall");
  return step;
}

/// What stands in the file under our name; `IDEMPOTENCY_CONFLICT` where a person put it there for something
/// else.
Result<std::optional<ServerEntry>> find_own_entry(Installation const& asked, InstallOptions const& options,
                                                  ConfigFile const& file) {
  if (!file.text()) return std::optional<ServerEntry>{};
  auto found = find_client_entry(asked.client, *file.text(), asked.entry.name);
  if (!found) return fail(at_file(std::move(found).error(), file.path(), asked.client));
  if (!*found || is_own_entry(**found)) return found;
  std::string const which =
      file.path().string() + " has an entry " + asked.entry.name + " that does not start agenta-tools mcp";
  if (options.uninstall) {
    return fail(ErrorCode::idempotency_conflict, which + ": it is not ours to remove, and stays as it is",
                step_with_name(asked, options, "NAME"));
  }
  return fail(ErrorCode::idempotency_conflict,
              which + ": it stays as it is. Give the new one another name with --name",
              step_with_name(asked, options, free_name(asked.client, *file.text(), asked.entry.name)));
}

/// What is left of a file whose entry was taken out: a file that may have been there before stays, empty,
/// unless every byte of it is as it is made here, and no other name would still lead to it.
std::optional<std::string> left_of(Client const& client, std::optional<std::string> after,
                                   ConfigFile const& file, ServerEntry const& entry) {
  if (after || (file.text() == write_client_entry(client, entry) && !file.has_other_names())) return after;
  bool const is_json = client.form != Client::Form::toml && client.form != Client::Form::yaml;
  return is_json ? "{}\n" : "";
}

/// The client's own directories go with a file that was made here, as far as nothing is in them.
void remove_empty(std::vector<std::filesystem::path> const& directories) {
  for (std::filesystem::path const& each : directories) {
    if (::rmdir(each.c_str()) != 0) return;
  }
}

/// Nothing where the file changed meanwhile: then what was to be done has to be found anew.
Result<std::optional<Outcome>> change_file(Installation const& asked, InstallOptions const& options,
                                           ConfigFile const& file) {
  AGENTA_TRY(auto const present, find_own_entry(asked, options, file));
  std::optional<std::string> after;
  if (options.uninstall && file.text()) {
    auto changed = drop_client_entry(asked.client, *file.text(), asked.entry.name);
    if (!changed) return fail(at_file(std::move(changed).error(), file.path(), asked.client));
    after = present ? left_of(asked.client, std::move(*changed), file, *present) : file.text();
  } else if (!options.uninstall) {
    auto changed = put_client_entry(asked.client, file.text(), asked.entry);
    if (!changed) return fail(at_file(std::move(changed).error(), file.path(), asked.client));
    after = std::move(*changed);
  }
  Outcome outcome;
  outcome.file = file.path().string();
  outcome.diff = unified_diff(outcome.file, file.text(), after);
  bool const is_same = after == file.text();
  outcome.state = options.uninstall ? (is_same ? "absent" : "removed") : (is_same ? "already" : "written");
  if (is_same || options.dry_run) return std::optional{std::move(outcome)};
  Readers const readers = asked.scope == Scope::user ? Readers::owner : Readers::by_umask;
  AGENTA_TRY(Change const change, after ? file.save(*after, readers) : file.remove());
  if (change == Change::overtaken) return std::optional<Outcome>{};
  if (!after) remove_empty(asked.directories);
  return std::optional{std::move(outcome)};
}

Result<std::optional<Outcome>> try_change(Installation const& asked, InstallOptions const& options,
                                          std::filesystem::path const& path) {
  constexpr std::chrono::seconds kPatience{10};
  std::optional<ConfigTurn> turn;
  if (!options.dry_run) {
    AGENTA_TRY(turn, ConfigTurn::take(path, kPatience));
  }
  AGENTA_TRY(auto const file, ConfigFile::load(path));
  return change_file(asked, options, file);
}

/// The client itself writes its file when it likes: what it wrote meanwhile is read, and kept.
Result<Outcome> change_client(Installation const& asked, InstallOptions const& options) {
  constexpr std::chrono::milliseconds kPause{20};
  constexpr int kMostTries = 20;
  for (int i = 0; i < kMostTries; ++i) {
    AGENTA_TRY(auto outcome, try_change(asked, options, asked.file));
    if (outcome) return std::move(*outcome);
    std::this_thread::sleep_for(kPause);
  }
  return fail(
      ErrorCode::usage,
      asked.file.string() + " is being changed all the time by another program; end that, and try again");
}

void print_entry(Context& context, Installation const& asked) {
  std::string const text = write_client_entry(asked.client, asked.entry);
  if (context.flags.json) {
    std::string document = with_member("{}", "client", write_string(asked.client.word));
    context.terminal.out(with_member(document, "entry", write_string(text)) + "\n");
  } else {
    // Plain in a pipe too: it is what goes into the file.
    context.terminal.out(context.terminal.out_is_tty() ? visible(text, Lines::kept) : text);
  }
}

Result<void> run_install(Context& context, InstallOptions const& options) {
  AGENTA_TRY(auto const asked, read_options(context, options));
  if (options.print) {
    print_entry(context, asked);
    return {};
  }
  AGENTA_TRY(auto const outcome, change_client(asked, options));
  if (options.dry_run && !context.flags.json) {
    // Plain in a pipe too: `patch` reads it.
    context.terminal.out(context.terminal.out_is_tty() ? visible(outcome.diff, Lines::kept) : outcome.diff);
    if (outcome.diff.empty()) context.say(trim(sentence_of(asked, outcome)));
    return {};
  }
  return present(context, document_of(asked, outcome, options), [&]() -> Result<void> {
    context.terminal.out(sentence_of(asked, outcome));
    return {};
  });
}

}  // namespace

RunFn add_mcp_install(Syntax& syntax) {
  auto options = std::make_shared<InstallOptions>();
  syntax.argument("CLIENT", options->client, join(client_words(), ", "))
      .one_of(client_words())
      .option("--scope", "SCOPE", options->scope,
              "user, or project: the file of the directory you are in (default: user)")
      .one_of({"user", "project"})
      .option("--name", "NAME", options->name, "What the client calls it (default: agenta)")
      .option("--session", "SESSION", options->session, "Offer the tools of this session, under its policy")
      .option("--tools", "A,B", options->tools, "Offer these: slugs of services or tools, or patterns")
      .options("--connection", "INTEGRATION=CONNECTION", options->connections,
               "The connection that runs the tools of a service, where it has several")
      .flag("--meta", options->meta, "Offer four tools that find, describe, run and connect, instead of all")
      .flag("--read-only", options->read_only, "Let nothing run but tools that only read")
      .flag("--print", options->print, "Print the entry, and change nothing")
      .flag("--dry-run", options->dry_run, "Print what would change, as a diff")
      .flag("--uninstall", options->uninstall, "Take the entry out again")
      .note(
          "Writes the entry into the client's own file and leaves every other byte of it: comments, order, "
          "keys. "
          "An entry of that name that starts something else is yours: it is refused, and never removed. "
          "Twice is as once. What a person added to the entry stays. A file that cannot be read is left "
          "alone.")
      .note(
          "For Codex, with --session, the tools that the session's policy allows are approved in its file "
          "too: "
          "Codex would refuse them where nobody can be asked. The policy holds all the same.")
      .note(
          "No secret is written: the key stays with the daemon. Where AGENTA_TOOLS_HOME or "
          "AGENTA_TOOLS_CONFIG name other places than the usual, the client sets them too.")
      .example("agenta-tools mcp install claude-code --session triage")
      .example("agenta-tools mcp install cursor --scope project --tools github,linear --read-only")
      .example("agenta-tools mcp install codex --uninstall --dry-run");
  return [options](Context& context) { return run_install(context, *options); };
}

}  // namespace agenta::cli
