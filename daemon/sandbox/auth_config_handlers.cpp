#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/links.hpp"
#include "shared/base/id.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaximum = 50;
constexpr char const* kDisabledReason = "Auth config is disabled";

ApiResult<AuthConfig*> get_config(World& world, Request const& request) {
  auto* const config = world.book.find_auth_config(request.project, request.parameters.front());
  if (config == nullptr)
    return refuse(generic_error(404, "Auth config " + request.parameters.front() + " not found"));
  return config;
}

Json to_document(World& world, AuthConfig const& config) {
  auto const* toolkit = world.catalog.find_toolkit(config.toolkit);
  auto const connections = std::ranges::count(world.book.accounts(), config.id, &Account::auth_config);
  Json credentials = Json::object();
  if (!config.scopes.empty()) credentials["scopes"] = join(config.scopes, ",");
  return Json{{"id", config.id},
              {"uuid", config.uuid},
              {"type", config.managed ? "default" : "custom"},
              {"toolkit",
               {{"slug", config.toolkit},
                {"logo", toolkit ? toolkit->logo : ""},
                {"auth_guide_url", nullptr},
                {"auth_hint_url", nullptr}}},
              {"name", config.name},
              {"auth_scheme", config.scheme},
              {"is_composio_managed", config.managed},
              {"credentials", std::move(credentials)},
              {"proxy_config", nullptr},
              {"status", config.disabled ? "DISABLED" : "ENABLED"},
              {"created_by", "sandbox@example.com"},
              {"created_at", format_rfc3339(config.created_at)},
              {"last_updated_at", format_rfc3339(config.updated_at)},
              {"no_of_connections", connections},
              {"expected_input_fields", Json::array()},
              {"restrict_to_following_tools", Json::array()},
              {"tool_access_config",
               {{"tools_for_connected_account_creation", Json::array()},
                {"tools_available_for_execution", Json::array()}}},
              {"shared_credentials", Json::object()},
              {"is_enabled_for_tool_router", true}};
}

std::vector<std::string> read_scopes(nlohmann::json const& object) {
  std::vector<std::string> scopes;
  if (auto const* list = find_node(object, "scopes")) {
    for (auto const& scope : *list) {
      if (scope.is_string()) scopes.push_back(scope.get<std::string>());
    }
  } else if (auto const text = find_text(object, "scopes")) {
    scopes = split(*text, ',');
  }
  return scopes;
}

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
    if (toolkit.managed_schemes.empty()) return refuse(no_managed_auth(toolkit.slug));
    return toolkit.managed_schemes.front();
  }
  auto const scheme = find_text(wish, "authScheme");
  if (!scheme) return refuse(bad_request("auth_config.authScheme is required with use_custom_auth"));
  bool const known =
      toolkit.schemes.empty() || std::ranges::find(toolkit.schemes, *scheme) != toolkit.schemes.end();
  if (!known)
    return refuse(bad_request("Toolkit " + toolkit.slug + " does not support the auth scheme " + *scheme));
  return *scheme;
}

}  // namespace

Reply list_auth_configs(World& world, Request const& request) {
  AGENTA_TRY(auto const page, page_of(request, kMaximum));
  auto const toolkits = request.list_query("toolkit_slug");
  auto const managed = request.find_query("is_composio_managed");
  auto const search = to_lower(request.find_query("search").value_or(""));
  bool const show_disabled = request.flag_query("show_disabled");

  std::vector<AuthConfig const*> found;
  for (auto const& config : world.book.auth_configs()) {
    if (config.project != request.project || (config.disabled && !show_disabled)) continue;
    if (!toolkits.empty() && std::ranges::find(toolkits, config.toolkit) == toolkits.end()) continue;
    if (managed && (*managed == "true") != config.managed) continue;
    if (to_lower(config.name).find(search) == std::string::npos &&
        to_lower(config.id).find(search) == std::string::npos)
      continue;
    found.push_back(&config);
  }
  std::ranges::reverse(found);  // newest first
  std::vector<std::string> items;
  for (std::size_t at = page.first(); at < std::min(found.size(), page.first() + page.limit); ++at) {
    items.push_back(to_text(to_document(world, *found[at])));
  }
  return json_response(200, page_document(page, std::move(items), found.size()));
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
  if (auto const* credentials = find_node(wish, "credentials")) config.scopes = read_scopes(*credentials);
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

Reply get_auth_config(World& world, Request const& request) {
  AGENTA_TRY(auto const* const config, get_config(world, request));
  return json_response(200, to_text(to_document(world, *config)));
}

Reply update_auth_config(World& world, Request const& request) {
  AGENTA_TRY(auto* const config, get_config(world, request));
  auto const type = find_text(request.body, "type");
  if (type != "custom" && type != "default")
    return refuse(bad_request("type must be \"custom\" or \"default\""));
  if (auto const name = find_text(request.body, "name")) config->name = *name;
  auto const* credentials = find_node(request.body, "credentials");
  auto scopes = read_scopes(credentials == nullptr ? request.body : *credentials);
  if (!scopes.empty()) config->scopes = std::move(scopes);
  config->updated_at = world.now();
  world.unsaved.accounts = true;
  return json_response(200, R"({"success":true})");
}

Reply set_auth_config_status(World& world, Request const& request) {
  AGENTA_TRY(auto* const config, get_config(world, request));
  auto const& status = request.parameters[1];
  if (status != "ENABLED" && status != "DISABLED")
    return refuse(bad_request("status must be ENABLED or DISABLED"));
  config->disabled = status == "DISABLED";
  config->updated_at = world.now();
  world.unsaved.accounts = true;
  for (auto& account : world.book.accounts()) {
    if (account.auth_config != config->id) continue;
    if (config->disabled && account.status == AccountStatus::active) {
      set_status(world, account, AccountStatus::inactive, kDisabledReason);
    } else if (!config->disabled && account.status_reason == kDisabledReason) {
      set_status(world, account, AccountStatus::active);
    }
  }
  return json_response(200, R"({"success":true})");
}

Reply delete_auth_config(World& world, Request const& request) {
  AGENTA_TRY(auto const* const config, get_config(world, request));
  world.book.erase_auth_config(std::string{config->id});
  world.unsaved.accounts = true;
  return json_response(200, R"({"success":true})");
}

}  // namespace agenta::daemon::sandbox
