#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/core/caller.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/connection_check.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/single_flight.hpp"
#include "shared/domain/connection_report.hpp"

namespace agenta::daemon {

/// Brings the connections of a project and its user's accounts at Composio together. Other users' accounts
/// are never looked at: what is asked for is this user's, and an account that says another is passed over.
/// Any thread.
class ConnectionSync {
 public:
  ConnectionSync(store::ProjectStore& projects, store::ConnectionStore& connections, ConnectionTurns& turns,
                 Catalog& catalog, Credentials& credentials, ToolProvider& provider, ConnectionChecks& checks,
                 Clock const& clock)
      : projects_(projects),
        connections_(connections),
        turns_(turns),
        catalog_(catalog),
        credentials_(credentials),
        provider_(provider),
        checks_(checks),
        clock_(clock) {}

  /// Adopts accounts that were made elsewhere, takes over statuses, takes connections over that were made
  /// under another key of the same Composio project, and marks those as EXPIRED whose account vanished.
  Result<SyncReport> sync(Caller const& caller);
  /// Clears logins away that can never be finished: rows that failed or whose link is over, with their
  /// accounts; and accounts of dead logins that no row knows. Where Composio does not let an account go, its
  /// row stays.
  Result<PruneReport> prune(Caller const& caller, bool dry_run);

 private:
  struct Scene;
  Result<Scene> look(Caller const& caller);
  Result<void> reconcile(Scene& scene, Account const& account, Connection row, SyncReport& report);
  Result<bool> is_known_now(Scene const& scene, Account const& account);
  Result<void> adopt(Scene& scene, Account const& account, SyncReport& report);
  Result<void> note_vanished(Scene& scene, std::set<std::string> const& there, SyncReport& report);
  Result<std::optional<PrunedLogin>> prune_row(Scene const& scene, Connection const& seen, bool dry_run);
  Result<void> let_go(ProviderCall const& call, AccountId const& account, bool dry_run);
  Result<std::string> free_slug(Scene const& scene, Account const& account);

  store::ProjectStore& projects_;
  store::ConnectionStore& connections_;
  ConnectionTurns& turns_;
  Catalog& catalog_;
  Credentials& credentials_;
  ToolProvider& provider_;
  ConnectionChecks& checks_;
  Clock const& clock_;
  SingleFlight flights_;
};

}  // namespace agenta::daemon
