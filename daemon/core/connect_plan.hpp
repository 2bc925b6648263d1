#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/connect_flow.hpp"

// Private to the connect flow: what its parts share.
namespace agenta::daemon {

/// What `begin` decided before it touched anything.
struct ConnectFlow::Plan {
  ProviderAccess access{};
  store::Project project{};
  std::shared_ptr<IntegrationDetail const> detail{};
  AuthScheme scheme{};
  std::optional<AuthConfigId> named_auth_config{};
  std::optional<Connection> renewed{};  ///< the connection to renew

  std::string const& integration() const { return detail->integration.slug.text; }
};

/// The note of a change that the row itself says who made.
inline store::ChangeNote note_of(ConnectionChange change, Connection const& row, std::string detail = {}) {
  store::ChangeNote note;
  note.change = change;
  note.by = row.changed_by;
  note.at = row.updated_at;
  note.detail = std::move(detail);
  return note;
}

protocol::ConnectReply reply_for(Connection const& connection, std::string message);

}  // namespace agenta::daemon
