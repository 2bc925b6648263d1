#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/id.hpp"
#include "shared/base/json_text.hpp"
#include "shared/domain/connection.hpp"
#include "shared/domain/integration.hpp"
#include "shared/domain/tool.hpp"

namespace agenta {

using SessionId = Id<struct SessionIdTag>;  ///< UUIDv7

/// `open → closed | expired`; a name is free again once its session is not open.
enum class SessionState { open, closed, expired };

constexpr std::string_view name_of(SessionState state) {
  switch (state) {
    case SessionState::open: return "open";
    case SessionState::closed: return "closed";
    case SessionState::expired: return "expired";
  }
  __builtin_unreachable();
}
std::optional<SessionState> parse_session_state(std::string_view name);

/// The connection on which a session runs the tools of one integration. Without an id it was disconnected,
/// and one that is made under the same slug takes its place; without a slug too there never was one, and the
/// first that leaves no choice is taken.
struct SessionBinding {
  IntegrationSlug integration{};
  ConnectionId connection{};
  std::string slug{};     ///< of the connection, as it is called now
  bool is_usable = true;  ///< it is ACTIVE; else its tools have left the session until it is again
  bool is_unbound() const { return connection.empty() && slug.empty(); }
  bool operator==(SessionBinding const&) const = default;
};

/// A set of tools, the connections they are bound to, and a policy, under which an agent works.
struct Session {
  SessionId id{};
  ProjectId project{};
  std::string name{};  ///< a slug; unique among the project's open sessions, ignoring case
  SessionState state = SessionState::open;
  std::vector<std::string> selectors{};  ///< as given: `github`, `GMAIL_SEND_EMAIL`, `SLACK_*`
  std::vector<std::string> excluded{};   ///< tools and patterns that are not in it though selectors name them
  std::vector<SessionBinding> bindings{};  ///< one for each integration that needs one, by slug
  std::string policy{};                    ///< TOML text (`shared/policy`); empty: the default for agents
  std::string policy_source{};             ///< `default`, `read-only`, or the file's name, for people
  std::vector<unsigned> socket_uids{};     ///< who may use its socket; empty: the owner alone
  WallTime created_at{};
  std::optional<WallTime> expires_at{};
  std::optional<WallTime> ended_at{};
  Actor created_by{};
  bool operator==(Session const&) const = default;
};

/// What happened to a session, as whoever works in it is told.
enum class SessionChange {
  tools_added,
  tools_removed,
  connection_lost,      ///< its tools have left
  connection_restored,  ///< they are there (again)
  closed,
  expired,
  approved,  ///< a person allowed a tool for the rest of it
};

constexpr std::string_view name_of(SessionChange change) {
  switch (change) {
    case SessionChange::tools_added: return "tools_added";
    case SessionChange::tools_removed: return "tools_removed";
    case SessionChange::connection_lost: return "connection_lost";
    case SessionChange::connection_restored: return "connection_restored";
    case SessionChange::closed: return "closed";
    case SessionChange::expired: return "expired";
    case SessionChange::approved: return "approved";
  }
  __builtin_unreachable();
}
std::optional<SessionChange> parse_session_change(std::string_view name);

struct SessionEvent {
  std::int64_t sequence = 0;  ///< grows; no two changes have the same
  SessionId session{};
  WallTime at{};
  SessionChange change = SessionChange::tools_added;
  JsonText detail{};  ///< an object: which tools, which connection; empty: there is nothing to add
  bool operator==(SessionEvent const&) const = default;
};

/// Whether one of the selectors names the tool: an integration's slug, a tool's slug in any form, or a glob
/// over tool slugs (`*` any letters, `?` one). Case does not matter.
bool selects(std::vector<std::string> const& selectors, ToolSlug const& tool,
             IntegrationSlug const& integration);

/// Whether the tool is in the session: it is selected and not excluded. A selector that is the tool's own
/// name counts more than an exclusion by pattern.
bool includes(Session const& session, ToolSlug const& tool, IntegrationSlug const& integration);

}  // namespace agenta
