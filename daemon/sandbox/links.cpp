#include "daemon/sandbox/links.hpp"

#include <algorithm>

#include "daemon/sandbox/request.hpp"
#include "shared/base/id.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

constexpr std::size_t kMostRevoked = 1000;

}  // namespace

void start_link(World& world, Account& account, std::string callback_url) {
  account.link_token = "lk_" + random_hex(16);
  account.callback_url = std::move(callback_url);
  account.linked_at = world.now();
  account.error.clear();
  account.error_description.clear();
}

std::string link_url(World const& world, Account const& account) {
  return world.base_url + "/link/" + account.link_token;
}

void expire_stale(World& world) {
  WallTime const now = world.now();
  for (auto& account : world.book.accounts()) {
    if (!account.pending() || now < account.linked_at + kLinkLifetime) continue;
    set_status(world, account, AccountStatus::expired,
               "Connection initiation did not complete within 10 minutes");
  }
}

void settle_automatically(World& world, Account& account) {
  auto const& automatic = world.auto_approval;
  if (automatic.mode == AutoApproval::Mode::off || !account.pending()) return;
  if (account.link_token.empty() || world.now() < account.linked_at + automatic.delay) return;
  if (automatic.mode == AutoApproval::Mode::deny) return deny(world, account);
  auto fields = account.fields;
  if (auto const* scheme = find_scheme(world, account)) {
    for (auto const& field : scheme->connection) {
      if (field.required && fields[field.name].empty()) fields[field.name] = sample_value(field);
    }
  }
  // A key that was given with the link and that the provider refuses leaves the link open, as a person's
  // would.
  static_cast<void>(approve(world, account, std::move(fields)));
}

std::optional<std::string> approve(World& world, Account& account, FieldValues fields) {
  fields.merge(FieldValues{account.fields});
  if (auto const* scheme = find_scheme(world, account)) {
    fill_defaults(scheme->connection, fields);
    if (auto const missing = missing_fields(scheme->connection, fields); !missing.empty()) {
      return "Please fill in: " + join(missing, ", ");
    }
    if (auto complaint = credential_complaint(scheme, fields)) return complaint;
  }
  activate(world, account, std::move(fields));
  return std::nullopt;
}

void deny(World& world, Account& account) {
  account.error = "access_denied";
  account.error_description = "The user denied the request";
  set_status(world, account, AccountStatus::failed, "OAuth callback failed during token exchange");
}

AuthScheme const* find_scheme(World const& world, Account const& account) {
  auto const* toolkit = world.catalog.find_toolkit(account.toolkit);
  return toolkit == nullptr ? nullptr : toolkit->find_scheme(account.scheme);
}

std::vector<std::string> scopes_of(World const& world, Account const& account) {
  auto const* config = world.book.find_auth_config(account.project, account.auth_config);
  return config == nullptr ? std::vector<std::string>{} : config->scopes;
}

void activate(World& world, Account& account, FieldValues fields) {
  account.fields = without_secrets(find_scheme(world, account), std::move(fields));
  account.grant_is_dead = false;
  account.disabled = false;
  account.error.clear();
  account.error_description.clear();
  set_status(world, account, AccountStatus::active);
}

void set_status(World& world, Account& account, AccountStatus status, std::string reason) {
  account.status = status;
  account.status_reason = std::move(reason);
  account.updated_at = world.now();
  world.unsaved.accounts = true;
}

void revoke(World& world, Account const& account) {
  bool const has_tokens =
      account.status == AccountStatus::active || account.status == AccountStatus::inactive;
  if (!has_tokens || !is_revocable_scheme(account.scheme)) return;
  world.revoked.push_back(account.id);
  if (world.revoked.size() > kMostRevoked) world.revoked.pop_front();
}

}  // namespace agenta::daemon::sandbox
