#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/caller.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/single_flight.hpp"
#include "daemon/store/connection_store.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::daemon {

/// A login that is under way: which row it makes, and the access it was begun with, held in memory only until
/// it ends.
struct PendingLogin {
  ConnectionId connection{};
  ProviderAccess access{};
  std::optional<WallTime> expires_at{};
};

/// What the loop does for logins: it keeps the callback door, polls, and wakes those who wait. Called from
/// any thread.
class LoginWatcher {
 public:
  virtual ~LoginWatcher() = default;
  /// The URL a browser is to come back to, with a nonce of this login's own; nothing where no door can be
  /// opened: the login is then finished by polling alone.
  virtual std::optional<std::string> open_callback(ConnectionId const& id) = 0;
  /// Why a login has no callback, for its user; empty where it has one, or is to have none.
  virtual std::string callback_trouble(ConnectionId const&) const { return {}; }
  virtual void started(PendingLogin login) = 0;
  /// It is no longer pending, or its row is gone.
  virtual void settled(ConnectionId const& id) = 0;
};

/// Makes connections: by a link that a browser opens, or from given fields (architecture §5). Nothing that a
/// browser brings back is believed: a connection becomes active only by asking Composio for it. Any thread.
class ConnectFlow {
 public:
  ConnectFlow(store::ProjectStore& projects, store::ConnectionStore& connections,
              store::AuthConfigStore& auth_configs, Catalog& catalog, Credentials& credentials,
              ToolProvider& provider, LoginWatcher& watcher, Clock const& clock)
      : projects_(projects),
        connections_(connections),
        auth_configs_(auth_configs),
        catalog_(catalog),
        credentials_(credentials),
        provider_(provider),
        watcher_(watcher),
        clock_(clock) {}

  /// Begins a connection. An identical login that is pending is joined; a taken slug is refused before
  /// anything is made at Composio.
  Result<protocol::ConnectReply> begin(Caller const& caller, protocol::ConnectRequest const& request);

  /// Asks Composio about a pending row and moves it where Composio says. The row as it stands then; unchanged
  /// while the user has not finished.
  Result<Connection> settle(ProviderAccess const& access, ConnectionId const& id, SteadyTime deadline,
                            std::stop_token stop);

  /// Fails a pending row whose link is long over while Composio gives no answer about it. Does nothing to
  /// another row.
  Result<void> give_up(ConnectionId const& id);

  /// What a restart finds: rows without an account are forgotten (their link was never shown), the others are
  /// watched again where the saved key is theirs.
  Result<void> resume_pending(Caller const& owner);
  /// Watches a pending row again on behalf of a caller who has its key; does nothing where it is watched
  /// already.
  Result<void> resume(Caller const& caller, Connection const& connection);

 private:
  struct Plan;
  Result<Plan> plan(Caller const& caller, protocol::ConnectRequest const& request);
  Result<AuthConfigId> find_auth_config(ProviderCall const& call, Plan const& plan,
                                        protocol::ConnectRequest const& request);
  bool renew_auth_config(ProviderCall const& call, Plan const& plan, protocol::ConnectRequest const& request,
                         Error const& refusal, Connection& row);
  Result<protocol::ConnectReply> begin_link(Caller const& caller, Plan plan,
                                            protocol::ConnectRequest const& request);
  Result<protocol::ConnectReply> begin_fields(Caller const& caller, Plan plan,
                                              protocol::ConnectRequest const& request);
  Result<std::string> free_slug(ProjectId const& project, std::string const& wanted, bool exact);

  store::ProjectStore& projects_;
  store::ConnectionStore& connections_;
  store::AuthConfigStore& auth_configs_;
  Catalog& catalog_;
  Credentials& credentials_;
  ToolProvider& provider_;
  LoginWatcher& watcher_;
  Clock const& clock_;
  SingleFlight flights_;
  Synchronized<std::map<std::string, SteadyTime>>
      rests_;  ///< until when Composio asked not to be asked, by connection
};

}  // namespace agenta::daemon
