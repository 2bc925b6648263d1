#include "cli/command/connection_card.hpp"

#include "cli/command/connect_wait.hpp"
#include "cli/terminal/card.hpp"
#include "shared/protocol/error_table.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

/// `by ada@engine (uid 1000), agenta-tools 0.1.0`; empty where nobody is known.
std::string author(Actor const& actor) {
  if (actor.user.empty() && actor.host.empty() && actor.program.empty()) return "";
  std::string who = actor.user.empty() ? "somebody" : actor.user;
  if (!actor.host.empty()) who += "@" + actor.host;
  who += " (uid " + std::to_string(actor.uid) + ")";
  if (!actor.program.empty()) who += ", " + actor.program;
  return " by " + who;
}

std::string status_text(Connection const& row) {
  std::string text{name_of(row.status)};
  if (row.renewal) text += " (being renewed)";
  return text;
}

}  // namespace

Foreign find_foreign(std::string_view document) {
  return protocol::find_member(document, "foreign") == "true" ? Foreign::yes : Foreign::no;
}

std::string why_text(Connection const& row, Foreign foreign) {
  if (foreign == Foreign::yes) return "of another Composio project than your key's";
  if (row.status == ConnectionStatus::active && !row.error) return "";
  if (row.status == ConnectionStatus::pending) {
    std::string const until = row.expires_at ? " until " + short_time(*row.expires_at) : "";
    return (row.renewal ? "a login that renews it is open" : "its login is open") + until;
  }
  if (row.error && !row.error->message.empty()) return row.error->message;
  if (row.error) return std::string{protocol::row_of(row.error->code).name};
  switch (row.status) {
    case ConnectionStatus::expired: return "the service does not take it any more";
    case ConnectionStatus::failed: return "the login failed";
    case ConnectionStatus::inactive: return "disabled at Composio";
    case ConnectionStatus::active:
    case ConnectionStatus::pending: break;
  }
  return "";
}

std::vector<std::string> mending_step(Connection const& row) {
  switch (row.status) {
    case ConnectionStatus::active: return {};
    case ConnectionStatus::pending: return resume_step(row.id.text);
    case ConnectionStatus::expired:
      return {"agenta-tools", "connect", row.integration.text, "--reconnect", row.slug};
    case ConnectionStatus::failed: {
      std::vector<std::string> step{"agenta-tools", "connect", row.integration.text};
      if (row.slug != row.integration.text) step.insert(step.end(), {"--as", row.slug});
      return step;
    }
    case ConnectionStatus::inactive: return {"agenta-tools", "connections", "refresh", row.slug};
  }
  __builtin_unreachable();
}

std::string connection_card(Connection const& row, Foreign foreign, std::vector<std::string> const& next,
                            PageStyle const& style) {
  std::string const title = row.integration_name.empty() ? row.integration.text : row.integration_name;
  Card card{row.slug + " (" + title + ")"};
  card.row("status", status_text(row))
      .row("why", why_text(row, foreign))
      .row("last checked", row.last_checked_at ? short_time(*row.last_checked_at) : "never")
      .row("name", row.name)
      .row("integration", row.integration.text)
      .row("auth", row.auth_type)
      .row("default", row.is_default ? "yes, of " + row.integration.text : "")
      .row("id", row.id.text)
      .row("account", row.account.text)
      .row("auth config", row.auth_config.text)
      .row("created", short_time(row.created_at) + author(row.created_by))
      .row("changed", short_time(row.updated_at) + author(row.changed_by))
      .row("last used", row.last_used_at
                            ? short_time(*row.last_used_at) + (row.used_by ? author(*row.used_by) : "")
                            : "never");
  if (row.error) {
    card.row("error", std::string{protocol::row_of(row.error->code).name} + ": " + row.error->message);
  }
  card.row("next", shell_line(next));
  return card.render(style.has_color);
}

}  // namespace agenta::cli
