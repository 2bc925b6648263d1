#include "cli/command/catalog_flags.hpp"
#include "cli/command/commands.hpp"
#include "cli/command/connect_draft.hpp"
#include "cli/command/connect_link.hpp"
#include "cli/command/connect_wait.hpp"
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
  std::vector<std::string> auth_config_fields{};
  bool no_browser = false;
  bool no_wait = false;
  bool qr = false;
  bool no_qr = false;
};

Result<void> check(ConnectOptions const& options) {
  if (options.resume.empty() && options.reconnect.empty() && options.integration.empty()) {
    return fail(ErrorCode::usage, "the argument INTEGRATION is missing",
                {"agenta-tools", "integrations", "list"});
  }
  bool const has_more = !(options.integration.empty() && options.fields.empty() &&
                          options.auth_config_fields.empty() && options.reconnect.empty());
  if (!options.resume.empty() && has_more) {
    return fail(ErrorCode::usage, "--resume takes the id of a login, and nothing else about the connection");
  }
  if (!options.auth_config.empty() && !options.auth_config_fields.empty()) {
    return fail(ErrorCode::usage,
                "--auth-config names what --auth-config-field would make: give one of the two");
  }
  if (options.no_wait && !options.wait.empty())
    return fail(ErrorCode::usage, "--no-wait and --wait contradict each other");
  if (options.qr && options.no_qr) return fail(ErrorCode::usage, "--qr and --no-qr contradict each other");
  return {};
}

/// The fields that any way to connect has: which is meant may not be known yet.
std::vector<AuthField> fields_of(IntegrationDetail const& detail, std::vector<AuthField> AuthScheme::*which) {
  std::vector<AuthField> fields;
  for (AuthScheme const& scheme : detail.auth) {
    fields.insert(fields.end(), (scheme.*which).begin(), (scheme.*which).end());
  }
  return fields;
}

/// What is to be renewed has an integration and a scheme of its own: they are taken where none is given.
Result<void> take_from_renewed(Context& context, std::string const& name, std::string& integration,
                               std::string& auth) {
  if (name.empty() || (!integration.empty() && !auth.empty())) return {};
  AGENTA_TRY(auto const reply, context.call(protocol::get_connection(name, std::chrono::seconds{0})));
  AGENTA_TRY(auto const row, protocol::decode_connection(reply.body));
  if (integration.empty()) integration = row.integration.text;
  if (auth.empty()) auth = row.auth_type;
  return {};
}

/// What says on the command line which connection is made, for a step that adds to it. By then no secret is
/// in it: one that is given as text was refused.
std::vector<std::string> words_of(ConnectOptions const& options) {
  std::vector<std::string> words;
  auto const give = [&](char const* flag, std::string const& value) {
    if (!value.empty()) words.insert(words.end(), {flag, value});
  };
  give("--reconnect", options.reconnect);
  give("--as", options.slug);
  give("--name", options.name);
  give("--auth", options.auth);
  give("--auth-config", options.auth_config);
  give("--scopes", options.scopes);
  for (std::string const& field : options.fields) give("--field", field);
  for (std::string const& field : options.auth_config_fields) give("--auth-config-field", field);
  return words;
}

Result<ConnectDraft> make_draft(Context& context, ConnectOptions const& options) {
  AGENTA_TRY(auto const fields, parse_fields("--field", options.fields));
  AGENTA_TRY(auto const app_fields, parse_fields("--auth-config-field", options.auth_config_fields));
  std::string integration = options.integration;
  std::string auth = options.auth;
  AGENTA_CHECK(take_from_renewed(context, options.reconnect, integration, auth));
  AGENTA_TRY(auto const reply, context.call(protocol::get_integration(integration)));

  ConnectDraft draft;
  AGENTA_TRY(draft.detail, protocol::decode_integration(reply.body));
  protocol::ConnectRequest& request = draft.request;
  request.integration = draft.detail.integration.slug.text;
  request.slug = options.slug;
  request.name = options.name;
  request.auth_type = options.auth;
  request.auth_config_id = options.auth_config;
  request.reconnect = options.reconnect;
  for (std::string const& scope : split(options.scopes, ',')) request.scopes.emplace_back(trim(scope));

  // What an auth config of one's own makes may be of another scheme: the daemon says what is missing there.
  bool const is_known = options.auth_config.empty() || !auth.empty();
  std::vector<std::string> given;
  for (FieldSource const& field : fields) given.push_back(field.name);
  auto const* scheme = is_known ? find_scheme(draft.detail, auth, given) : nullptr;
  if (scheme != nullptr) draft.scheme = *scheme;
  FieldReader reader{context};
  AGENTA_TRY(
      request.auth_config_fields,
      reader.read(app_fields, fields_of(draft.detail, &AuthScheme::auth_config_fields), Undeclared::by_name));
  auto const undeclared = options.auth_config.empty() ? Undeclared::refused : Undeclared::by_reference;
  AGENTA_TRY(request.credentials,
             reader.read(fields, fields_of(draft.detail, &AuthScheme::connection_fields), undeclared));
  draft.typed = words_of(options);
  return draft;
}

/// The login of a row, to be begun anew.
Result<ConnectDraft> draft_of(Context& context, Connection const& row) {
  AGENTA_TRY(auto const reply, context.call(protocol::get_integration(row.integration.text)));
  ConnectDraft draft;
  AGENTA_TRY(draft.detail, protocol::decode_integration(reply.body));
  draft.request.integration = row.integration.text;
  draft.request.auth_type = row.auth_type;
  draft.request.auth_config_id = row.auth_config.text;
  bool const was_connection =
      row.renewal || (row.status != ConnectionStatus::pending && row.status != ConnectionStatus::failed);
  if (was_connection) {
    draft.request.reconnect = row.id.text;
  } else {
    draft.request.slug = row.slug;
    draft.request.name = row.name;
  }
  if (auto const* scheme = find_scheme(draft.detail, row.auth_type)) draft.scheme = *scheme;
  return draft;
}

LinkStyle link_style(Context const& context, ConnectOptions const& options, bool may_open) {
  LinkStyle style;
  style.may_open = may_open;
  style.is_waiting = !options.no_wait;
  style.qr = context.settings->text("connect.qr");
  if (options.qr) style.qr = "always";
  if (options.no_qr) style.qr = "never";
  return style;
}

Result<SettledConnection> wait(Context& context, ConnectOptions const& options, std::string const& id) {
  AGENTA_TRY(auto const given, read_duration("--wait", options.wait));
  milliseconds const usual = context.timeout ? *context.timeout : context.settings->duration("connect.wait");
  Result<SettledConnection> settled = [&] {
    Spinner spinner{context.terminal, context.verbosity(), context.quietness()};
    spinner.say("waiting for the login to be finished in the browser");
    return wait_until_settled(context, id, given.value_or(usual));
  }();
  say_notices(context);
  return settled;
}

Result<void> present_settled(Context& context, SettledConnection const& settled) {
  return present(context, settled.document, [&]() -> Result<void> {
    Connection const& row = settled.connection;
    std::string const title = row.integration_name.empty() ? row.integration.text : row.integration_name;
    context.terminal.out("Connected " + visible(title) + " as " + visible(row.slug) + ".\n");
    auto const step = step_here({"agenta-tools", "tools", "list", row.integration.text}, context.flags);
    context.say("Its tools: " + shell_line(step));
    return {};
  });
}

/// Whether the person wants another link in the place of one that is over.
Result<bool> wants_another(Context& context, Error const& over) {
  if (over.code != ErrorCode::oauth_expired || !context.prompt().may_ask()) return false;
  if (context.flags.yes) return true;
  return context.prompt().confirm_likely("The link has expired. Make a new one?", over, context.stop);
}

/// Waits for the login to end. Where its link expires, a person may have another: `renew` makes the draft of
/// it.
Result<void> finish(Context& context, ConnectOptions const& options, std::string id,
                    std::function<Result<ConnectDraft*>()> const& renew) {
  for (;;) {
    auto const settled = wait(context, options, id);
    if (settled) return present_settled(context, *settled);
    AGENTA_TRY(bool const again, wants_another(context, settled.error()));
    if (!again) return fail(settled.error());
    AGENTA_TRY(auto* const draft, renew());
    AGENTA_TRY(auto const answer, post_draft(context, *draft));
    id = answer.reply.id.text;
    show_link(context, answer.reply.redirect_url, link_style(context, options, !options.no_browser));
  }
}

Result<void> run_resume(Context& context, ConnectOptions const& options) {
  AGENTA_TRY(auto const reply,
             context.call(protocol::get_connection(options.resume, std::chrono::seconds{0})));
  AGENTA_TRY(auto const row, protocol::decode_connection(reply.body));
  bool const is_pending = row.status == ConnectionStatus::pending;
  if (is_pending && !row.redirect_url.empty()) {
    show_link(context, row.redirect_url,
              link_style(context, options, !options.no_browser && !options.no_wait));
  }
  if (options.no_wait && is_pending) {
    auto const step = step_here(resume_step(row.id.text), context.flags);
    return present(context, with_member(reply.body, "next_step", write_argv(step)), [&]() -> Result<void> {
      context.terminal.out("Still waiting for the browser. Finish with:\n  " + shell_line(step) + "\n");
      return {};
    });
  }
  std::optional<ConnectDraft> draft;
  return finish(context, options, row.id.text, [&]() -> Result<ConnectDraft*> {
    AGENTA_TRY(draft, draft_of(context, row));
    return &*draft;
  });
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
  AGENTA_TRY(auto draft, make_draft(context, options));
  AGENTA_TRY(auto const answer, post_draft(context, draft));
  protocol::ConnectReply const& reply = answer.reply;
  if (reply.joined) context.say("This login was begun before: it goes on.");
  if (!reply.redirect_url.empty()) {
    show_link(context, reply.redirect_url,
              link_style(context, options, !options.no_browser && !options.no_wait));
  }
  if (options.no_wait || reply.id.empty()) return present_reply(context, answer.document, reply);
  // Where nothing is left to wait for, the settled row comes at once.
  return finish(context, options, reply.id.text, [&]() -> Result<ConnectDraft*> { return &draft; });
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
      .options("--auth-config-field", "K=V|K=@FILE|K=-|K=env:VAR", options->auth_config_fields,
               "Use an app of your own: what it is known by, e.g. client_id")
      .flag("--no-browser", options->no_browser, "Print the link and open nothing")
      .flag("--qr", options->qr, "Show the link as a QR code too, wherever the terminal can")
      .flag("--no-qr", options->no_qr, "Show no QR code")
      .flag("--no-wait", options->no_wait, "Return at once; finish later with --resume")
      .option("--wait", "DURATION", options->wait, "Wait so long for the browser (default: 10m)")
      .option("--reconnect", "CONNECTION", options->reconnect, "Renew this connection in place")
      .completes(Completes::connection)
      .option("--resume", "ID", options->resume, "Finish a login that was begun before, from anywhere")
      .note(
          "For OAuth the link is printed on stderr and opened in the browser; the command ends when the "
          "login does. Ctrl-C ends the wait alone. Where no browser can be opened, a QR code of the link is "
          "drawn for a telephone. For other schemes what is needed is asked for, or given by --field. A "
          "secret is never taken from the command line.")
      .example("agenta-tools connect github")
      .example("agenta-tools connect stripe --as live --field generic_api_key=@stripe.key")
      .example(
          "agenta-tools connect zoom --auth-config-field client_id=ID --auth-config-field "
          "client_secret=@zoom.secret")
      .example("agenta-tools connect gmail --no-wait --json");
  return [options](Context& context) { return run_connect(context, *options); };
}

}  // namespace agenta::cli
