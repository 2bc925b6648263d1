#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/id.hpp"
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

/// The connection on which a session runs the tools of one integration.
struct SessionBinding {
  IntegrationSlug integration{};
  ConnectionId connection{};
  std::string slug{};       ///< of the connection, as it is called now
  bool is_usable = true;    ///< it is ACTIVE; else its tools have left the session until it is again
  bool operator==(SessionBinding const&) const = default;
};

/// A set of tools, the connections they are bound to, and a policy, under which an agent works.
struct Session {
  SessionId id{};
  ProjectId project{};
  std::string name{};                    ///< a slug; unique among the project's open sessions, ignoring case
  SessionState state = SessionState::open;
  std::vector<std::string> selectors{};  ///< as given: `github`, `GMAIL_SEND_EMAIL`, `SLACK_*`
  std::vector<SessionBinding> bindings{};
  std::string policy{};                  ///< TOML text (`shared/policy`); empty: the default for agents
  std::string policy_source{};           ///< `default`, `read-only`, or the file's name, for people
  std::vector<unsigned> socket_uids{};   ///< who may use its socket; empty: the owner alone
  WallTime created_at{};
  std::optional<WallTime> expires_at{};
  std::optional<WallTime> ended_at{};
  Actor created_by{};
  bool operator==(Session const&) const = default;
};

/// Whether one of the selectors names the tool: an integration's slug, a tool's slug in any form, or a glob
/// over tool slugs (`*` any letters, `?` one). Case does not matter.
bool selects(std::vector<std::string> const& selectors, ToolSlug const& tool,
             IntegrationSlug const& integration);

}  // namespace agenta
