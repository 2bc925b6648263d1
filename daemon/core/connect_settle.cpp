#include <utility>

#include "daemon/core/account_state.hpp"
#include "daemon/core/connect_flow.hpp"
#include "daemon/core/connection_choice.hpp"
#include "shared/base/try.hpp"

// The second half of a login: what Composio says of it, and taking it up again.
namespace agenta::daemon {

Result<Connection> ConnectFlow::settle(ProviderAccess const& access, ConnectionId const& id,
                                       SteadyTime deadline, std::stop_token stop) {
  auto const turn = flights_.enter("settle " + id.text);
  AGENTA_TRY(auto found, connections_.find(id));
  if (!found) {
    watcher_.settled(id);
    return fail(ErrorCode::connection_not_found, "the connection was removed meanwhile");
  }
  Connection row = std::move(*found);
  if (row.status != ConnectionStatus::pending || row.account.empty() || !belongs_to(row, access)) return row;

  // Whoever asks (the watcher, a browser's visit, a waiting client) keeps to what Composio asked for.
  bool const resting = rests_.with([&](auto& rests) {
    auto const rest = rests.find(id.text);
    return rest != rests.end() && clock_.steady() < rest->second;
  });
  if (resting) return row;
  ProviderCall const call{access, deadline, std::move(stop)};
  auto const account = provider_.get_account(call, row.account);
  if (!account && account.error().code != ErrorCode::connection_not_found) {
    if (auto const pause = account.error().retry_after) {
      rests_.with([&](auto& rests) { rests[id.text] = clock_.steady() + *pause; });
    }
    return unexpected(account.error());
  }
  rests_.with([&](auto& rests) { rests.erase(id.text); });
  WallTime const now = clock_.wall();
  Settlement const settlement = account ? judge_account(row, *account, now) : account_vanished();
  if (settlement.status == ConnectionStatus::pending) return row;

  row.status = settlement.status;
  row.error = settlement.error;
  row.redirect_url.clear();
  row.expires_at.reset();
  row.updated_at = now;
  row.last_checked_at = now;
  AGENTA_CHECK(connections_.update(row, store::Durability::full));
  watcher_.settled(id);
  return row;
}

Result<void> ConnectFlow::give_up(ConnectionId const& id) {
  AGENTA_TRY(auto found, connections_.find(id));
  if (!found || found->status != ConnectionStatus::pending) return {};
  ConnectionError why;
  why.code = ErrorCode::oauth_expired;
  why.message = "the link expired, and Composio could not be asked whether the login was finished";
  found->status = ConnectionStatus::failed;
  found->error = std::move(why);
  found->redirect_url.clear();
  found->expires_at.reset();
  found->updated_at = clock_.wall();
  AGENTA_CHECK(connections_.update(*found, store::Durability::full));
  watcher_.settled(id);
  return {};
}

Result<void> ConnectFlow::resume_pending(Caller const& owner) {
  AGENTA_TRY(auto pending, connections_.list_pending());
  if (pending.empty()) return {};  // the key may be in a keyring that takes its time
  auto const access = credentials_.access_for(owner);
  for (Connection& row : pending) {
    if (row.account.empty()) {
      AGENTA_CHECK(connections_.erase(row.id, store::Durability::normal));
    } else if (access && belongs_to(row, *access)) {
      PendingLogin login;
      login.connection = row.id;
      login.access = *access;
      login.expires_at = row.expires_at;
      watcher_.started(std::move(login));
    }
  }
  return {};
}

Result<void> ConnectFlow::resume(Caller const& caller, Connection const& connection) {
  if (connection.status != ConnectionStatus::pending || connection.account.empty()) return {};
  AGENTA_TRY(ProviderAccess access, credentials_.access_for(caller));
  if (!belongs_to(connection, access)) return {};
  PendingLogin login;
  login.connection = connection.id;
  login.access = std::move(access);
  login.expires_at = connection.expires_at;
  watcher_.started(std::move(login));
  return {};
}

}  // namespace agenta::daemon
