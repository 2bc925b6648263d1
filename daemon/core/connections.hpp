#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/core/caller.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/tool_provider.hpp"
#include "daemon/store/connection_store.hpp"

namespace agenta::daemon {

/// The user id that a project's accounts have at Composio.
std::string user_id_of(ProjectId const& project);

/// The connections of a caller's project: reading them, and taking them away. Any thread.
class Connections {
 public:
  Connections(store::ProjectStore& projects, store::ConnectionStore& connections, Credentials& credentials,
              ToolProvider& provider)
      : projects_(projects), connections_(connections), credentials_(credentials), provider_(provider) {}

  /// Newest first; empty where the project does not exist (yet).
  Result<std::vector<Connection>> list(Caller const& caller, store::ConnectionFilter const& filter);
  /// The user id that the caller's project has at the provider; of one that has nothing there yet, a stand-in
  /// that owns nothing.
  Result<std::string> user_id(Caller const& caller);
  /// By slug or id. `CONNECTION_NOT_FOUND` with the nearest slug.
  Result<Connection> get(Caller const& caller, std::string const& slug_or_id);
  /// Revokes and deletes at Composio, then forgets here; gone there already is no failure. Where Composio
  /// cannot be reached nothing changes here, unless the account is to be kept there.
  enum class Remote { revoke, keep };
  Result<Connection> disconnect(Caller const& caller, std::string const& slug_or_id, Remote remote);

 private:
  store::ProjectStore& projects_;
  store::ConnectionStore& connections_;
  Credentials& credentials_;
  ToolProvider& provider_;
};

}  // namespace agenta::daemon
