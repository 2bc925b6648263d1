#pragma once

#include <optional>
#include <string>

#include "daemon/core/tool_provider.hpp"
#include "shared/domain/connection.hpp"

namespace agenta::daemon {

/// Where a pending connection stands after Composio was asked about its account.
struct Settlement {
  ConnectionStatus status = ConnectionStatus::pending;
  std::optional<ConnectionError> error{};
};

/// Moves a pending row by what Composio says of its account. An account of another user, auth config or
/// integration than the row's is a failure, whatever its status.
Settlement judge_account(Connection const& row, Account const& account, WallTime now);
/// Where a connection that was made before stands, by what Composio says of its account now. An account that
/// it cannot be is none of ours; a status that is not known changes nothing. What a tool proved to be expired
/// is not ACTIVE by Composio's word: only a call that works says so.
Settlement judge_standing(Connection const& row, Account const& account);
/// The account is not there (any more): of a login, and of a connection that was made before.
Settlement account_vanished();
Settlement connection_vanished();
/// Whether it is a login that came to nothing, and never was an account: one that failed, or whose link
/// nobody opened in time, which Composio calls EXPIRED as well.
bool was_never_finished(Account const& account);
/// Composio's and the service's own words on an account that is not active.
std::string words_of(Account const& account);

}  // namespace agenta::daemon
