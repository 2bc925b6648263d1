#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/core/caller.hpp"
#include "daemon/core/connection_turns.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/tool_provider.hpp"
#include "daemon/store/connection_store.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::daemon {

class SessionBook;

/// The user id that a project's accounts have at Composio.
std::string user_id_of(ProjectId const& project);

/// The connections of a caller's project: reading them, and taking them away. A caller that came by a
/// session's socket is shown those that the session is bound to, as if there were no others. Any thread.
class Connections {
 public:
  /// `sessions` outlives the connections; null: there are none.
  Connections(store::ProjectStore& projects, store::ConnectionStore& connections, ConnectionTurns& turns,
              Credentials& credentials, ToolProvider& provider, Clock const& clock,
              SessionBook* sessions = nullptr)
      : sessions_(sessions),
        projects_(projects),
        connections_(connections),
        turns_(turns),
        credentials_(credentials),
        provider_(provider),
        clock_(clock) {}

  /// Newest first; empty where the project does not exist (yet).
  Result<std::vector<Connection>> list(Caller const& caller, store::ConnectionFilter const& filter);
  /// The user id that the caller's project has at the provider; of one that has nothing there yet, a stand-in
  /// that owns nothing.
  Result<std::string> user_id(Caller const& caller);
  /// A page of them, newest first.
  Result<Page<Connection>> page(Caller const& caller, store::ConnectionFilter const& filter,
                                std::string_view cursor, int limit);
  /// By slug or id. `CONNECTION_NOT_FOUND` with the nearest slug.
  Result<Connection> get(Caller const& caller, std::string const& slug_or_id);
  /// What became of the account at Composio.
  enum class Remote {
    revoked,      ///< and deleted
    kept,         ///< as asked
    gone_before,  ///< it was not there any more
    never_made,   ///< there was none
  };
  enum class Keep : bool { no, yes };
  struct Disconnected {
    Connection connection{};
    Remote remote = Remote::revoked;
  };
  /// Revokes and deletes at Composio, then forgets here. Where Composio cannot be reached nothing changes
  /// here, unless the account is to be kept there.
  Result<Disconnected> disconnect(Caller const& caller, std::string const& slug_or_id, Keep keep);

  struct Updated {
    Connection connection{};
    std::string notice{};  ///< for a person: what could not be carried to Composio
  };
  /// Renames, and makes default. A new slug is carried to Composio as the account's alias; where that does
  /// not go it is renamed here all the same. `CONNECTION_ALREADY_EXISTS` where the slug is taken.
  Result<Updated> update(Caller const& caller, std::string const& slug_or_id,
                         protocol::ConnectionPatch const& patch);

  /// What happened to the project's connections after `sequence`, oldest first; without one only where the
  /// record stands now. `INVALID_REQUEST` for a cursor that is none.
  Result<Page<ConnectionEvent>> changes(Caller const& caller, std::string const& cursor);

 private:
  Result<Remote> revoke(ProviderCall const& call, Connection const& connection, AccountId const& account);
  Result<Remote> revoke_all(Caller const& caller, Connection const& connection);
  std::string carry_alias(Caller const& caller, Connection const& row);
  Result<void> confine(Caller const& caller, std::vector<Connection>& rows) const;

  SessionBook* sessions_;
  store::ProjectStore& projects_;
  store::ConnectionStore& connections_;
  ConnectionTurns& turns_;
  Credentials& credentials_;
  ToolProvider& provider_;
  Clock const& clock_;
};

}  // namespace agenta::daemon
