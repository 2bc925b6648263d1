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
/// The account is not there (any more).
Settlement account_vanished();
/// Composio's and the service's own words on an account that is not active.
std::string words_of(Account const& account);

}  // namespace agenta::daemon
