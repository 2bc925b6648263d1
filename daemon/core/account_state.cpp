#include "daemon/core/account_state.hpp"

#include <chrono>
#include <utility>

#include "daemon/core/connections.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

/// How long after a link's end Composio is still asked: its clock and ours differ, and the last click takes a
/// moment.
constexpr std::chrono::minutes kGrace{1};

Settlement failed(ErrorCode code, std::string message) {
  Settlement settlement;
  settlement.status = ConnectionStatus::failed;
  ConnectionError error;
  error.code = code;
  error.message = std::move(message);
  settlement.error = std::move(error);
  return settlement;
}

}  // namespace

std::string words_of(Account const& account) {
  if (!account.error_description.empty()) return account.error_description;
  if (!account.status_reason.empty()) return account.status_reason;
  if (!account.error.empty()) return account.error;
  return "no reason was given";
}

bool was_never_finished(Account const& account) {
  if (account.status == AccountStatus::failed) return true;
  return account.status == AccountStatus::expired &&
         to_lower(account.status_reason).find("initiation did not complete") != std::string::npos;
}

Settlement account_vanished() {
  return failed(ErrorCode::oauth_failed, "the account no longer exists at Composio; connect again");
}

namespace {

Settlement standing(ConnectionStatus status, ErrorCode code, std::string message) {
  Settlement settlement;
  settlement.status = status;
  settlement.error = ConnectionError{code, std::move(message)};
  return settlement;
}

Settlement disabled(Account const& account) {
  return standing(ConnectionStatus::inactive, ErrorCode::not_connected,
                  "it is disabled at Composio: " + words_of(account));
}

Settlement expired(std::string message) {
  return standing(ConnectionStatus::expired, ErrorCode::connection_expired, std::move(message));
}

}  // namespace

Settlement connection_vanished() { return expired("its account is not at Composio any more"); }

Settlement judge_standing(Connection const& row, Account const& account) {
  bool const same_integration = account.integration.empty() || account.integration == row.integration;
  // Composio will not always tell the user; that it tells another is what counts.
  bool const of_another = !account.user_id.empty() && account.user_id != user_id_of(row.project);
  if (of_another || !same_integration)
    return expired("at Composio its account belongs to another user or integration");
  Settlement settlement;
  settlement.status = row.status;
  switch (account.status) {
    case AccountStatus::active:
      if (account.disabled) return disabled(account);
      if (row.status == ConnectionStatus::expired) break;
      settlement.status = ConnectionStatus::active;
      return settlement;
    case AccountStatus::inactive: return disabled(account);
    case AccountStatus::expired: return expired("its grant expired: " + words_of(account));
    case AccountStatus::revoked: return expired("its grant was revoked: " + words_of(account));
    case AccountStatus::failed: return expired("its login failed: " + words_of(account));
    case AccountStatus::initializing:
    case AccountStatus::initiated: return expired("somebody began to renew it elsewhere");
    case AccountStatus::unknown: break;
  }
  settlement.error = row.error;
  return settlement;
}

Settlement judge_account(Connection const& row, Account const& account, WallTime now) {
  bool const same_integration = account.integration.empty() || account.integration == row.integration;
  if (account.user_id != user_id_of(row.project) || account.auth_config != row.auth_config ||
      account.id != row.account || !same_integration) {
    return failed(ErrorCode::oauth_failed,
                  "Composio answered with an account that this login did not make; it is not used");
  }
  Settlement settlement;
  switch (account.status) {
    case AccountStatus::active:
      if (account.disabled) return disabled(account);
      settlement.status = ConnectionStatus::active;
      return settlement;
    case AccountStatus::failed:
      if (account.error == "access_denied")
        return failed(ErrorCode::oauth_denied, "access was denied: " + words_of(account));
      return failed(ErrorCode::oauth_failed, "the login failed: " + words_of(account));
    case AccountStatus::expired:
      return failed(ErrorCode::oauth_expired, "the link expired before the login was finished");
    case AccountStatus::revoked:
      return failed(ErrorCode::oauth_failed, "the account was revoked: " + words_of(account));
    case AccountStatus::inactive: return disabled(account);
    case AccountStatus::initializing:
    case AccountStatus::initiated:
    case AccountStatus::unknown: break;
  }
  if (row.expires_at && now > *row.expires_at + kGrace) {
    return failed(ErrorCode::oauth_expired, "the link expired before the login was finished");
  }
  return settlement;
}

}  // namespace agenta::daemon
