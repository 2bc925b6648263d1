#pragma once

#include <span>
#include <string>
#include <vector>

#include "daemon/core/tool_provider.hpp"
#include "daemon/store/connection_store.hpp"
#include "shared/domain/connection.hpp"
#include "shared/domain/error.hpp"

namespace agenta::daemon {

/// Whether a row may be used under this key at this endpoint: another key's rows are listed, never used.
bool belongs_to(Connection const& connection, ProviderAccess const& access);

/// The one connection that runs a tool of `integration`, by contract §7.4. `named` (slug or id) decides where
/// it is not empty; else the default, else the only ACTIVE one. What is not usable is said with the way out:
/// `CONNECTION_EXPIRED`, `OAUTH_PENDING`, `NOT_CONNECTED`, `CONNECTION_NOT_FOUND`, `CONNECTION_AMBIGUOUS`
/// with the choices.
Result<Connection> choose_connection(std::span<Connection const> connections, ProviderAccess const& access,
                                     IntegrationSlug const& integration, std::string const& named);

/// The rows to choose from: the named one alone, of whatever integration, else the integration's. Where there
/// is none of that name, all of them: somebody has to be told the nearest.
Result<std::vector<Connection>> connection_candidates(store::ConnectionStore& connections,
                                                      ProjectId const& project,
                                                      IntegrationSlug const& integration,
                                                      std::string const& named);

/// Why this connection cannot run a tool now; success where it can.
Result<void> check_usable(Connection const& connection);

}  // namespace agenta::daemon
