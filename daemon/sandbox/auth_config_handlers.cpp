#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/auth_config_wish.hpp"
#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/links.hpp"
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
  for (auto const& [name, value] : config.credentials) credentials[name] = value;
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

Reply get_auth_config(World& world, Request const& request) {
  AGENTA_TRY(auto const* const config, get_config(world, request));
  return json_response(200, to_text(to_document(world, *config)));
}

Reply update_auth_config(World& world, Request const& request) {
  AGENTA_TRY(auto* const config, get_config(world, request));
  auto const type = find_text(request.body, "type");
  if (type != "custom" && type != "default")
    return refuse(bad_request("type must be \"custom\" or \"default\""));
  auto const* credentials = find_node(request.body, "credentials");
  auto scopes = read_scopes(credentials == nullptr ? request.body : *credentials);
  if (auto const* toolkit = world.catalog.find_toolkit(config->toolkit);
      toolkit != nullptr && config->managed)
    AGENTA_CHECK(check_ceiling(*toolkit, scopes));
  if (auto const name = find_text(request.body, "name")) config->name = *name;
  if (!scopes.empty()) config->scopes = std::move(scopes);
  if (credentials != nullptr) {
    for (auto& [name, value] : read_credentials(*credentials)) config->credentials[name] = std::move(value);
  }
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
  bool const revokes = request.flag_query("revoke_on_delete");
  for (auto const& account : world.book.accounts()) {
    if (revokes && account.auth_config == config->id) revoke(world, account);
  }
  world.book.erase_auth_config(std::string{config->id});
  world.unsaved.accounts = true;
  if (!revokes) return json_response(200, R"({"success":true})");
  return json_response(200, to_text(Json{{"success", true}, {"revoke_job_id", make_nano_id("job_")}}));
}

}  // namespace agenta::daemon::sandbox
