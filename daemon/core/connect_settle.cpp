#include <utility>

#include "daemon/core/account_state.hpp"
#include "daemon/core/connect_plan.hpp"
#include "daemon/core/connection_choice.hpp"
#include "shared/base/try.hpp"

// The second half of a login: what Composio says of it, and taking it up again.
namespace agenta::daemon {
namespace {

Settlement not_finished(ErrorCode code, std::string message) {
  Settlement settlement;
  settlement.status = ConnectionStatus::failed;
  settlement.error = ConnectionError{code, std::move(message)};
  return settlement;
}

ConnectionChange change_to(ConnectionStatus status) {
  switch (status) {
    case ConnectionStatus::active: return ConnectionChange::connected;
    case ConnectionStatus::inactive: return ConnectionChange::disabled;
    case ConnectionStatus::pending:
    case ConnectionStatus::failed:
    case ConnectionStatus::expired: break;
  }
  return ConnectionChange::failed;
}

}  // namespace

/// Whoever asks (the watcher, a browser's visit, a waiting client) keeps to what Composio asked for.
bool ConnectFlow::is_resting(ConnectionId const& id, AskedBy why) {
  return rests_.with([&](auto& rests) {
    auto const rest = rests.find(id.text);
    if (rest == rests.end() || clock_.steady() >= rest->second.until) return false;
    return rest->second.even_for_visits || why != AskedBy::visit;
  });
}

/// Moves a pending row to where its login ended. A renewal that failed leaves the connection as it was, with
/// the reason; one that succeeded gives up what it replaced.
Result<void> ConnectFlow::write_settlement(ProviderCall const& call, Connection& row, Settlement settlement) {
  bool const failed = settlement.status == ConnectionStatus::failed;
  keep_names(row);
  auto const renewal = std::exchange(row.renewal, std::nullopt);
  AccountId const given_up = !renewal ? AccountId{} : failed ? row.account : renewal->account;
  row.status = settlement.status;
  row.error = std::move(settlement.error);
  if (renewal && failed) {
    row.account = renewal->account;
    row.auth_config = renewal->auth_config;
    row.auth_type = renewal->auth_type;
    row.status = renewal->status;
    row.error->message = "it was not renewed: " + row.error->message;
  }
  row.redirect_url.clear();
  row.expires_at.reset();
  row.updated_at = clock_.wall();
  row.last_checked_at = row.updated_at;
  auto const change = failed ? ConnectionChange::failed : change_to(row.status);
  AGENTA_CHECK(connections_.update(row, store::Durability::full,
                                   note_of(change, row, row.error ? row.error->message : "")));
  rests_.with([&](auto& rests) { rests.erase(row.id.text); });
  watcher_.settled(row.id);
  if (given_up.empty()) return {};
  static_cast<void>(provider_.delete_account(call, given_up));
  if (!failed) static_cast<void>(provider_.set_alias(call, row.account, row.slug));
  return {};
}

Result<Connection> ConnectFlow::settle(ProviderAccess const& access, ConnectionId const& id, AskedBy why,
                                       SteadyTime deadline, std::stop_token stop) {
  auto const turn = flights_.enter("settle " + id.text);
  AGENTA_TRY(auto found, connections_.find(id));
  if (!found) {
    watcher_.settled(id);
    return fail(ErrorCode::connection_not_found, "the connection was removed meanwhile");
  }
  Connection row = std::move(*found);
  if (row.status != ConnectionStatus::pending || row.account.empty() || !belongs_to(row, access)) return row;
  if (is_resting(id, why)) return row;

  ProviderCall const call{access, deadline, std::move(stop)};
  auto const account = provider_.get_account(call, row.account);
  if (!account && account.error().code != ErrorCode::connection_not_found) {
    if (auto const pause = account.error().retry_after) {
      rests_.with([&](auto& rests) { rests[id.text] = {clock_.steady() + *pause, true}; });
    }
    return unexpected(account.error());
  }
  rests_.with([&](auto& rests) { rests.erase(id.text); });
  Settlement settlement = account ? judge_account(row, *account, clock_.wall()) : account_vanished();
  if (settlement.status == ConnectionStatus::pending) return row;
  AGENTA_CHECK(write_settlement(call, row, std::move(settlement)));
  return row;
}

Result<Connection> ConnectFlow::cancel(Caller const& caller, Connection const& connection) {
  auto const turn = flights_.enter("settle " + connection.id.text);
  AGENTA_TRY(auto found, connections_.find(connection.id));
  if (!found) return fail(ErrorCode::connection_not_found, "the connection was removed meanwhile");
  Connection row = std::move(*found);
  if (row.status != ConnectionStatus::pending) {
    return fail(ErrorCode::invalid_request,
                "no login of " + row.slug + " is pending: it is " + std::string{name_of(row.status)},
                {"agenta-tools", "connections", "show", row.slug});
  }
  AGENTA_TRY(ProviderAccess const access, credentials_.access_for(caller));
  if (!belongs_to(row, access) && !row.account.empty()) {
    return fail(ErrorCode::not_configured,
                "the login of " + row.slug +
                    " was begun under another Composio key: cancel it with that one, or "
                    "let its link expire");
  }
  ProviderCall const call{access, caller.deadline, caller.stop};
  if (!row.account.empty()) {
    auto const deleted = provider_.delete_account(call, row.account);
    if (!deleted && deleted.error().code != ErrorCode::connection_not_found) {
      Error error = deleted.error();
      error.message =
          "nothing was changed: the login of " + row.slug + " could not be ended: " + error.message;
      return fail(std::move(error));
    }
  }
  row.changed_by = caller.actor;
  if (row.renewal) {
    row.account = {};  // gone already
    AGENTA_CHECK(
        write_settlement(call, row, not_finished(ErrorCode::oauth_failed, "the login was cancelled")));
    return row;
  }
  row.status = ConnectionStatus::failed;
  row.error = ConnectionError{ErrorCode::oauth_failed, "the login was cancelled"};
  row.redirect_url.clear();
  row.updated_at = clock_.wall();
  AGENTA_CHECK(connections_.erase(row, store::Durability::full,
                                  note_of(ConnectionChange::disconnected, row, row.error->message)));
  rests_.with([&](auto& rests) { rests.erase(row.id.text); });
  watcher_.settled(row.id);
  return row;
}

Result<void> ConnectFlow::give_up(ConnectionId const& id) {
  auto const turn = flights_.enter("settle " + id.text);
  AGENTA_TRY(auto found, connections_.find(id));
  if (!found || found->status != ConnectionStatus::pending) return {};
  ProviderAccess const nobody;
  auto why = not_finished(ErrorCode::oauth_expired,
                          "the link expired, and Composio could not be asked whether the login was finished");
  // What a renewal would have put in its place stays at Composio until it is cleared: it cannot be reached.
  if (found->renewal) found->account = {};
  return write_settlement({nobody, clock_.steady(), {}}, *found, std::move(why));
}

Result<void> ConnectFlow::forget_unmade() {
  AGENTA_TRY(auto const pending, connections_.list_pending());
  for (Connection const& row : pending) {
    if (row.account.empty()) AGENTA_CHECK(connections_.erase(row, store::Durability::normal));
  }
  return {};
}

Result<void> ConnectFlow::resume_pending(Caller const& owner) {
  AGENTA_TRY(auto pending, connections_.list_pending());
  if (pending.empty()) return {};
  // Without a saved key they are watched again when somebody comes who has one.
  auto const access = credentials_.access_for(owner);
  if (!access) return {};
  for (Connection const& row : pending) {
    if (row.account.empty() || !belongs_to(row, *access)) continue;
    PendingLogin login;
    login.connection = row.id;
    login.access = *access;
    login.expires_at = row.expires_at;
    watcher_.started(std::move(login));
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
