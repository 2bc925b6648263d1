#include "daemon/sandbox/links.hpp"

#include <algorithm>

#include "daemon/sandbox/request.hpp"
#include "shared/base/id.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

/// A value that the provider takes, for links that nobody is there to answer.
std::string sample_value(CredentialField const& field) {
  return field.must_begin_with + "sandbox_" + field.name;
}

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
  if (auto const* toolkit = world.catalog.find_toolkit(account.toolkit)) {
    for (auto const& field : toolkit->fields) {
      if (field.required && fields[field.name].empty()) fields[field.name] = sample_value(field);
    }
  }
  // A key that was given with the link and that the provider refuses leaves the link open, as a person's
  // would.
  static_cast<void>(approve(world, account, std::move(fields)));
}

std::optional<std::string> approve(World& world, Account& account,
                                   std::map<std::string, std::string> fields) {
  fields.merge(std::map{account.fields});
  if (auto const* toolkit = world.catalog.find_toolkit(account.toolkit)) {
    if (auto const missing = missing_fields(*toolkit, fields); !missing.empty()) {
      return "Please fill in: " + join(missing, ", ");
    }
    if (auto complaint = credential_complaint(*toolkit, fields)) return complaint;
  }
  account.fields = std::move(fields);
  set_status(world, account, AccountStatus::active);
  return std::nullopt;
}

void deny(World& world, Account& account) {
  account.error = "access_denied";
  account.error_description = "The user denied the request";
  set_status(world, account, AccountStatus::failed, "OAuth callback failed during token exchange");
}

std::optional<std::string> credential_complaint(Toolkit const& toolkit,
                                                std::map<std::string, std::string> const& fields) {
  for (auto const& field : toolkit.fields) {
    auto const given = fields.find(field.name);
    if (given == fields.end() || given->second.starts_with(field.must_begin_with)) continue;
    return "Invalid " + field.label + " provided: " + masked(given->second);
  }
  return std::nullopt;
}

std::vector<std::string> missing_fields(Toolkit const& toolkit,
                                        std::map<std::string, std::string> const& fields) {
  std::vector<std::string> missing;
  for (auto const& field : toolkit.fields) {
    auto const given = fields.find(field.name);
    if (field.required && (given == fields.end() || given->second.empty())) missing.push_back(field.name);
  }
  return missing;
}

void set_status(World& world, Account& account, AccountStatus status, std::string reason) {
  account.status = status;
  account.status_reason = std::move(reason);
  account.updated_at = world.now();
  world.unsaved.accounts = true;
}

std::string masked(std::string_view secret) { return std::string{secret.substr(0, 4)} + "..."; }

}  // namespace agenta::daemon::sandbox
