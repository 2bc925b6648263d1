#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/account_view.hpp"
#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/links.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaximum = 50;

ApiResult<Account*> get(World& world, Request const& request) {
  auto* const account = world.book.find_account(request.project, request.parameters.front());
  if (account == nullptr) return refuse(account_not_found(request.parameters.front()));
  return account;
}

/// The values of the lists that an account must be in; an empty list admits all.
struct AccountFilter {
  std::vector<std::string> toolkits, statuses, users, configs, ids;

  explicit AccountFilter(Request const& request)
      : toolkits(request.list_query("toolkit_slugs")),
        statuses(request.list_query("statuses")),
        users(request.list_query("user_ids")),
        configs(request.list_query("auth_config_ids")),
        ids(request.list_query("connected_account_ids")) {}

  static bool holds(std::vector<std::string> const& wanted, std::string_view value) {
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
  }
  bool admits(Account const& account) const {
    return holds(toolkits, account.toolkit) && holds(statuses, name_of(account.status)) &&
           holds(users, account.user) && holds(configs, account.auth_config) && holds(ids, account.id);
  }
};

}  // namespace

Reply list_accounts(World& world, Request const& request) {
  AGENTA_TRY(auto const page, page_of(request, kMaximum));
  AccountFilter const filter{request};
  std::vector<Account const*> found;
  for (auto& account : world.book.accounts()) {
    if (account.project != request.project) continue;
    settle_automatically(world, account);
    if (filter.admits(account)) found.push_back(&account);
  }
  if (request.find_query("account_type") == "SHARED") found.clear();  // it makes private accounts only
  auto const time =
      request.find_query("order_by") == "updated_at" ? &Account::updated_at : &Account::created_at;
  // Equal times keep the order in which the accounts were made, so that pages do not overlap.
  std::ranges::stable_sort(found, {}, [&](Account const* account) { return account->*time; });
  if (request.find_query("order_direction") != "asc") std::ranges::reverse(found);
  std::vector<std::string> items;
  for (std::size_t at = page.first(); at < std::min(found.size(), page.first() + page.limit); ++at) {
    items.push_back(to_text(account_document(world, *found[at], Detail::list)));
  }
  return json_response(200, page_document(page, std::move(items), found.size()));
}

Reply get_account(World& world, Request const& request) {
  AGENTA_TRY(auto* const account, get(world, request));
  settle_automatically(world, *account);
  return json_response(200, to_text(account_document(world, *account, Detail::whole)));
}

Reply patch_account(World& world, Request const& request) {
  AGENTA_TRY(auto* const account, get(world, request));
  if (auto alias = find_text(request.body, "alias")) {
    if (!alias->empty() && world.book.alias_taken(*account, *alias)) {
      return refuse(account_bad_request("Alias \"" + *alias +
                                        "\" is already in use by another connection for this entity"));
    }
    account->alias = std::move(*alias);
  }
  auto const* connection = find_node(request.body, "connection");
  auto const* state = connection == nullptr ? nullptr : find_node(*connection, "state");
  if (auto const* val = state == nullptr ? nullptr : find_node(*state, "val");
      val != nullptr && val->is_object()) {
    if (find_text(*state, "authScheme") != account->scheme)
      return refuse(account_bad_request("authScheme must be " + account->scheme));
    auto fields = account->fields;
    for (auto const& [given, value] : val->items()) {
      std::string const name = given == "api_key" ? "generic_api_key" : given;
      if (value.is_null()) fields.erase(name);
      if (value.is_string()) fields[name] = value.get<std::string>();
    }
    account->fields = without_secrets(find_scheme(world, *account), std::move(fields));
    account->grant_is_dead = false;
  }
  account->updated_at = world.now();
  world.unsaved.accounts = true;
  return json_response(
      200, to_text(Json{{"success", true}, {"id", account->id}, {"status", name_of(account->status)}}));
}

Reply set_account_status(World& world, Request const& request) {
  AGENTA_TRY(auto* const account, get(world, request));
  auto const enabled = find_flag(request.body, "enabled");
  if (!enabled) return refuse(bad_request("enabled must be true or false"));
  bool const can_change =
      account->status == AccountStatus::active || account->status == AccountStatus::inactive;
  if (!can_change)
    return refuse(
        account_bad_request("Connected account is in " + std::string{name_of(account->status)} + " state"));
  account->disabled = !*enabled;
  set_status(world, *account, *enabled ? AccountStatus::active : AccountStatus::inactive,
             "Connection status updated by user");
  return json_response(200, R"({"success":true})");
}

Reply revoke_account(World& world, Request const& request) {
  AGENTA_TRY(auto* const account, get(world, request));
  Json revoked = Json::array();
  if (account->status != AccountStatus::revoked) {
    if (!is_revocable_scheme(account->scheme))
      return refuse(account_bad_request("Toolkit " + account->toolkit + " does not support revocation"));
    bool const has_tokens =
        account->status == AccountStatus::active || account->status == AccountStatus::inactive;
    if (!has_tokens) {
      return refuse(generic_error(409, "Connected account is in " + std::string{name_of(account->status)} +
                                           " state and cannot be revoked"));
    }
    revoked.push_back("access_token");
    if (account->scheme != "OAUTH1") revoked.push_back("refresh_token");
    revoke(world, *account);
    set_status(world, *account, AccountStatus::revoked, "Revoked via user-initiated revoke endpoint");
  }
  Json const shown{{"id", account->id}, {"status", name_of(account->status)}};
  return json_response(200,
                       to_text(Json{{"revoked_tokens", std::move(revoked)}, {"connected_account", shown}}));
}

Reply delete_account(World& world, Request const& request) {
  AGENTA_TRY(auto const* const account, get(world, request));
  bool const revokes = request.flag_query("revoke_on_delete");
  if (revokes) revoke(world, *account);
  world.book.erase_account(std::string{account->id});
  world.unsaved.accounts = true;
  if (!revokes) return json_response(200, R"({"success":true})");
  return json_response(200, to_text(Json{{"success", true}, {"revoke_job_id", make_nano_id("job_")}}));
}

}  // namespace agenta::daemon::sandbox
