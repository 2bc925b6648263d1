#include "cli/command/session_card.hpp"

#include "cli/command/inside_step.hpp"
#include "cli/terminal/card.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

std::string end_text(Session const& session) {
  if (session.ended_at) return short_time(*session.ended_at);
  return session.expires_at ? short_time(*session.expires_at) : "";
}

std::string users_text(Session const& session) {
  std::string text;
  for (unsigned const uid : session.socket_uids)
    text += (text.empty() ? "you, uid " : ", ") + std::to_string(uid);
  return text;
}

std::string unbound_text(Session const& session) {
  std::string text;
  for (SessionBinding const& each : session.bindings) {
    if (each.is_unbound()) text += (text.empty() ? "" : ", ") + each.integration.text;
  }
  return text;
}

/// `30, and 3 that its policy denies`.
std::string count_text(protocol::SessionView const& view) {
  if (!view.tools_count) return {};
  std::string const text = std::to_string(*view.tools_count);
  auto const denied = view.denied_count.value_or(0);
  return denied == 0 ? text : text + ", and " + std::to_string(denied) + " that its policy denies";
}

/// `allow`; `allow or ask`, where the arguments decide.
std::string verdict_text(protocol::SessionTool const& tool) {
  if (tool.verdicts.empty()) return std::string{name_of(tool.verdict)};
  std::string text{name_of(tool.verdicts.front())};
  for (std::size_t i = 1; i < tool.verdicts.size(); ++i) {
    text += i + 1 == tool.verdicts.size() ? " or " : ", ";
    text += name_of(tool.verdicts[i]);
  }
  return text;
}

Ink ink_of_verdict(std::string_view word) {
  if (word == "allow") return Ink::green;
  return word == "deny" ? Ink::red : Ink::plain;
}

}  // namespace

std::string bindings_text(Session const& session) {
  std::string text;
  for (SessionBinding const& each : session.bindings) {
    if (each.is_unbound()) continue;
    if (!text.empty()) text += ", ";
    text += each.integration.text + "=" + each.slug;
    if (!each.is_usable) text += each.connection.empty() ? " (disconnected)" : " (not usable)";
  }
  return text;
}

std::string session_card(protocol::SessionView const& view, PageStyle const& style) {
  Session const& session = view.session;
  Card card{session.name};
  bool const is_open = session.state == SessionState::open;
  card.row("state", name_of(session.state))
      .row(is_open ? "ends" : "ended", end_text(session))
      .row("tools", join(session.selectors, ", "))
      .row("without", join(session.excluded, ", "))
      .row("to run now", count_text(view))
      .row("connections", bindings_text(session))
      .row("unbound", unbound_text(session))
      .row("policy", session.policy_source)
      .row("socket", view.socket)
      .row("socket for", users_text(session))
      .row("created", short_time(session.created_at) +
                          (session.created_by.program.empty() ? "" : " by " + session.created_by.program))
      .row("id", session.id.text);
  return card.render(style.has_color);
}

std::string session_tools_text(Context const& context, protocol::SessionTools const& tools) {
  Table table{{"TOOL", "CONNECTION", "POLICY", "NAME"}};
  constexpr std::size_t kPolicy = 2;
  // The name says in other words what the slug does: where there is no room for both it goes.
  table.keep(0).keep(1).whole(kPolicy).paint(kPolicy, ink_of_verdict).hide_all(1, "").spare(3);
  for (protocol::SessionTool const& each : tools.page.items)
    table.add({each.tool.slug.text, each.connection, verdict_text(each), each.tool.name});
  std::string text = "\n" + table_text(context, table, "None of its tools can be run now.");
  for (protocol::MissingTools const& each : tools.unavailable) {
    text += "\n" + visible(each.integration.text) + " is missing: " + visible(each.reason) + "\n";
    if (!each.next_step.empty()) text += "  " + visible(step_line(context, each.next_step)) + "\n";
  }
  return text;
}

}  // namespace agenta::cli
