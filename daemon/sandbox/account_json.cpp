#include <nlohmann/json.hpp>

#include "daemon/sandbox/accounts.hpp"
#include "daemon/sandbox/json_value.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

std::string text(Json const& object, char const* name) {
  return find_text(object, name).value_or(std::string{});
}
bool flag(Json const& object, char const* name) { return find_flag(object, name).value_or(false); }
WallTime time(Json const& object, char const* name) {
  return WallTime{std::chrono::milliseconds{find_integer(object, name).value_or(0)}};
}
std::int64_t number(WallTime time) { return time.time_since_epoch().count(); }

std::map<std::string, std::string> texts(Json const& object, char const* name) {
  std::map<std::string, std::string> values;
  auto const* node = find_node(object, name);
  if (node == nullptr || !node->is_object()) return values;
  for (auto const& [key, value] : node->items()) {
    if (value.is_string()) values[key] = value.get<std::string>();
  }
  return values;
}

Json to_json(AuthConfig const& config) {
  return Json{{"id", config.id},
              {"uuid", config.uuid},
              {"project", config.project},
              {"toolkit", config.toolkit},
              {"name", config.name},
              {"scheme", config.scheme},
              {"scopes", config.scopes},
              {"credentials", config.credentials},
              {"managed", config.managed},
              {"disabled", config.disabled},
              {"created_at", number(config.created_at)},
              {"updated_at", number(config.updated_at)}};
}

AuthConfig auth_config_from(Json const& object) {
  AuthConfig config;
  config.id = text(object, "id");
  config.uuid = text(object, "uuid");
  config.project = text(object, "project");
  config.toolkit = text(object, "toolkit");
  config.name = text(object, "name");
  config.scheme = text(object, "scheme");
  if (auto const* scopes = find_node(object, "scopes")) {
    for (auto const& scope : *scopes) {
      if (scope.is_string()) config.scopes.push_back(scope.get<std::string>());
    }
  }
  config.credentials = texts(object, "credentials");
  config.managed = flag(object, "managed");
  config.disabled = flag(object, "disabled");
  config.created_at = time(object, "created_at");
  config.updated_at = time(object, "updated_at");
  return config;
}

Json to_json(Account const& account) {
  return Json{{"id", account.id},
              {"project", account.project},
              {"auth_config", account.auth_config},
              {"toolkit", account.toolkit},
              {"scheme", account.scheme},
              {"user", account.user},
              {"alias", account.alias},
              {"word_id", account.word_id},
              {"status", name_of(account.status)},
              {"status_reason", account.status_reason},
              {"link_token", account.link_token},
              {"callback_url", account.callback_url},
              {"linked_at", number(account.linked_at)},
              {"fields", account.fields},
              {"error", account.error},
              {"error_description", account.error_description},
              {"disabled", account.disabled},
              {"grant_is_dead", account.grant_is_dead},
              {"created_at", number(account.created_at)},
              {"updated_at", number(account.updated_at)}};
}

Account account_from(Json const& object) {
  Account account;
  account.id = text(object, "id");
  account.project = text(object, "project");
  account.auth_config = text(object, "auth_config");
  account.toolkit = text(object, "toolkit");
  account.scheme = text(object, "scheme");
  account.user = text(object, "user");
  account.alias = text(object, "alias");
  account.word_id = text(object, "word_id");
  account.status = parse_account_status(text(object, "status")).value_or(AccountStatus::failed);
  account.status_reason = text(object, "status_reason");
  account.link_token = text(object, "link_token");
  account.callback_url = text(object, "callback_url");
  account.linked_at = time(object, "linked_at");
  account.fields = texts(object, "fields");
  account.error = text(object, "error");
  account.error_description = text(object, "error_description");
  account.disabled = flag(object, "disabled");
  account.grant_is_dead = flag(object, "grant_is_dead");
  account.created_at = time(object, "created_at");
  account.updated_at = time(object, "updated_at");
  return account;
}

}  // namespace

nlohmann::json AccountBook::to_json() const {
  Json document{{"auth_configs", Json::array()}, {"accounts", Json::array()}};
  for (auto const& config : auth_configs_) document["auth_configs"].push_back(sandbox::to_json(config));
  for (auto const& account : accounts_) document["accounts"].push_back(sandbox::to_json(account));
  return document;
}

void AccountBook::restore(nlohmann::json const& document) {
  clear();
  if (auto const* configs = find_node(document, "auth_configs")) {
    for (auto const& entry : *configs) add(auth_config_from(entry));
  }
  if (auto const* accounts = find_node(document, "accounts")) {
    for (auto const& entry : *accounts) add(account_from(entry));
  }
}

}  // namespace agenta::daemon::sandbox
