#pragma once

#include <span>
#include <vector>

#include "daemon/api/router.hpp"
#include "daemon/core/approvals.hpp"
#include "daemon/core/batches.hpp"
#include "daemon/core/browser_logins.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/connect_flow.hpp"
#include "daemon/core/connection_check.hpp"
#include "daemon/core/connection_sync.hpp"
#include "daemon/core/connections.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/downloads.hpp"
#include "daemon/core/executions.hpp"
#include "daemon/core/history.hpp"
#include "daemon/core/policies.hpp"
#include "daemon/core/proxy_requests.hpp"
#include "daemon/core/sessions.hpp"
#include "daemon/core/tool_inputs.hpp"
#include "daemon/core/tool_search.hpp"
#include "daemon/core/uploads.hpp"
#include "shared/domain/catalog.hpp"

namespace agenta::daemon::api {

/// A reply that is not settled yet carries this header with the key to wait on; a client that asked to wait
/// is answered when the key is notified. Never on the wire.
inline constexpr std::string_view kWaitKeyHeader = "agenta-wait-key";

/// Notified whenever a connection changed.
inline constexpr std::string_view kConnectionChanges = "connection-changes";

/// Notified whenever something happened to a session.
inline constexpr std::string_view kSessionChanges = "session-changes";

/// Notified whenever an approval was asked for or decided.
inline constexpr std::string_view kApprovalChanges = "approval-changes";

// The routes by subject. Each decodes, calls one use case, and encodes; the use cases outlive the table.

/// Brings an account's whole catalogue up to date behind the requests. Any thread.
class CatalogRefresher {
 public:
  virtual ~CatalogRefresher() = default;
  /// How much is here, and what is being done.
  virtual CatalogStatus status(ProviderAccess const& access) = 0;
  /// Fetches all of it again; returns at once.
  virtual void refresh_everything(ProviderAccess const& access) = 0;
  /// Fetches what is not here yet, at leisure; returns at once.
  virtual void warm_up(ProviderAccess const& access) = 0;
};

struct CatalogServices {
  Catalog& catalog;
  ToolSearch& search;
  Connections& connections;
  Credentials& credentials;
  CatalogRefresher& refresher;
  Sessions* sessions = nullptr;  ///< what callers may see who came by a session's socket; null: none come
};
std::vector<Route> catalog_routes(CatalogServices services);
struct ConnectionServices {
  ConnectFlow& flow;
  Connections& connections;
  ConnectionChecks& checks;
  ConnectionSync& sync;
  Credentials& credentials;
  LoginWatcher& watcher;
};
std::vector<Route> connection_routes(ConnectionServices services);
std::vector<Route> execution_routes(Executions& executions);
std::vector<Route> history_routes(History& history, Executions& executions);
std::vector<Route> batch_routes(Batches& batches);
std::vector<Route> policy_routes(Policies& policies);
std::vector<Route> approval_routes(Approvals& approvals, SessionBook& sessions);
std::vector<Route> proxy_routes(ProxyRequests& requests);
std::vector<Route> input_routes(ToolInputs& inputs);
std::vector<Route> file_routes(Uploads& uploads, Downloads& downloads);
std::vector<Route> session_routes(Sessions& sessions);
/// What a session's own socket tells of the session it is of.
std::vector<Route> own_session_routes(Sessions& sessions);
/// The table of the sockets of sessions: what is not in it does not exist there. `owners`: the owner's own,
/// some of whose routes are taken over as they are, since they heed who asks.
std::vector<Route> session_door_routes(std::span<Route const> owners, Sessions& sessions,
                                       Connections& connections, Credentials& credentials);
std::vector<Route> account_routes(Credentials& credentials, BrowserLogins& logins,
                                  CatalogRefresher& refresher);

/// A number from a query parameter within bounds; `otherwise` where it is not given, `INVALID_REQUEST` where
/// it is none.
Result<long long> read_number(Call const& call, std::string_view name, long long otherwise, long long least,
                              long long most);

}  // namespace agenta::daemon::api
