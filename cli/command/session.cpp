#include <algorithm>
#include <charconv>
#include <filesystem>

#include "cli/command/commands.hpp"
#include "cli/command/session_card.hpp"
#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_session.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using Bindings = std::vector<std::pair<std::string, std::string>>;

Result<Bindings> read_bindings(std::vector<std::string> const& given) {
  Bindings bindings;
  for (std::string const& each : given) {
    std::size_t const equals = each.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == each.size())
      return fail(ErrorCode::usage, "--connection takes INTEGRATION=CONNECTION, such as github=work");
    bindings.emplace_back(to_lower(each.substr(0, equals)), each.substr(equals + 1));
  }
  return bindings;
}

std::vector<std::string> read_names(std::vector<std::string> const& given) {
  std::vector<std::string> names;
  for (std::string const& each : given) {
    for (std::string const& word : split(each, ',')) {
      if (!trim(word).empty()) names.emplace_back(trim(word));
    }
  }
  return names;
}

Result<std::vector<unsigned>> read_uids(std::vector<std::string> const& given) {
  std::vector<unsigned> uids;
  for (std::string const& each : given) {
    unsigned uid = 0;
    auto const [end, error] = std::from_chars(each.data(), each.data() + each.size(), uid);
    if (error != std::errc{} || end != each.data() + each.size() || each.empty())
      return fail(ErrorCode::usage, "--allow-uid takes a user's number, such as 1001");
    uids.push_back(uid);
  }
  return uids;
}

/// Prints a session's document, or its card and what is not connected yet.
Result<void> show_session(Context& context, std::string const& body) {
  return present(context, body, [&]() -> Result<void> {
    AGENTA_TRY(auto const view, protocol::decode_session(body));
    context.terminal.out(session_card(view, page_style(context)));
    for (SessionBinding const& each : view.session.bindings) {
      if (!each.is_unbound()) continue;
      context.say(each.integration.text + " is not connected; its tools come once it is: " +
                  shell_line(step_here({"agenta-tools", "connect", each.integration.text}, context.flags)));
    }
    return {};
  });
}

struct CreateOptions {
  std::string name{};
  std::vector<std::string> tools{};
  std::vector<std::string> connections{};
  std::string policy{};
  std::string ttl{};
  std::vector<std::string> uids{};
  bool read_only = false;
};

Result<void> run_create(Context& context, CreateOptions const& options) {
  protocol::SessionRequest request;
  request.name = options.name;
  request.tools = read_names(options.tools);
  if (request.tools.empty())
    return fail(ErrorCode::usage, "say which tools: --tools github,GMAIL_SEND_EMAIL,'SLACK_*'");
  if (options.read_only && !options.policy.empty())
    return fail(ErrorCode::usage, "--read-only is a policy of its own: give it or --policy");
  AGENTA_TRY(request.connections, read_bindings(options.connections));
  if (!options.policy.empty()) {
    AGENTA_TRY(request.policy, read_input(context, options.policy));
    request.policy_source =
        options.policy == "-" ? "policy" : std::filesystem::path{options.policy}.filename().string();
    if (trim(request.policy).empty())
      return fail(ErrorCode::usage, "the policy " + request.policy_source + " is empty");
  }
  request.read_only = options.read_only;
  AGENTA_TRY(request.ttl, read_duration("--ttl", options.ttl));
  AGENTA_TRY(request.socket_uids, read_uids(options.uids));
  AGENTA_TRY(auto const reply, context.call_far(protocol::create_session(request)));
  return show_session(context, reply.body);
}

struct ChangeOptions {
  std::string name{};
  std::vector<std::string> tools{};
  std::vector<std::string> connections{};
};

Result<void> run_add(Context& context, ChangeOptions const& options) {
  protocol::SessionPatch patch;
  patch.add = read_names(options.tools);
  AGENTA_TRY(patch.connections, read_bindings(options.connections));
  if (patch.add.empty() && patch.connections.empty())
    return fail(ErrorCode::usage, "name tools to add, or a connection to bind with --connection");
  AGENTA_TRY(auto const reply, context.call_far(protocol::change_session(options.name, patch)));
  return show_session(context, reply.body);
}

Result<void> run_remove(Context& context, ChangeOptions const& options) {
  protocol::SessionPatch patch;
  patch.remove = read_names(options.tools);
  AGENTA_TRY(auto const reply, context.call_far(protocol::change_session(options.name, patch)));
  return show_session(context, reply.body);
}

struct ListOptions {
  std::string state{};
  std::string cursor{};
  std::string limit{};
  bool all = false;
  ViewOptions view{};
};

/// What it was made of; no more than a narrow table has room for, and how many more there are.
std::string selectors_text(Session const& session, bool wide) {
  constexpr int kRoom = 24;
  std::string const all = join(session.selectors, ",");
  if (wide || display_width(all) <= kRoom || session.selectors.size() < 2) return all;
  std::string text = session.selectors.front();
  std::size_t shown = 1;
  while (shown < session.selectors.size() &&
         display_width(text + "," + session.selectors[shown]) <= kRoom - 4)
    text += "," + session.selectors[shown++];
  return text + " +" + std::to_string(session.selectors.size() - shown);
}

/// How many are left out because they are over; nothing is said where nobody knows.
std::string left_out_line(Context& context, std::int64_t open) {
  auto const reply = context.call(protocol::list_sessions("", "", 1));
  if (!reply) return {};
  auto const page = protocol::decode_sessions(reply->body);
  std::int64_t const over = page ? page->total - open : 0;
  if (over <= 0) return {};
  return std::to_string(over) +
         (over == 1 ? " that is closed or expired is" : " that are closed or expired are") +
         " left out; --all shows " + (over == 1 ? "it" : "them");
}

Result<View> render_list(Context& context, ListOptions const& options, std::string const& body) {
  AGENTA_TRY(auto const page, protocol::decode_sessions(body));
  Table table{{"NAME", "STATE", "TOOLS", "RUNNABLE", "CONNECTIONS", "POLICY", "ENDS"}};
  constexpr std::size_t kRunnable = 3;
  constexpr std::size_t kConnections = 4;
  constexpr std::size_t kPolicy = 5;
  constexpr std::size_t kEnds = 6;
  bool const wide = is_wide(context);
  table.whole(0).whole(1).spare(kRunnable).hide_all(kConnections, "").hide_all(kEnds, "");
  if (!wide) table.spare(kPolicy).spare(kConnections).spare(kEnds);
  WallTime const now = SystemClock{}.wall();
  for (protocol::SessionView const& each : page.items) {
    Session const& session = each.session;
    auto const end = session.ended_at ? session.ended_at : session.expires_at;
    table.add({session.name, std::string{name_of(session.state)}, selectors_text(session, wide),
               each.tools_count ? std::to_string(*each.tools_count) : "", bindings_text(session),
               session.policy_source, end ? (wide ? short_time(*end) : shorter_time(*end, now)) : ""});
  }
  auto const step =
      step_here({"agenta-tools", "session", "create", "NAME", "--tools", "github"}, context.flags);
  bool const leaves_out = options.state.empty() && !options.all;
  std::string none = "No " + options.state + " sessions.";
  if (options.state.empty())
    none = (options.all ? "No sessions yet" : "No open sessions") + (". Make one: " + shell_line(step));
  View view;
  view.text = table_text(context, table, none);
  if (page.next_cursor) {
    std::string_view const flag = leaves_out ? "--state open --all" : "--all";
    view.notes.push_back(more_line(page.items.size(), page.total, flag));
  }
  if (std::string line = leaves_out ? left_out_line(context, page.total) : ""; !line.empty())
    view.notes.push_back(std::move(line));
  return view;
}

Result<void> run_list(Context& context, ListOptions const& options) {
  AGENTA_TRY(auto const limit, read_page_size(options.limit, options.all));
  // Every run of an MCP server leaves a closed one behind: those are for who asks for them.
  std::string const state = options.state.empty() && !options.all ? "open" : options.state;
  AGENTA_TRY(auto const body, fetch_list(context, options.all, [&](std::string const& cursor) {
               return protocol::list_sessions(state, cursor.empty() ? options.cursor : cursor, limit);
             }));
  return present_view(context, body, options.view, [&] { return render_list(context, options, body); });
}

}  // namespace

RunFn add_session_create(Syntax& syntax) {
  auto options = std::make_shared<CreateOptions>();
  syntax.argument("NAME", options->name, "What to call it: 1 to 64 of a-z, 0-9, - and _")
      .options("--tools", "A,B", options->tools,
               "Integrations, tools, and patterns such as 'SLACK_*'; may be given again")
      .completes(Completes::tool)
      .options("--connection", "INTEGRATION=CONNECTION", options->connections,
               "The connection that runs the tools of an integration")
      .option("--policy", "FILE", options->policy, "The rules for its calls, in TOML; - reads stdin")
      .flag("--read-only", options->read_only, "Only tools that say they only read")
      .option("--ttl", "DUR", options->ttl, "It ends by itself after this long, e.g. 8h")
      .options("--allow-uid", "UID", options->uids, "Another user who may use its socket")
      .note(
          "Without a policy, tools that say they only read run at once, and everything else asks a person. "
          "An "
          "integration without --connection gets its default connection, or the only one; without any its "
          "tools come once it is connected.")
      .example(
          "agenta-tools session create triage --tools github,SLACK_SEND_MESSAGE --connection github=work")
      .example("agenta-tools session create reader --tools 'GMAIL_*' --read-only --ttl 8h");
  return [options](Context& context) { return run_create(context, *options); };
}

RunFn add_session_add(Syntax& syntax) {
  auto options = std::make_shared<ChangeOptions>();
  syntax.argument("NAME", options->name, "Name of a session")
      .completes(Completes::session)
      .arguments("TOOL", options->tools, "Integrations, tools, and patterns such as 'SLACK_*'")
      .completes(Completes::tool)
      .options("--connection", "INTEGRATION=CONNECTION", options->connections,
               "Bind the tools of an integration to this connection")
      .example("agenta-tools session add triage GMAIL_SEND_EMAIL --connection gmail=work");
  return [options](Context& context) { return run_add(context, *options); };
}

RunFn add_session_remove(Syntax& syntax) {
  auto options = std::make_shared<ChangeOptions>();
  syntax.argument("NAME", options->name, "Name of a session")
      .completes(Completes::session)
      .some_arguments("TOOL", options->tools, "Tools, patterns, or what it was made of")
      .completes(Completes::tool)
      .note(
          "A tool can be cut out of an integration that was added whole; session add brings it back, and so "
          "does adding the integration again.")
      .example("agenta-tools session remove triage GMAIL_SEND_EMAIL 'GITHUB_DELETE_*'");
  return [options](Context& context) { return run_remove(context, *options); };
}

RunFn add_session_list(Syntax& syntax) {
  auto options = std::make_shared<ListOptions>();
  syntax.option("--state", "STATE", options->state, "Only open, closed or expired ones (default: open)")
      .one_of({"open", "closed", "expired"})
      .option("--limit", "N", options->limit, "At most so many; with --all, so many at once")
      .option("--cursor", "CURSOR", options->cursor, "Go on after a page: its next_cursor")
      .flag("--all", options->all, "Every page, and without --state those that are over too");
  add_view_flags(syntax, options->view);
  syntax.example("agenta-tools session list --all");
  return [options](Context& context) { return run_list(context, *options); };
}

RunFn add_session_close(Syntax& syntax) {
  auto name = std::make_shared<std::string>();
  syntax.argument("NAME", *name, "Name of a session")
      .completes(Completes::session)
      .note("Nothing can be run in it any more, and its socket is gone. What ran stays in the history.")
      .example("agenta-tools session close triage");
  return [name](Context& context) -> Result<void> {
    AGENTA_TRY(auto const reply, context.call(protocol::close_session(*name)));
    return present(context, reply.body, [&]() -> Result<void> {
      AGENTA_TRY(auto const view, protocol::decode_session(reply.body));
      context.terminal.out(visible("The session " + view.session.name + " is " +
                                   std::string{name_of(view.session.state)} + ".") +
                           "\n");
      return {};
    });
  };
}

RunFn add_session_socket(Syntax& syntax) {
  auto name = std::make_shared<std::string>();
  syntax.argument("NAME", *name, "Name of a session")
      .completes(Completes::session)
      .note(
          "Whoever has this socket can do what the session may, and nothing else: give it to an agent, also "
          "one in a container, and let AGENTA_TOOLS_SOCKET name it there.")
      .example(
          "docker run -v \"$(agenta-tools session socket triage)\":/run/agenta.sock "
          "-e AGENTA_TOOLS_SOCKET=/run/agenta.sock …");
  return [name](Context& context) -> Result<void> {
    AGENTA_TRY(auto const reply, context.call(protocol::get_session(*name)));
    AGENTA_TRY(auto const view, protocol::decode_session(reply.body));
    if (view.socket.empty()) {
      return fail(ErrorCode::forbidden,
                  "the session " + view.session.name + " is " + std::string{name_of(view.session.state)} +
                      ": it has no socket",
                  {"agenta-tools", "session", "create", view.session.name});
    }
    if (context.flags.json) {
      std::string const head = with_member("{}", "name", protocol::write_string(view.session.name));
      print_json(context.terminal, with_member(head, "socket", protocol::write_string(view.socket)));
    } else {
      context.terminal.out(view.socket + "\n");
    }
    return {};
  };
}

}  // namespace agenta::cli
