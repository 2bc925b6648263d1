#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/domain/connection.hpp"

/// What is told of connections beside the rows themselves: their changes, whether they are alive, and what
/// reconciling and clearing did.
namespace agenta {

/// What happened to a connection, as `connections watch` tells it and the audit keeps it.
enum class ConnectionChange {
  begun,         ///< a login was begun, or a renewal
  connected,     ///< it is ACTIVE from now on
  failed,        ///< the login failed, was denied or expired; a renewal left the connection as it was
  expired,       ///< its grant is dead, or its account gone
  disabled,      ///< INACTIVE at Composio
  renamed,       ///< slug or name
  made_default,  ///< of its integration
  adopted,       ///< made elsewhere, and known here from now on
  disconnected,  ///< forgotten here
};

constexpr std::string_view name_of(ConnectionChange change) {
  switch (change) {
    case ConnectionChange::begun: return "begun";
    case ConnectionChange::connected: return "connected";
    case ConnectionChange::failed: return "failed";
    case ConnectionChange::expired: return "expired";
    case ConnectionChange::disabled: return "disabled";
    case ConnectionChange::renamed: return "renamed";
    case ConnectionChange::made_default: return "made_default";
    case ConnectionChange::adopted: return "adopted";
    case ConnectionChange::disconnected: return "disconnected";
  }
  __builtin_unreachable();
}
std::optional<ConnectionChange> parse_connection_change(std::string_view name);

/// One change, as it was when it happened: the connection may be another by now, or gone.
struct ConnectionEvent {
  std::int64_t sequence = 0;  ///< grows; no two changes have the same
  WallTime at{};
  ConnectionChange change = ConnectionChange::begun;
  ConnectionId connection{};
  std::string slug{};
  IntegrationSlug integration{};
  ConnectionStatus status = ConnectionStatus::pending;
  Actor by{};
  std::string detail{};  ///< for a person: the old slug, or why it failed
  bool operator==(ConnectionEvent const&) const = default;
};

/// What a cheap real call said of a connection.
enum class Health {
  alive,    ///< the service answered as it answers one it knows
  dead,     ///< the service refused the credentials
  unknown,  ///< nothing could be called, or the answer proves nothing either way
};
constexpr std::string_view name_of(Health health) {
  switch (health) {
    case Health::alive: return "alive";
    case Health::dead: return "dead";
    case Health::unknown: return "unknown";
  }
  __builtin_unreachable();
}
std::optional<Health> parse_health(std::string_view name);

struct ConnectionCheck {
  Connection connection{};  ///< as it stands after the check
  Health health = Health::unknown;
  std::string probe{};  ///< what was asked: `GET /user`, a tool's slug, or `status` for Composio's word alone
  std::string detail{};  ///< for a person
  bool operator==(ConnectionCheck const&) const = default;
};

/// What reconciling with Composio did to one connection.
enum class SyncChange {
  adopted,    ///< an account that was made elsewhere has a connection now
  updated,    ///< its status is another
  reclaimed,  ///< made under another Composio key, and seen to belong to this one
  vanished,   ///< its account is not at Composio any more
};
constexpr std::string_view name_of(SyncChange change) {
  switch (change) {
    case SyncChange::adopted: return "adopted";
    case SyncChange::updated: return "updated";
    case SyncChange::reclaimed: return "reclaimed";
    case SyncChange::vanished: return "vanished";
  }
  __builtin_unreachable();
}
std::optional<SyncChange> parse_sync_change(std::string_view name);

struct SyncItem {
  SyncChange change = SyncChange::updated;
  Connection connection{};
  bool operator==(SyncItem const&) const = default;
};
struct SyncReport {
  std::vector<SyncItem> items{};
  std::int64_t unchanged = 0;
  bool operator==(SyncReport const&) const = default;
};

/// A dead login that was cleared away: here, at Composio, or both.
struct PrunedLogin {
  std::string slug{};  ///< empty: it had no row here
  IntegrationSlug integration{};
  AccountId account{};  ///< empty: it had none at Composio
  std::string reason{};
  bool operator==(PrunedLogin const&) const = default;
};
struct PruneReport {
  std::vector<PrunedLogin> items{};
  bool dry_run = false;  ///< nothing was cleared: this is what would be
  bool operator==(PruneReport const&) const = default;
};

}  // namespace agenta
