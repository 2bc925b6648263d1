#include <nlohmann/json.hpp>

#include "daemon/composio/composio_codec.hpp"
#include "daemon/composio/wire_json.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

using wire::Json;

AuthConfig read_auth_config(Json const& json) {
  auto config = AuthConfig{};
  config.id.text = wire::text_at(json, "id");
  config.integration.text = to_lower(wire::text_at(wire::member(json, "toolkit"), "slug"));
  config.name = wire::text_at(json, "name");
  config.auth_scheme = wire::text_at(json, "auth_scheme");
  config.managed = wire::flag_at(json, "is_composio_managed");
  config.enabled = !equal_ignoring_case(wire::text_at(json, "status"), "DISABLED");
  return config;
}

AccountStatus read_status(std::string_view text) {
  auto const name = to_upper(text);
  if (name == "INITIALIZING") return AccountStatus::initializing;
  if (name == "INITIATED") return AccountStatus::initiated;
  if (name == "ACTIVE") return AccountStatus::active;
  if (name == "FAILED") return AccountStatus::failed;
  if (name == "EXPIRED") return AccountStatus::expired;
  if (name == "INACTIVE") return AccountStatus::inactive;
  if (name == "REVOKED") return AccountStatus::revoked;
  return AccountStatus::unknown;
}

/// Of `state.val` only the status and the error are read: the rest are credentials.
Account read_account(Json const& json) {
  auto const& state = wire::member(json, "state");
  auto const& values = wire::member(state, "val");
  auto const& config = wire::member(json, "auth_config");
  auto account = Account{};
  account.id.text = wire::text_at(json, "id");
  account.user_id = wire::text_at(json, "user_id");
  account.integration.text = to_lower(wire::text_at(wire::member(json, "toolkit"), "slug"));
  account.auth_config.text = wire::text_at(config, "id");
  account.auth_scheme = wire::text_at(state, "authScheme");
  if (account.auth_scheme.empty()) account.auth_scheme = wire::text_at(config, "auth_scheme");
  auto status = wire::text_at(json, "status");
  if (status.empty()) status = wire::text_at(values, "status");
  account.status = read_status(status);
  account.status_reason = wire::text_at(json, "status_reason");
  account.error = wire::text_at(values, "error");
  account.error_description = wire::text_at(values, "error_description");
  account.alias = wire::text_at(json, "alias");
  account.disabled = wire::flag_at(json, "is_disabled") || wire::flag_at(config, "is_disabled");
  account.created_at = wire::find_time(json, "created_at");
  return account;
}

template <class T, class Read>
Result<Page<T>> read_page(std::string_view body, std::string_view what, Read read) {
  auto const json = wire::parse_object(body);
  if (!json || !wire::member(*json, "items").is_array()) return wire::unreadable(what);
  auto page = Page<T>{};
  for (auto const& each : wire::member(*json, "items")) {
    if (auto item = read(each); !item.id.empty()) page.items.push_back(std::move(item));
  }
  page.total = wire::number_at(*json, "total_items", static_cast<std::int64_t>(page.items.size()));
  if (auto cursor = wire::text_at(*json, "next_cursor"); !cursor.empty())
    page.next_cursor = std::move(cursor);
  return page;
}

/// Our own texts can hold bytes that are no UTF-8 (a pasted key); they are sent as U+FFFD rather than thrown
/// over.
std::string dump(Json const& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

Result<Page<AuthConfig>> parse_auth_configs(std::string_view body) {
  return read_page<AuthConfig>(body, "no list of auth configs", read_auth_config);
}

Result<AuthConfig> parse_created_auth_config(std::string_view body) {
  auto const json = wire::parse_object(body);
  if (!json) return wire::unreadable("no auth config");
  auto config = read_auth_config(wire::member(*json, "auth_config"));
  config.integration.text = to_lower(wire::text_at(wire::member(*json, "toolkit"), "slug"));
  if (config.id.empty()) return wire::unreadable("no auth config");
  return config;
}

Result<Link> parse_link(std::string_view body) {
  auto const json = wire::parse_object(body);
  if (!json) return wire::unreadable("no link");
  auto link = Link{};
  link.account.text = wire::text_at(*json, "connected_account_id");
  link.redirect_url = wire::text_at(*json, "redirect_url");
  link.expires_at = wire::find_time(*json, "expires_at");
  if (link.account.empty() || link.redirect_url.empty()) return wire::unreadable("no link");
  return link;
}

Result<Page<Account>> parse_accounts(std::string_view body) {
  return read_page<Account>(body, "no list of connected accounts", read_account);
}

Result<Account> parse_account(std::string_view body) {
  auto const json = wire::parse_object(body);
  if (!json) return wire::unreadable("no connected account");
  auto account = read_account(*json);
  if (account.id.empty()) return wire::unreadable("no connected account");
  return account;
}

Result<Account> parse_created_account(std::string_view body, AccountRequest const& request) {
  auto const json = wire::parse_object(body);
  if (!json) return wire::unreadable("no connected account");
  auto const& data = wire::member(*json, "connectionData");
  auto const& values = wire::member(data, "val");
  auto account = Account{};
  account.id.text = wire::text_at(*json, "id");
  if (account.id.empty()) return wire::unreadable("no connected account");
  account.user_id = request.user_id;
  account.auth_config = request.auth_config;
  account.auth_scheme = wire::text_at(data, "authScheme");
  if (account.auth_scheme.empty()) account.auth_scheme = request.auth_scheme;
  // The outer status is deprecated and may go.
  auto status = wire::text_at(values, "status");
  if (status.empty()) status = wire::text_at(*json, "status");
  account.status = read_status(status);
  account.error = wire::text_at(values, "error");
  account.error_description = wire::text_at(values, "error_description");
  account.alias = request.alias;
  return account;
}

std::string encode_auth_config(AuthConfigRequest const& request) {
  auto credentials = Json::object();
  for (auto const& [name, value] : request.credentials) credentials[name] = value.reveal();
  if (!request.scopes.empty()) credentials["scopes"] = join(request.scopes, ",");
  auto config = Json::object();
  if (request.managed) {
    config["type"] = "use_composio_managed_auth";
  } else {
    config["type"] = "use_custom_auth";
    config["authScheme"] = request.auth_scheme;
  }
  if (!request.name.empty()) config["name"] = request.name;
  config["credentials"] = std::move(credentials);
  auto json = Json::object();
  json["toolkit"]["slug"] = request.integration.text;
  json["auth_config"] = std::move(config);
  return dump(json);
}

std::string encode_link(LinkRequest const& request) {
  auto json = Json::object();
  json["auth_config_id"] = request.auth_config.text;
  json["user_id"] = request.user_id;
  if (!request.callback_url.empty()) json["callback_url"] = request.callback_url;
  if (!request.alias.empty()) json["alias"] = request.alias;
  if (!request.fields.empty()) {
    auto values = Json::object();
    values["status"] = "INITIALIZING";
    for (auto const& [name, value] : request.fields) values[name] = value.reveal();
    json["connection_data"] = std::move(values);
  }
  return dump(json);
}

std::string encode_account(AccountRequest const& request) {
  auto values = Json::object();
  values["status"] = "ACTIVE";
  for (auto const& [name, value] : request.fields) values[name] = value.reveal();
  auto json = Json::object();
  json["auth_config"]["id"] = request.auth_config.text;
  auto& connection = json["connection"];
  connection["user_id"] = request.user_id;
  if (!request.alias.empty()) connection["alias"] = request.alias;
  connection["state"]["authScheme"] = request.auth_scheme;
  connection["state"]["val"] = std::move(values);
  json["validate_credentials"] = true;  // where Composio can: it promises so for API_KEY alone
  return dump(json);
}

std::string encode_alias(std::string const& alias) {
  auto json = Json::object();
  json["alias"] = alias;
  return dump(json);
}

}  // namespace agenta::daemon
