#include "daemon/sandbox/accounts.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

constexpr std::array kStatusNames{
    std::pair{AccountStatus::initializing, std::string_view{"INITIALIZING"}},
    std::pair{AccountStatus::initiated, std::string_view{"INITIATED"}},
    std::pair{AccountStatus::active, std::string_view{"ACTIVE"}},
    std::pair{AccountStatus::failed, std::string_view{"FAILED"}},
    std::pair{AccountStatus::expired, std::string_view{"EXPIRED"}},
    std::pair{AccountStatus::inactive, std::string_view{"INACTIVE"}},
    std::pair{AccountStatus::revoked, std::string_view{"REVOKED"}},
};

}  // namespace

std::string_view name_of(AccountStatus status) {
  return kStatusNames[static_cast<std::size_t>(status)].second;
}

std::optional<AccountStatus> parse_account_status(std::string_view name) {
  for (auto const& [status, text] : kStatusNames) {
    if (equal_ignoring_case(text, name)) return status;
  }
  return std::nullopt;
}

AuthConfig& AccountBook::add(AuthConfig config) { return auth_configs_.emplace_back(std::move(config)); }

Account& AccountBook::add(Account account) { return accounts_.emplace_back(std::move(account)); }

AuthConfig* AccountBook::find_auth_config(std::string_view project, std::string_view id) {
  auto const found = std::ranges::find(auth_configs_, id, &AuthConfig::id);
  return found == auth_configs_.end() || found->project != project ? nullptr : &*found;
}

AuthConfig const* AccountBook::find_auth_config(std::string_view project, std::string_view id) const {
  auto const found = std::ranges::find(auth_configs_, id, &AuthConfig::id);
  return found == auth_configs_.end() || found->project != project ? nullptr : &*found;
}

Account* AccountBook::find_account(std::string_view project, std::string_view id) {
  Account* const account = find_account(id);
  return account == nullptr || account->project != project ? nullptr : account;
}

Account* AccountBook::find_account(std::string_view id) {
  auto const found = std::ranges::find(accounts_, id, &Account::id);
  return found == accounts_.end() ? nullptr : &*found;
}

Account* AccountBook::find_by_link(std::string_view token) {
  if (token.empty()) return nullptr;
  auto const found = std::ranges::find(accounts_, token, &Account::link_token);
  return found == accounts_.end() ? nullptr : &*found;
}

Account* AccountBook::find_active(std::string_view project, std::string_view user, std::string_view toolkit) {
  auto const newest_first =
      std::ranges::find_if(accounts_.rbegin(), accounts_.rend(), [&](Account const& account) {
        return account.status == AccountStatus::active && account.project == project &&
               account.user == user && account.toolkit == toolkit;
      });
  return newest_first == accounts_.rend() ? nullptr : &*newest_first;
}

bool AccountBook::alias_taken(Account const& account, std::string_view alias) const {
  return std::ranges::any_of(accounts_, [&](Account const& other) {
    return other.id != account.id && other.alias == alias && other.project == account.project &&
           other.user == account.user && other.toolkit == account.toolkit;
  });
}

void AccountBook::erase_account(std::string_view id) {
  std::erase_if(accounts_, [&](Account const& account) { return account.id == id; });
}

void AccountBook::erase_auth_config(std::string_view id) {
  std::erase_if(accounts_, [&](Account const& account) { return account.auth_config == id; });
  std::erase_if(auth_configs_, [&](AuthConfig const& config) { return config.id == id; });
}

void AccountBook::clear() {
  accounts_.clear();
  auth_configs_.clear();
}

}  // namespace agenta::daemon::sandbox
