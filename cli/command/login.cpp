#include <charconv>

#include "cli/command/commands.hpp"
#include "cli/command/connect_link.hpp"
#include "cli/command/identity_card.hpp"
#include "cli/command/login_wait.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostKey = 4096;

struct LoginOptions {
  std::string store{};
  std::string project{};
  std::string wait{};
  std::string resume{};
  bool browser = false;
  bool no_browser = false;
  bool no_wait = false;
};

Result<void> check(LoginOptions const& options) {
  if (options.no_wait && !options.wait.empty())
    return fail(ErrorCode::usage, "--no-wait and --wait contradict each other");
  bool const is_browsers = options.browser || !options.resume.empty();
  if (!is_browsers && (options.no_wait || !options.wait.empty()))
    return fail(ErrorCode::usage, "--no-wait and --wait go with --browser or --resume",
                {"agenta-tools", "login", "--browser"});
  if (!options.resume.empty() && !options.store.empty())
    return fail(ErrorCode::usage, "--store is chosen when the login is begun, not with --resume");
  AGENTA_CHECK(read_duration("--wait", options.wait));
  return {};
}

Result<protocol::LoginOptions> read_options(Context const& context, LoginOptions const& options) {
  protocol::LoginOptions read;
  auto const* const setting = config::find_setting("login.store");
  if (!options.store.empty()) AGENTA_CHECK(config::check_value(*setting, options.store));
  read.store = options.store.empty() ? context.settings->text("login.store") : options.store;
  // What is the daemon's own way needs no saying.
  if (read.store == setting->default_value) read.store.clear();
  read.composio_project = options.project;
  return read;
}

Error key_needed() {
  Error error;
  error.code = ErrorCode::input_needed;
  error.message =
      "a Composio API key is needed, and there is nobody to ask: give it on stdin, or log in with --browser";
  error.next_step = {"agenta-tools", "login", "--browser", "--no-wait"};
  return error;
}

/// From a prompt without echo, or all of stdin where it is no terminal. Empty: the user chose the browser.
Result<Secret> read_key(Context& context) {
  Error const instead = key_needed();
  if (context.terminal.in_is_tty()) {
    AGENTA_TRY(auto const typed,
               context.prompt().secret("Composio API key (not shown), or Enter to log in with the browser:",
                                       instead, context.stop));
    return Secret{std::string{trim(typed.reveal())}};
  }
  AGENTA_TRY(auto text, context.terminal.read_all(kMostKey, context.stop));
  Secret const read{std::move(text)};
  Secret key{std::string{trim(read.reveal())}};
  if (key.empty()) return fail(instead);
  return key;
}

/// The projects among which a key leaves the choice, of the error that says so.
std::vector<std::string_view> projects_of(Error const& error) {
  if (error.code != ErrorCode::input_needed || !protocol::is_json(error.context.text)) return {};
  auto const list = protocol::find_member(error.context.text, "projects");
  return list ? protocol::elements_of(*list).value_or(std::vector<std::string_view>{})
              : std::vector<std::string_view>{};
}

/// Asks which project it is to be; the error itself where nobody can be asked.
Result<std::string> ask_project(Context& context, Error const& question) {
  auto const projects = projects_of(question);
  if (projects.empty() || !context.prompt().may_ask()) return fail(question);
  std::string list = "This key works in several Composio projects:\n";
  for (std::size_t at = 0; at < projects.size(); ++at) {
    std::string const org = text_member(projects[at], "org");
    list += "  " + std::to_string(at + 1) + "  " + text_member(projects[at], "name") + " (" +
            text_member(projects[at], "id") + ")" + (org.empty() ? "" : " of " + org) + "\n";
  }
  context.terminal.err(visible(list, Lines::kept));
  AGENTA_TRY(auto const answer,
             context.prompt().text("Which one (number, name or id)?", question, context.stop));
  std::size_t number = 0;
  auto const [end, error] = std::from_chars(answer.data(), answer.data() + answer.size(), number);
  bool const is_number = error == std::errc{} && end == answer.data() + answer.size();
  if (is_number && number >= 1 && number <= projects.size()) return text_member(projects[number - 1], "id");
  if (answer.empty()) return fail(question);
  return answer;
}

/// Says where the key went. Not even --quiet hides that it is in a file without having been asked for.
Result<void> present_identity(Context& context, std::string const& document) {
  std::string const file = text_member(document, "file");
  std::string const reason = text_member(document, "store_reason");
  if (!reason.empty()) {
    context.terminal.err(visible("The key is saved in " + file +
                                 ", readable by you alone, and in no keyring: " + reason + ".") +
                         "\n");
  } else if (!file.empty()) {
    context.say("The key is saved in " + file + ", readable by you alone.");
  } else if (text_member(document, "store") == "keyring") {
    context.say("The key is saved in your keyring.");
  }
  if (auto const why = text_member(document, "left_behind"); !why.empty())
    context.say("An older key may still be in the keyring: " + why + ".");
  return present(context, document, [&]() -> Result<void> {
    print_identity(context, "Logged in to Composio", document);
    return {};
  });
}

Result<void> log_in_with(Context& context, Secret const& key, protocol::LoginOptions options) {
  auto reply = context.call(protocol::login(key, options));
  if (!reply && options.composio_project.empty() && !projects_of(reply.error()).empty()) {
    AGENTA_TRY(options.composio_project, ask_project(context, reply.error()));
    reply = context.call(protocol::login(key, options));
  }
  if (!reply) return fail(std::move(reply).error());
  return present_identity(context, reply->body);
}

void show_login_link(Context& context, LoginOptions const& options, std::string const& url,
                     std::string const& code) {
  LinkStyle style;
  style.may_open = !options.no_browser && !options.no_wait;
  style.is_waiting = !options.no_wait;
  style.qr = context.settings->text("connect.qr");
  style.purpose = "To log in";
  show_link(context, url, style);
  // The page asks for the comparison: not even --quiet hides what it is made with.
  if (!code.empty())
    context.terminal.err(visible("Your code: " + code + " (go on only if the page shows the same)") + "\n");
  context.say("Whoever has this link can get the key: show it to nobody.");
}

Result<void> finish(Context& context, LoginOptions const& options, std::string const& id) {
  AGENTA_TRY(auto const wait, read_duration("--wait", options.wait));
  milliseconds const fallback =
      context.timeout ? *context.timeout : context.settings->duration("connect.wait");
  auto done = [&] {
    Spinner spinner{context.terminal, context.verbosity(), context.quietness()};
    spinner.say("waiting for the login to be finished in the browser");
    return wait_for_login(context, id, wait.value_or(fallback));
  }();
  if (!done && !projects_of(done.error()).empty()) {
    AGENTA_TRY(auto const project, ask_project(context, done.error()));
    AGENTA_TRY(auto reply, context.call(protocol::choose_login_project(id, project)));
    done = std::move(reply.body);
  }
  if (!done) return fail(std::move(done).error());
  return present_identity(context, std::string{protocol::find_member(*done, "identity").value_or("{}")});
}

/// Shows the link of a login that is pending, and waits for its end or says how to come back to it.
Result<void> go_on(Context& context, LoginOptions const& options, std::string const& document) {
  std::string const id = text_member(document, "id");
  bool const is_pending = text_member(document, "status") == "PENDING";
  if (auto const url = text_member(document, "login_url"); is_pending && !url.empty())
    show_login_link(context, options, url, text_member(document, "code"));
  if (!options.no_wait || !is_pending) return finish(context, options, id);
  auto const step = step_here(resume_login_step(id), context.flags);
  return present(context, with_member(document, "next_step", write_argv(step)), [&]() -> Result<void> {
    context.terminal.out("Finish with:\n  " + shell_line(step) + "\n");
    return {};
  });
}

Result<void> run_browser(Context& context, LoginOptions const& options) {
  AGENTA_TRY(auto const wishes, read_options(context, options));
  auto const& dashboard = context.settings->text("composio.dashboard_url");
  AGENTA_TRY(auto const reply, context.call(protocol::begin_browser_login(wishes, dashboard)));
  return go_on(context, options, reply.body);
}

Result<void> run_resume(Context& context, LoginOptions const& options) {
  if (!options.project.empty()) {
    AGENTA_TRY(auto const reply,
               context.call(protocol::choose_login_project(options.resume, options.project)));
    return go_on(context, options, reply.body);
  }
  auto reply = context.call(protocol::get_browser_login(options.resume, std::chrono::seconds{0}));
  if (reply) return go_on(context, options, reply->body);
  if (projects_of(reply.error()).empty()) return fail(std::move(reply).error());
  return finish(context, options, options.resume);
}

Result<void> run_login(Context& context, LoginOptions const& options) {
  AGENTA_CHECK(check(options));
  if (!options.resume.empty()) return run_resume(context, options);
  if (options.browser) return run_browser(context, options);
  AGENTA_TRY(auto wishes, read_options(context, options));
  AGENTA_TRY(auto const key, read_key(context));
  if (key.empty()) return run_browser(context, options);
  return log_in_with(context, key, std::move(wishes));
}

}  // namespace

RunFn add_login(Syntax& syntax) {
  auto options = std::make_shared<LoginOptions>();
  syntax
      .option("--store", "auto|keyring|file", options->store,
              "Where to save the key (default: the keyring, else a file)")
      .one_of({"auto", "keyring", "file"})
      .option("--composio-project", "NAME|ID", options->project,
              "The project to work in, where the key has several")
      .flag("--browser", options->browser, "Get the key by a login in the browser")
      .flag("--no-browser", options->no_browser, "Print the link and open nothing")
      .flag("--no-wait", options->no_wait, "Return at once; finish later with --resume")
      .option("--wait", "DURATION", options->wait, "Wait so long for the browser (default: 10m)")
      .option("--resume", "ID", options->resume, "Finish a login in the browser that was begun before")
      .note(
          "Asks for the key without showing it, or reads it from stdin; verifies it at Composio and saves "
          "it: "
          "in the desktop's keyring where one answers within 3 s, else in a file that only you can read, and "
          "says so. With --browser Composio gives the key once you agreed on its page: the link is printed "
          "on "
          "stderr, and whoever has it gets the key. A key in COMPOSIO_API_KEY goes before the saved one.")
      .example("agenta-tools login")
      .example("agenta-tools login < key.txt")
      .example("agenta-tools login --browser");
  return [options](Context& context) { return run_login(context, *options); };
}

}  // namespace agenta::cli
