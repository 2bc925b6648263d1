#include <charconv>
#include <nlohmann/json.hpp>

#include "daemon/api/routes.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::api {
namespace {

using Json = nlohmann::ordered_json;

std::string write(Json const& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json text_or_null(std::string const& text) { return text.empty() ? Json(nullptr) : Json(text); }

/// Says who a key is without saying the key.
Json describe(Identity const& identity, std::string const& file) {
  Json json;
  json["source"] = name_of(identity.source);
  json["base_url"] = identity.access.base_url;
  json["key_fingerprint"] = identity.fingerprint;
  json["file"] = identity.place == KeyPlace::file ? Json(file) : nullptr;
  json["store"] = identity.place ? Json(name_of(*identity.place)) : nullptr;
  auto const& owner = identity.owner;
  json["project"] =
      owner.project_id.empty() && owner.project_name.empty()
          ? Json(nullptr)
          : Json{{"id", text_or_null(owner.project_id)}, {"name", text_or_null(owner.project_name)}};
  json["organization"] =
      owner.org_id.empty() && owner.org_name.empty()
          ? Json(nullptr)
          : Json{{"id", text_or_null(owner.org_id)}, {"name", text_or_null(owner.org_name)}};
  json["email"] = text_or_null(owner.email);
  return json;
}

Json describe(LoggedIn const& done, std::string const& file) {
  Json json = describe(done.identity, file);
  json["store_reason"] = text_or_null(done.kept.why_file);
  json["left_behind"] = text_or_null(done.kept.left_behind);
  return json;
}

Json describe(BrowserLogin const& login, std::string const& file) {
  Json json;
  json["id"] = login.id;
  json["status"] = login.state == BrowserLogin::State::done ? "ACTIVE" : "PENDING";
  json["login_url"] = text_or_null(login.login_url.reveal());
  json["code"] = text_or_null(login.code);
  json["expires_at"] = login.expires_at ? Json(format_rfc3339(*login.expires_at)) : nullptr;
  json["identity"] = login.logged_in ? describe(*login.logged_in, file) : Json(nullptr);
  return json;
}

std::string text_at(nlohmann::json const& json, char const* name) {
  auto const found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// How a key is to be saved, of the members `store` and `composio_project`.
Result<LoginChoice> read_choice(nlohmann::json const& json) {
  LoginChoice choice;
  choice.project = text_at(json, "composio_project");
  std::string const store = text_at(json, "store");
  if (store.empty()) return choice;
  auto const wanted = parse_key_store(store);
  if (!wanted) return fail(ErrorCode::invalid_request, "store is auto, keyring or file, not " + store);
  choice.store = *wanted;
  return choice;
}

/// The body of a request that may have none.
Result<nlohmann::json> read_body(Call const& call) {
  if (call.request.body.empty()) return nlohmann::json::object();
  auto json = nlohmann::json::parse(call.request.body, nullptr, false);
  if (!json.is_object()) return fail(ErrorCode::invalid_request, "the body is a JSON object");
  return json;
}

class AccountRoutes {
 public:
  AccountRoutes(Credentials& credentials, BrowserLogins& logins, CatalogRefresher& refresher)
      : credentials_(credentials), logins_(logins), refresher_(refresher) {}

  Result<ServiceReply> login(Call const& call) const {
    AGENTA_TRY(auto const json, read_body(call));
    Secret key{text_at(json, "api_key")};
    if (key.empty()) return fail(ErrorCode::invalid_request, "a login takes {\"api_key\": \"…\"}");
    AGENTA_TRY(auto const choice, read_choice(json));
    AGENTA_TRY(auto const done, credentials_.login(call.caller, std::move(key), choice));
    refresher_.warm_up(done.identity.access);
    return json_reply(write(describe(done, file())));
  }

  Result<ServiceReply> logout(Call const& call) const {
    // A key that comes after it would log in again.
    logins_.cancel_all();
    AGENTA_TRY(auto const removed, credentials_.logout(call.caller));
    Json json;
    json["logged_out"] = removed.was_there;
    json["left_behind"] = text_or_null(removed.left_behind);
    return json_reply(write(json));
  }

  Result<ServiceReply> whoami(Call const& call) const {
    AGENTA_TRY(Identity const identity, credentials_.identify(call.caller));
    return json_reply(write(describe(identity, file())));
  }

  Result<ServiceReply> begin(Call const& call) const {
    AGENTA_TRY(auto const json, read_body(call));
    BrowserLoginRequest request;
    request.dashboard_url = text_at(json, "dashboard_url");
    AGENTA_TRY(request.choice, read_choice(json));
    AGENTA_TRY(auto const login, logins_.begin(call.caller, std::move(request)));
    return json_reply(write(describe(login, file())), 201);
  }

  /// A login that failed is the error it failed with.
  Result<ServiceReply> get(Call const& call) const {
    AGENTA_TRY(auto const login, logins_.get(call.parameter("id")));
    return tell(login);
  }

  Result<ServiceReply> choose(Call const& call) const {
    AGENTA_TRY(auto const json, read_body(call));
    std::string project = text_at(json, "composio_project");
    if (project.empty())
      return fail(ErrorCode::invalid_request, "a choice takes {\"composio_project\": \"…\"}");
    AGENTA_TRY(auto const login, logins_.choose(call.caller, call.parameter("id"), std::move(project)));
    return tell(login);
  }

  Result<ServiceReply> cancel(Call const& call) const {
    AGENTA_CHECK(logins_.cancel(call.parameter("id")));
    ServiceReply reply;
    reply.status = 204;
    return reply;
  }

 private:
  std::string file() const { return credentials_.file().string(); }

  Result<ServiceReply> tell(BrowserLogin const& login) const {
    if (login.error) return fail(*login.error);
    if (login.logged_in) refresher_.warm_up(login.logged_in->identity.access);
    auto reply = json_reply(write(describe(login, file())));
    if (login.state == BrowserLogin::State::pending) reply.headers.emplace_back(kWaitKeyHeader, login.id);
    return reply;
  }

  Credentials& credentials_;
  BrowserLogins& logins_;
  CatalogRefresher& refresher_;
};

}  // namespace

std::vector<Route> account_routes(Credentials& credentials, BrowserLogins& logins,
                                  CatalogRefresher& refresher) {
  AccountRoutes const routes{credentials, logins, refresher};
  auto const to = [routes](auto member) {
    return [routes, member](Call const& call) { return (routes.*member)(call); };
  };
  constexpr auto kEdit = Permission::edit_tools;
  return {
      {"POST", "/api/tools/login", kEdit, Work::provider, to(&AccountRoutes::login)},
      {"POST", "/api/tools/logout", kEdit, Work::local, to(&AccountRoutes::logout)},
      {"GET", "/api/tools/whoami", Permission::view_tools, Work::provider, to(&AccountRoutes::whoami)},
      {"POST", "/api/tools/logins", kEdit, Work::provider, to(&AccountRoutes::begin)},
      {"GET", "/api/tools/logins/{id}", kEdit, Work::local, to(&AccountRoutes::get)},
      {"POST", "/api/tools/logins/{id}", kEdit, Work::provider, to(&AccountRoutes::choose)},
      {"DELETE", "/api/tools/logins/{id}", kEdit, Work::local, to(&AccountRoutes::cancel)},
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
