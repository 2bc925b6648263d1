#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"

namespace agenta::daemon::sandbox {

enum class AccountStatus : std::uint8_t {
  initializing,
  initiated,
  active,
  failed,
  expired,
  inactive,
  revoked
};
std::string_view name_of(AccountStatus status);
std::optional<AccountStatus> parse_account_status(std::string_view name);

struct AuthConfig {
  std::string id{};
  std::string uuid{};
  std::string project{};  ///< of the API key that made it
  std::string toolkit{};
  std::string name{};
  std::string scheme{};
  std::vector<std::string> scopes{};
  std::map<std::string, std::string> credentials{};  ///< what the owner gave, masked: never in plain
  bool managed = false;
  bool disabled = false;
  WallTime created_at{};
  WallTime updated_at{};
};

struct Account {
  std::string id{};
  std::string project{};
  std::string auth_config{};
  std::string toolkit{};
  std::string scheme{};
  std::string user{};
  std::string alias{};
  std::string word_id{};
  AccountStatus status = AccountStatus::initializing;
  std::string status_reason{};
  std::string link_token{};  ///< of its latest link; empty where it never had one
  std::string callback_url{};
  WallTime linked_at{};                         ///< when that link was made
  std::map<std::string, std::string> fields{};  ///< what the user gave: subdomain, key, …
  std::string error{};
  std::string error_description{};
  bool disabled = false;
  bool grant_is_dead = false;  ///< the provider no longer honours it, and nobody has noticed
  WallTime created_at{};
  WallTime updated_at{};

  bool pending() const { return status == AccountStatus::initializing || status == AccountStatus::initiated; }
};

/// Auth configs and connected accounts of every project, oldest first. A pointer it gives holds until
/// something is erased.
class AccountBook {
 public:
  AuthConfig& add(AuthConfig config);
  Account& add(Account account);
  AuthConfig* find_auth_config(std::string_view project, std::string_view id);
  AuthConfig const* find_auth_config(std::string_view project, std::string_view id) const;
  Account* find_account(std::string_view project, std::string_view id);
  /// In whatever project: what the controls and the hosted page look up.
  Account* find_account(std::string_view id);
  Account* find_by_link(std::string_view token);
  /// The user's newest active account of the toolkit.
  Account* find_active(std::string_view project, std::string_view user, std::string_view toolkit);
  bool alias_taken(Account const& account, std::string_view alias) const;
  void erase_account(std::string_view id);
  /// With the accounts made from it.
  void erase_auth_config(std::string_view id);
  void clear();

  std::deque<AuthConfig>& auth_configs() { return auth_configs_; }
  std::deque<Account>& accounts() { return accounts_; }

  nlohmann::json to_json() const;
  /// Replaces everything by what `to_json` gave. Unknown members are ignored.
  void restore(nlohmann::json const& document);

 private:
  std::deque<AuthConfig> auth_configs_{};
  std::deque<Account> accounts_{};
};

}  // namespace agenta::daemon::sandbox
