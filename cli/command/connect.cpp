#include "cli/command/catalog_flags.hpp"
#include "cli/command/commands.hpp"
#include "cli/command/connect_fields.hpp"
#include "cli/command/connect_wait.hpp"
#include "cli/command/connection_card.hpp"
#include "cli/terminal/browser.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;

struct ConnectOptions {
  std::string integration{};
  std::string slug{};
  std::string name{};
  std::string auth{};
  std::string auth_config{};
  std::string scopes{};
  std::string wait{};
  std::string reconnect{};
  std::string resume{};
  std::vector<std::string> fields{};
  bool no_browser = false;
  bool no_wait = false;
};

Result<void> check(ConnectOptions const& options) {
  if (options.resume.empty() && options.integration.empty()) {
    return fail(ErrorCode::usage, "the argument INTEGRATION is missing",
                {"agenta-tools", "integrations", "list"});
  }
  if (!options.resume.empty() &&
      !(options.integration.empty() && options.fields.empty() && options.reconnect.empty())) {
    return fail(ErrorCode::usage, "--resume takes the id of a login, and nothing else about the connection");
  }
  if (options.no_wait && !options.wait.empty())
    return fail(ErrorCode::usage, "--no-wait and --wait contradict each other");
  return {};
}

Result<protocol::ConnectRequest> build_request(Context& context, ConnectOptions const& options) {
  std::vector<FieldSource> sources;
  for (std::string const& text : options.fields) {
    AGENTA_TRY(auto source, parse_field(text));
    sources.push_back(std::move(source));
  }
  AGENTA_TRY(auto const reply, context.call(protocol::get_integration(options.integration)));
  AGENTA_TRY(auto const detail, protocol::decode_integration(reply.body));

  protocol::ConnectRequest request;
  request.integration = detail.integration.slug.text;
  request.slug = options.slug;
  request.name = options.name;
  request.auth_type = options.auth;
  request.auth_config_id = options.auth_config;
  request.reconnect = options.reconnect;
  for (std::string const& scope : split(options.scopes, ',')) request.scopes.emplace_back(trim(scope));

  AuthScheme const* scheme = find_scheme(detail, options.auth);
  AuthScheme const none;
  AGENTA_TRY(request.credentials, read_fields(context, sources, scheme == nullptr ? none : *scheme));
  // What is renewed, or made by an own auth config, may be of another scheme: the daemon says what is missing
  // there.
  bool const is_known = options.auth_config.empty() && options.reconnect.empty();
  if (scheme != nullptr && (is_known || !options.auth.empty())) {
    AGENTA_CHECK(ask_missing(context, detail.integration.slug, *scheme, request.credentials));
  }
  return request;
}

void show_link(Context& context, std::string const& url, bool may_open) {
  bool const is_wanted = may_open && context.settings->boolean("connect.browser");
  bool const was_opened = is_wanted && open_browser(browser_commands(url, context.environment));
  // The URL is the one thing without which the login cannot go on: not even --quiet hides it.
  context.terminal.err((was_opened ? "Opening the browser. If nothing opens, go to:\n  "
                                   : "To connect, open this in a browser:\n  ") +
                       (context.terminal.err_is_tty() ? visible(url) : url) + "\n");
}

Result<void> finish(Context& context, ConnectOptions const& options, std::string const& id) {
  AGENTA_TRY(auto const wait, read_duration("--wait", options.wait));
  Result<SettledConnection> settled = [&] {
    Spinner spinner{context.terminal, context.verbosity(), context.quietness()};
    spinner.say("waiting for the login to be finished in the browser");
    milliseconds const fallback =
        context.timeout ? *context.timeout : context.settings->duration("connect.wait");
    return wait_until_settled(context, id, wait.value_or(fallback));
  }();
  if (!settled) return fail(std::move(settled).error());
  return present(context, settled->document, [&]() -> Result<void> {
    context.terminal.out("Connected.\n");
    print_connection(context.terminal, settled->connection);
    return {};
  });
}

Result<void> run_resume(Context& context, ConnectOptions const& options) {
  AGENTA_TRY(auto const reply,
             context.call(protocol::get_connection(options.resume, std::chrono::seconds{0})));
  AGENTA_TRY(auto const row, protocol::decode_connection(reply.body));
  if (row.status == ConnectionStatus::pending && !row.redirect_url.empty()) {
    show_link(context, row.redirect_url, !options.no_browser);
  }
  if (options.no_wait && row.status == ConnectionStatus::pending) {
    auto const step = step_here(resume_step(row.id.text), context.flags);
    return present(context, with_member(reply.body, "next_step", write_argv(step)), [&]() -> Result<void> {
      context.terminal.out("Still waiting for the browser. Finish with:\n  " + shell_line(step) + "\n");
      return {};
    });
  }
  return finish(context, options, row.id.text);
}

/// With `--no-wait`, or where there is nothing to wait for and nothing more to tell.
Result<void> present_reply(Context& context, std::string const& body, protocol::ConnectReply const& reply) {
  bool const is_pending = reply.status == ConnectionStatus::pending;
  auto const step =
      is_pending ? step_here(resume_step(reply.id.text), context.flags) : std::vector<std::string>{};
  std::string const document = with_member(body, "next_step", is_pending ? write_argv(step) : "null");
  return present(context, document, [&]() -> Result<void> {
    if (!is_pending) {
      context.terminal.out(reply.message + "\n");
    } else {
      context.terminal.out("Finish with:\n  " + shell_line(step) + "\n");
    }
    return {};
  });
}

Result<void> run_connect(Context& context, ConnectOptions const& options) {
  AGENTA_CHECK(check(options));
  AGENTA_CHECK(read_duration("--wait", options.wait));
  if (!options.resume.empty()) return run_resume(context, options);
  AGENTA_TRY(auto const request, build_request(context, options));
  AGENTA_TRY(auto const posted, context.call(protocol::connect(request)));
  AGENTA_TRY(auto const reply, protocol::decode_connect_reply(posted.body));
  if (!reply.redirect_url.empty())
    show_link(context, reply.redirect_url, !options.no_browser && !options.no_wait);
  if (options.no_wait || reply.id.empty()) return present_reply(context, posted.body, reply);
  return finish(context, options, reply.id.text);
}

}  // namespace

RunFn add_connect(Syntax& syntax) {
  auto options = std::make_shared<ConnectOptions>();
  syntax.optional_argument("INTEGRATION", options->integration, "What to connect, e.g. github")
      .completes(Completes::integration)
      .option("--as", "SLUG", options->slug, "Call the connection this (default: the integration's name)")
      .option("--name", "NAME", options->name, "A name for people")
      .option("--auth", "SCHEME", options->auth, "OAUTH2, API_KEY, BEARER_TOKEN, BASIC, …")
      .one_of(auth_scheme_words())
      .option("--auth-config", "ID", options->auth_config, "Use this auth config of Composio (ac_…)")
      .option("--scopes", "A,B", options->scopes, "Ask for these scopes")
      .options("--field", "K=@FILE|K=-|K=env:VAR", options->fields,
               "A field to fill in, from a file, stdin or a variable")
      .flag("--no-browser", options->no_browser, "Print the link and open nothing")
      .flag("--no-wait", options->no_wait, "Return at once; finish later with --resume")
      .option("--wait", "DURATION", options->wait, "Wait so long for the browser (default: 10m)")
      .option("--reconnect", "CONNECTION", options->reconnect, "Renew this connection in place")
      .completes(Completes::connection)
      .option("--resume", "ID", options->resume, "Finish a login that was begun before, from anywhere")
      .note(
          "For OAuth the link is printed on stderr and opened in the browser; the command ends when the "
          "login does. Ctrl-C "
          "ends the wait alone. For other schemes what is needed is asked for, or given by --field.")
      .example("agenta-tools connect github")
      .example("agenta-tools connect stripe --as live --field generic_api_key=@stripe.key")
      .example("agenta-tools connect gmail --no-wait --json");
  return [options](Context& context) { return run_connect(context, *options); };
}

}  // namespace agenta::cli
