#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/auth_config_wish.hpp"
#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/id.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

ApiError no_auth_app(std::string const& slug) {
  ApiError error;
  error.status = 400;
  error.slug = "Auth_Config_NoAuthApp";
  error.message = "Cannot create an auth config for toolkit '" + slug +
                  "' because it does not require authentication... use its tools directly without creating a "
                  "connected account.";
  return error;
}

ApiError no_managed_auth(std::string const& slug) {
  ApiError error;
  error.status = 400;
  error.code = 306;
  error.slug = "Auth_Config_DefaultAuthConfigNotFound";
  error.message = "Default auth config not found for toolkit \"" + slug +
                  "\". Composio does not have managed credentials for this toolkit.";
  error.suggested_fix = "Please specify an auth config with type use_custom_auth and provide credentials";
  return error;
}

/// The scheme that a creation request means, or why it cannot be.
ApiResult<std::string> scheme_of(Toolkit const& toolkit, nlohmann::json const& wish, bool managed) {
  if (toolkit.no_auth) return refuse(no_auth_app(toolkit.slug));
  if (managed) {
    auto const own = std::ranges::find(toolkit.schemes, true, &AuthScheme::managed);
    if (own == toolkit.schemes.end()) return refuse(no_managed_auth(toolkit.slug));
    return own->mode;
  }
  auto const scheme = find_text(wish, "authScheme");
  if (!scheme) return refuse(bad_request("auth_config.authScheme is required with use_custom_auth"));
  bool const known = toolkit.schemes.empty() || toolkit.find_scheme(*scheme) != nullptr;
  if (!known)
    return refuse(bad_request("Toolkit " + toolkit.slug + " does not support the auth scheme " + *scheme));
  return *scheme;
}

/// An app of one's own needs what the scheme asks for; an empty value is none.
ApiResult<void> check_creation_fields(Toolkit const& toolkit, std::string const& mode,
                                      FieldValues const& given) {
  auto const* scheme = toolkit.find_scheme(mode);
  if (scheme == nullptr) return {};
  auto const missing = missing_fields(scheme->creation, given);
  if (missing.empty()) return {};
  auto error = bad_request("Missing required fields in auth_config.credentials: " + join(missing, ", "));
  error.suggested_fix = "Provide " + join(missing, ", ") + " of your own app";
  return refuse(std::move(error));
}

}  // namespace

std::vector<std::string> read_scopes(nlohmann::json const& object) {
  std::vector<std::string> scopes;
  if (auto const* list = find_node(object, "scopes")) {
    for (auto const& scope : *list) {
      if (scope.is_string()) scopes.push_back(scope.get<std::string>());
    }
  } else if (auto const text = find_text(object, "scopes")) {
    for (auto const& scope : split(*text, ',')) {
      if (auto const name = trim(scope); !name.empty()) scopes.emplace_back(name);
    }
  }
  return scopes;
}

FieldValues read_credentials(nlohmann::json const& credentials) {
  FieldValues given;
  if (!credentials.is_object()) return given;
  for (auto const& [name, value] : credentials.items()) {
    bool const is_scope = name == "scopes" || name == "user_scopes";
    if (!is_scope && value.is_string() && !value.get_ref<std::string const&>().empty())
      given[name] = masked(value.get_ref<std::string const&>());
  }
  return given;
}

ApiResult<void> check_ceiling(Toolkit const& toolkit, std::vector<std::string> const& scopes) {
  std::vector<std::string> beyond;
  for (auto const& scope : scopes) {
    // A catalogue that names no scopes knows no ceiling either.
    if (!toolkit.scopes.empty() && std::ranges::find(toolkit.scopes, scope) == toolkit.scopes.end())
      beyond.push_back(scope);
  }
  if (beyond.empty()) return {};
  return refuse(bad_request("Scopes not available with Composio managed auth for toolkit " + toolkit.slug +
                            ": " + join(beyond, ", ")));
}

Reply create_auth_config(World& world, Request const& request) {
  auto const* named = find_node(request.body, "toolkit");
  auto const slug = named == nullptr ? std::nullopt : find_text(*named, "slug");
  if (!slug) return refuse(bad_request("toolkit.slug is required"));
  auto const* toolkit = world.catalog.find_toolkit(*slug);
  if (toolkit == nullptr) return refuse(generic_error(404, "Toolkit " + *slug + " not found"));

  auto const empty = nlohmann::json::object();
  auto const* given = find_node(request.body, "auth_config");
  auto const& wish = given == nullptr ? empty : *given;
  bool const managed = find_text(wish, "type").value_or("use_composio_managed_auth") != "use_custom_auth";
  AGENTA_TRY(auto const scheme, scheme_of(*toolkit, wish, managed));

  auto const* credentials = find_node(wish, "credentials");
  auto scopes = credentials == nullptr ? std::vector<std::string>{} : read_scopes(*credentials);
  auto given_fields = credentials == nullptr || managed ? FieldValues{} : read_credentials(*credentials);
  if (managed) AGENTA_CHECK(check_ceiling(*toolkit, scopes));
  if (!managed) AGENTA_CHECK(check_creation_fields(*toolkit, scheme, given_fields));

  AuthConfig config;
  config.id = make_nano_id("ac_");
  config.uuid = make_uuid_v7();
  config.project = request.project;
  config.toolkit = toolkit->slug;
  config.created_at = config.updated_at = world.now();
  config.name = find_text(wish, "name")
                    .value_or("auth_config_" + std::to_string(config.created_at.time_since_epoch().count()));
  config.scheme = scheme;
  config.managed = managed;
  config.scopes = std::move(scopes);
  config.credentials = std::move(given_fields);
  if (config.scopes.empty() && scheme == "OAUTH2") config.scopes = toolkit->scopes;
  auto const& made = world.book.add(std::move(config));
  world.unsaved.accounts = true;

  Json answer{{"id", made.id},
              {"auth_scheme", made.scheme},
              {"is_composio_managed", made.managed},
              {"restrict_to_following_tools", Json::array()}};
  return json_response(
      201, to_text(Json{{"toolkit", {{"slug", made.toolkit}}}, {"auth_config", std::move(answer)}}));
}

}  // namespace agenta::daemon::sandbox
