#include <algorithm>

#include "cli/command/commands.hpp"
#include "cli/command/connection_pairs.hpp"
#include "cli/command/inside_step.hpp"
#include "cli/command/mcp_token.hpp"
#include "cli/command/session_choice.hpp"
#include "cli/mcp/end_of_input.hpp"
#include "cli/mcp/fixture_extras.hpp"
#include "cli/mcp/fixture_tools.hpp"
#include "cli/mcp/http_door.hpp"
#include "cli/mcp/meta_tools.hpp"
#include "cli/mcp/session_tools.hpp"
#include "cli/mcp/stdio_door.hpp"
#include "cli/terminal/json_print.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_session.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;

struct McpOptions {
  std::string session{};
  std::vector<std::string> tools{};
  std::vector<std::string> connections{};
  std::string policy{};
  std::string port{};
  bool meta = false;
  bool read_only = false;
  bool http = false;
  bool fixtures = false;  ///< of the protocol's conformance suite, instead of tools
};

constexpr milliseconds kClosePatience{2'000};

unexpected<Error> usage(std::string message) { return fail(ErrorCode::usage, std::move(message)); }

Result<void> check(McpOptions const& options) {
  if (!options.port.empty() && !options.http) return usage("--port goes with --http");
  if (options.session.empty()) {
    if (options.meta && !options.tools.empty())
      return usage("--meta finds tools by itself: it goes without --tools");
    return {};
  }
  if (!options.tools.empty() || !options.connections.empty())
    return usage("--tools and --connection make a session, and --session names one: see `session add`");
  if (options.read_only || !options.policy.empty())
    return usage("a session has its policy already: --read-only and --policy go without --session");
  return {};
}

/// What is to be made where no session is named. Without --tools it is all there is, by search.
Result<protocol::SessionRequest> build_request(Context& context, McpOptions const& options) {
  protocol::SessionRequest request;
  constexpr std::size_t kNameBytes = 4;
  request.name = "mcp-" + random_hex(kNameBytes);
  request.ephemeral = true;
  request.read_only = options.read_only;
  request.tools = each_of(options.tools);
  if (request.tools.empty()) request.tools = {"*"};
  AGENTA_TRY(request.connections, read_connection_pairs(options.connections));
  if (options.policy.empty()) return request;
  if (options.read_only) return usage("--read-only is a policy of its own: it goes without --policy");
  AGENTA_TRY(request.policy, read_input(context, options.policy));
  request.policy_source = options.policy;
  return request;
}

/// A session for as long as the server runs, or one that outlives it.
class UsedSession {
 public:
  static Result<std::unique_ptr<UsedSession>> open(Context& context, McpOptions const& options) {
    auto out = std::make_unique<UsedSession>(context);
    if (!named_socket(context.environment).empty()) {
      AGENTA_TRY(auto const reply, context.call(protocol::get_own_session()));
      AGENTA_TRY(out->session_, protocol::decode_session(reply.body));
      out->is_inside_ = true;
      return out;
    }
    if (!options.session.empty()) {
      AGENTA_TRY(auto const reply, context.call(protocol::get_session(options.session)));
      AGENTA_TRY(out->session_, protocol::decode_session(reply.body));
      if (out->session_.session.state == SessionState::open) return out;
      return fail(
          ErrorCode::forbidden,
          "the session " + options.session + " is " + std::string{name_of(out->session_.session.state)},
          {"agenta-tools", "session", "list"});
    }
    AGENTA_TRY(auto const request, build_request(context, options));
    AGENTA_TRY(auto const reply, context.call(protocol::create_session(request)));
    AGENTA_TRY(out->session_, protocol::decode_session(reply.body));
    out->is_own_ = true;
    return out;
  }

  explicit UsedSession(Context& context) : context_(context) {}
  UsedSession(UsedSession const&) = delete;
  UsedSession& operator=(UsedSession const&) = delete;
  ~UsedSession() {
    if (!is_own_) return;
    ServiceRequest request = protocol::close_session(name());
    request.timeout = kClosePatience;
    // Where it cannot be closed it ends by itself in a day.
    (void)context_.without_autostart()->call(request, std::stop_token{});
  }

  /// Empty for the one whose own socket is spoken to.
  std::string name() const { return is_inside_ ? std::string{} : session_.session.name; }
  Session const& session() const { return session_.session; }

 private:
  Context& context_;
  protocol::SessionView session_{};
  bool is_own_ = false;
  bool is_inside_ = false;
};

std::string instructions_of(bool meta) {
  std::string out = meta ? "Find tools with search_tools, read a tool's arguments with get_tool, and run it "
                           "with execute_tool. "
                         : "These tools act on third-party services through the user's own accounts. ";
  return out +
         "Where a result says connection_required, give the user its link or its command, and repeat the "
         "call "
         "once they have connected. Where it says APPROVAL_REQUIRED, the user has to approve the call, and "
         "nobody else, not you; it can then be repeated as it is. A result that says OUTCOME_UNKNOWN may "
         "have had its effect: look "
         "before you repeat it.";
}

Result<std::uint16_t> read_port(std::string const& text) {
  constexpr int kHighest = 65'535;
  AGENTA_TRY(auto const port, read_count("--port", text));
  if (port.value_or(0) > kHighest) return usage("--port is at most 65535");
  return static_cast<std::uint16_t>(port.value_or(0));
}

Result<void> serve_http(Context& context, McpOptions const& options, mcp::Server& server) {
  mcp::HttpOptions http;
  AGENTA_TRY(http.port, read_port(options.port));
  std::filesystem::path const file = context.paths.run_dir() / "mcp-token";
  std::optional<McpToken> token;
  // The fixtures touch nothing, and their suite brings no token.
  if (!options.fixtures) {
    auto opened = McpToken::open(file);
    if (!opened) return fail(std::move(opened).error());
    token.emplace(*std::move(opened));
    http.token = token->value();
  }
  AGENTA_TRY(auto const door, mcp::HttpDoor::open(server, std::move(http)));
  std::string document = with_member("{}", "url", protocol::write_string(door->url()));
  document =
      with_member(document, "token_file", options.fixtures ? "null" : protocol::write_string(file.string()));
  AGENTA_CHECK(present(context, document, [&]() -> Result<void> {
    context.terminal.out("Serving at " + door->url() + "\n");
    if (!options.fixtures) context.terminal.out("Clients send the token in " + file.string() + "\n");
    return {};
  }));
  context.terminal.flush();
  door->serve(context.stop);
  return {};
}

Result<void> serve(Context& context, McpOptions const& options, mcp::Server& server) {
  if (options.http) return serve_http(context, options, server);
  if (::isatty(STDIN_FILENO) == 1)
    context.say(
        "A client speaks to this on stdin and stdout; `agenta-tools mcp install` sets one up. Ctrl-D ends "
        "it.");
  auto const served = mcp::serve_stdio(server, STDIN_FILENO, STDOUT_FILENO, context.stop);
  if (!served) return fail(error_from(served.error(), ErrorCode::storage_unavailable));
  return {};
}

Result<void> serve_fixtures(Context& context, McpOptions const& options) {
  mcp::FixtureTools tools;
  mcp::FixtureExtras extras;
  mcp::ServerOptions server_options;
  server_options.make_service = context.another_service;
  server_options.extras = &extras;
  mcp::Server server{std::move(server_options), tools};
  tools.on_change = [&server] { server.tools_changed(); };
  return serve(context, options, server);
}

/// What the settings add to the flags: the session that everything is run in.
Result<McpOptions> complete(Context const& context, McpOptions options) {
  bool const names_tools = !options.session.empty() || !options.tools.empty() ||
                           !options.connections.empty() || !options.policy.empty() || options.read_only;
  bool const is_inside = !named_socket(context.environment).empty();
  if (is_inside && names_tools)
    return usage("AGENTA_TOOLS_SOCKET names a session's socket: its tools and policy are what they are");
  if (is_inside || options.meta) return options;
  if (!names_tools) {
    AGENTA_TRY(options.session, session_of(context, {}));
  }
  options.meta = options.session.empty() && options.tools.empty();
  return options;
}

/// Null where the client left before there was one: nobody is told anything then.
Result<std::unique_ptr<UsedSession>> open_session(Context& context, McpOptions const& options) {
  if (options.http) return UsedSession::open(context, options);
  std::stop_token const before = context.stop;
  mcp::EndOfInput const end{STDIN_FILENO, before};
  context.stop = end.stop();
  auto session = UsedSession::open(context, options);
  context.stop = before;
  if (!session && end.has_come()) return std::unique_ptr<UsedSession>{};
  return session;
}

Result<void> run_mcp(Context& context, McpOptions const& given) {
  AGENTA_CHECK(check(given));
  if (given.fixtures) return serve_fixtures(context, given);
  AGENTA_TRY(McpOptions const options, complete(context, given));
  bool const meta = options.meta;
  AGENTA_TRY(auto const session, open_session(context, options));
  if (!session) return {};

  mcp::SessionUse use;
  use.name = session->name();
  use.timeout = context.timeout.value_or(context.settings->duration("execute.timeout"));
  use.complete = [&context, is_inside = use.name.empty()](Error error) {
    error.next_step = step_here(std::move(error.next_step), context.flags);
    return is_inside ? told_inside(std::move(error)) : error;
  };
  use.lost_reply = context.lost_reply_of;
  use.has_everything =
      std::ranges::find(session->session().selectors, "*") != session->session().selectors.end();
  std::unique_ptr<mcp::Toolbox> tools;
  if (meta) {
    tools = std::make_unique<mcp::MetaTools>(use, session->session());
  } else {
    tools = std::make_unique<mcp::SessionTools>(use);
  }
  mcp::ServerOptions server_options;
  server_options.make_service = context.another_service;
  if (!meta) server_options.session = session->name();
  server_options.instructions = instructions_of(meta);
  mcp::Server server{std::move(server_options), *tools};
  return serve(context, options, server);
}

}  // namespace

RunFn add_mcp(Syntax& syntax) {
  auto options = std::make_shared<McpOptions>();
  syntax.option("--session", "SESSION", options->session, "The session whose tools are offered")
      .completes(Completes::session)
      .options("--tools", "A,B", options->tools,
               "Make a session for as long as this runs, with these tools: slugs of services or tools, or "
               "patterns")
      .options("--connection", "INTEGRATION=CONNECTION", options->connections,
               "The connection that runs the tools of a service in it")
      .flag("--meta", options->meta, "Offer four tools that find, describe, run and connect, instead of all")
      .flag("--read-only", options->read_only, "Let nothing run but tools that only read")
      .option("--policy", "FILE", options->policy, "What may run, what is asked and what is refused in it")
      .flag("--http", options->http,
            "Serve on 127.0.0.1 instead, for whoever has the token in HOME/run/mcp-token")
      .option("--port", "N", options->port, "The port of --http (default: any that is free)")
      .flag("--conformance-fixtures", options->fixtures, "")
      .note(
          "A client starts this and speaks to it on stdin and stdout; `mcp install` writes that into the "
          "client's "
          "configuration. Both eras of the protocol are spoken, 2024-11-05 to 2025-11-25 and 2026-07-28.")
      .note(
          "Without --session, --tools and a session in the settings it is as with --meta. Without a policy, "
          "tools that only "
          "read "
          "run, and all others ask first.")
      .example("agenta-tools mcp --tools github,SLACK_SEND_MESSAGE --connection github=work");
  return [options](Context& context) { return run_mcp(context, *options); };
}

}  // namespace agenta::cli
