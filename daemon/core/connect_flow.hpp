#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/auth_configs.hpp"
#include "daemon/core/caller.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/connection_turns.hpp"
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

/// Why Composio is to be asked about a login.
enum class AskedBy {
  visit,   ///< a browser came back: the answer is there, or about to be
  poll,    ///< it is time again
  client,  ///< somebody looks at the row
};

/// Makes connections: by a link that a browser opens, or from given fields (architecture §5). Nothing that a
/// browser brings back is believed: a connection becomes active only by asking Composio for it. Any thread.
class ConnectFlow {
 public:
  ConnectFlow(store::ProjectStore& projects, store::ConnectionStore& connections, ConnectionTurns& turns,
              AuthConfigs& auth_configs, Catalog& catalog, Credentials& credentials, ToolProvider& provider,
              LoginWatcher& watcher, Clock const& clock)
      : projects_(projects),
        connections_(connections),
        turns_(turns),
        auth_configs_(auth_configs),
        catalog_(catalog),
        credentials_(credentials),
        provider_(provider),
        watcher_(watcher),
        clock_(clock) {}

  /// Begins a connection, or the renewal of one. An identical login that is pending is joined; a taken slug
  /// is refused before anything is made at Composio. What a renewal replaces is kept until it has succeeded.
  Result<protocol::ConnectReply> begin(Caller const& caller, protocol::ConnectRequest const& request);

  /// Asks Composio about a pending row and moves it where Composio says. The row as it stands then; unchanged
  /// while the user has not finished. In a login's first second only a visit makes it ask: the browser is
  /// quicker than any question.
  Result<Connection> settle(ProviderAccess const& access, ConnectionId const& id, AskedBy why,
                            SteadyTime deadline, std::stop_token stop);

  /// Ends a pending login, at Composio first: its link leads nowhere from then on. The row as it was when it
  /// went; of a renewal, the connection as it was before. `INVALID_REQUEST` where nothing is pending.
  Result<Connection> cancel(Caller const& caller, Connection const& connection);

  /// Fails a pending row whose link is long over while Composio gives no answer about it. Does nothing to
  /// another row.
  Result<void> give_up(ConnectionId const& id);

  /// What a restart finds: rows without an account are forgotten, for their link was never shown. Before
  /// anything new is begun.
  Result<void> forget_unmade();
  /// The others are watched again where the saved key is theirs. Reading that may take a while.
  Result<void> resume_pending(Caller const& owner);
  /// Watches a pending row again on behalf of a caller who has its key; does nothing where it is watched
  /// already.
  Result<void> resume(Caller const& caller, Connection const& connection);

 private:
  struct Plan;
  struct Made;
  /// Until when Composio is not asked about a login.
  struct Rest {
    SteadyTime until{};
    bool even_for_visits = false;  ///< Composio asked for it
  };

  Result<std::string> integration_of(Caller const& caller, protocol::ConnectRequest const& request);
  Result<Plan> plan(Caller const& caller, protocol::ConnectRequest const& request);
  Result<void> plan_renewal(Plan& plan, protocol::ConnectRequest const& request);
  Result<std::optional<protocol::ConnectReply>> join(Caller const& caller, Plan const& plan,
                                                     protocol::ConnectRequest const& request);
  Result<Connection> prepare_row(Caller const& caller, Plan const& plan,
                                 protocol::ConnectRequest const& request);
  Result<AuthConfigId> auth_config_of(ProviderCall const& call, Plan const& plan,
                                      protocol::ConnectRequest const& request);
  template <class Make>
  auto with_auth_config(ProviderCall const& call, Plan const& plan, protocol::ConnectRequest const& request,
                        Connection& row, Make make) -> decltype(make());
  Result<protocol::ConnectReply> begin_link(Caller const& caller, Plan plan,
                                            protocol::ConnectRequest const& request);
  Result<protocol::ConnectReply> begin_fields(Caller const& caller, Plan plan,
                                              protocol::ConnectRequest const& request);
  Result<Account> make_account(ProviderCall const& call, Plan const& plan,
                               protocol::ConnectRequest const& request, Connection& row);
  Result<void> try_out(ProviderCall const& call, Plan const& plan, Fields const& given,
                       AccountId const& account);
  bool clear_failed(ProviderCall const& call, Connection const& row);
  Result<std::string> free_slug(ProviderCall const& call, ProjectId const& project, std::string const& wanted,
                                bool exact);
  void keep_names(Connection& row);
  bool free_alias(ProviderCall const& call, Connection const& row);
  template <class Make>
  auto with_alias(ProviderCall const& call, Plan const& plan, protocol::ConnectRequest const& request,
                  Connection& row, std::string& alias, Make make) -> decltype(make());
  Result<void> write_settlement(ProviderCall const& call, Connection& row, struct Settlement settlement);
  void discard(ProviderCall const& call, Plan const& plan, Connection const& row, AccountId const& account);
  bool is_resting(ConnectionId const& id, AskedBy why);

  store::ProjectStore& projects_;
  store::ConnectionStore& connections_;
  ConnectionTurns& turns_;
  AuthConfigs& auth_configs_;
  Catalog& catalog_;
  Credentials& credentials_;
  ToolProvider& provider_;
  LoginWatcher& watcher_;
  Clock const& clock_;
  SingleFlight flights_;
  Synchronized<std::map<std::string, Rest>> rests_;  ///< by connection
};

}  // namespace agenta::daemon
