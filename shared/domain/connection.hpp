#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/base/clock.hpp"
#include "shared/base/id.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/integration.hpp"

namespace agenta {

using ConnectionId = Id<struct ConnectionIdTag>;  ///< UUIDv7
using ProjectId = Id<struct ProjectIdTag>;        ///< UUIDv7
using AccountId = Id<struct AccountIdTag>;        ///< Composio's `ca_…`, opaque
using AuthConfigId = Id<struct AuthConfigIdTag>;  ///< Composio's `ac_…`, opaque

/// `pending → active | failed`, `active → expired → active`; `inactive` when disabled at Composio.
enum class ConnectionStatus { pending, active, expired, failed, inactive };

constexpr std::string_view name_of(ConnectionStatus status) {
  switch (status) {
    case ConnectionStatus::pending: return "PENDING";
    case ConnectionStatus::active: return "ACTIVE";
    case ConnectionStatus::expired: return "EXPIRED";
    case ConnectionStatus::failed: return "FAILED";
    case ConnectionStatus::inactive: return "INACTIVE";
  }
  __builtin_unreachable();
}
std::optional<ConnectionStatus> parse_connection_status(std::string_view name);

/// Why a connection is not usable, as a user is told.
struct ConnectionError {
  ErrorCode code = ErrorCode::oauth_failed;
  std::string message{};
  bool operator==(ConnectionError const&) const = default;
};

/// Who or what touched a row: recorded, never used to decide.
struct Actor {
  unsigned uid = 0;
  std::string user{};
  std::string host{};
  std::string program{};  ///< the client's executable and version, as far as the kernel and the client tell
  bool operator==(Actor const&) const = default;
};

/// What a login that renews a connection replaces. Until it succeeds nothing of that is given up; where it
/// fails the connection is again what it was.
struct Renewal {
  AccountId account{};
  AuthConfigId auth_config{};
  std::string auth_type{};
  ConnectionStatus status = ConnectionStatus::expired;
  std::optional<ConnectionError> error{};
  bool operator==(Renewal const&) const = default;
};

/// An authenticated account of an integration, kept by reference: its tokens are Composio's and never here.
struct Connection {
  ConnectionId id{};
  ProjectId project{};
  std::string slug{};  ///< unique in the project, ignoring case: `work`
  std::string name{};
  IntegrationSlug integration{};
  std::string integration_name{};
  AccountId account{};  ///< empty until Composio made one
  AuthConfigId auth_config{};
  std::string key_scope{};  ///< the Composio project it belongs to, or a salted fingerprint of the key
  std::string base_url{};   ///< the Composio endpoint it was made at
  ConnectionStatus status = ConnectionStatus::pending;
  std::string auth_type{};
  bool is_default = false;
  std::string redirect_url{};            ///< while pending; credentials by another name: never logged
  std::optional<WallTime> expires_at{};  ///< of the link, while pending
  WallTime created_at{};
  WallTime updated_at{};
  std::optional<WallTime> last_used_at{};
  std::optional<WallTime> last_checked_at{};
  Actor created_by{};
  Actor changed_by{};              ///< who last made, renewed, renamed or otherwise changed it
  std::optional<Actor> used_by{};  ///< who last ran a tool on it
  std::optional<ConnectionError> error{};
  std::optional<Renewal> renewal{};  ///< only while PENDING
  bool operator==(Connection const&) const = default;
};

/// What a slug may be: 1 to 64 of `a-z 0-9 - _`, beginning with a letter or digit, not a UUID. Case is folded
/// first.
bool is_valid_slug(std::string_view slug);

}  // namespace agenta
