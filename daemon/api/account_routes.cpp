#include <charconv>
#include <nlohmann/json.hpp>

#include "daemon/api/routes.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::api {
namespace {

/// Says who a key is without saying the key.
std::string describe(Identity const& identity, std::string const& file) {
  nlohmann::ordered_json json;
  json["source"] = name_of(identity.source);
  json["base_url"] = identity.access.base_url;
  json["key_fingerprint"] = identity.access.key_scope;
  json["file"] = identity.source == KeySource::login ? nlohmann::ordered_json(file) : nullptr;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<ServiceReply> login(Credentials& credentials, CatalogRefresher& refresher, Call const& call) {
  auto const json = nlohmann::json::parse(call.request.body, nullptr, false);
  if (!json.is_object() || !json.contains("api_key") || !json["api_key"].is_string()) {
    return fail(ErrorCode::invalid_request, "a login takes {\"api_key\": \"…\"}");
  }
  AGENTA_TRY(Identity const identity,
             credentials.login(call.caller, Secret{json["api_key"].get<std::string>()}));
  refresher.warm_up(identity.access);
  return json_reply(describe(identity, credentials.file().path().string()));
}

Result<ServiceReply> logout(Credentials& credentials, Call const&) {
  AGENTA_TRY(bool const removed, credentials.logout());
  return json_reply(removed ? "{\"logged_out\":true}" : "{\"logged_out\":false}");
}

Result<ServiceReply> whoami(Credentials& credentials, Call const& call) {
  AGENTA_TRY(Identity const identity, credentials.identify(call.caller));
  return json_reply(describe(identity, credentials.file().path().string()));
}

}  // namespace

std::vector<Route> account_routes(Credentials& credentials, CatalogRefresher& refresher) {
  auto const log_in = [&credentials, &refresher](Call const& call) {
    return login(credentials, refresher, call);
  };
  auto const to = [&credentials](auto function) {
    return [&credentials, function](Call const& call) { return function(credentials, call); };
  };
  return {
      {"POST", "/api/tools/login", Permission::edit_tools, Work::provider, log_in},
      {"POST", "/api/tools/logout", Permission::edit_tools, Work::local, to(&logout)},
      {"GET", "/api/tools/whoami", Permission::view_tools, Work::local, to(&whoami)},
  };
}

Result<long long> read_number(Call const& call, std::string_view name, long long otherwise, long long least,
                              long long most) {
  std::string const text = call.query_value(name);
  if (text.empty()) return otherwise;
  long long value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
    return fail(ErrorCode::invalid_request, std::string{name} + " is a number from " + std::to_string(least) +
                                                " to " + std::to_string(most) + ", not " + text);
  }
  return value;
}

}  // namespace agenta::daemon::api
