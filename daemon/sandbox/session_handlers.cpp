#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostSessions = 1000;

ApiError unknown_toolkits(std::vector<std::string> const& slugs) {
  ApiError error;
  error.status = 400;
  error.code = 4305;
  error.slug = "ToolRouterV2_InvalidToolkitSlugs";
  error.message = "Invalid toolkit slugs: " + join(slugs, ", ");
  return error;
}

ApiResult<std::vector<std::string>> slugs_in(nlohmann::json const& object, char const* name) {
  std::vector<std::string> slugs;
  auto const* list = find_node(object, name);
  if (list == nullptr) return slugs;
  for (auto const& each : *list) {
    if (!each.is_string()) return refuse(bad_request(std::string{name} + " must be a list of slugs"));
    slugs.push_back(to_lower(each.get<std::string>()));
  }
  return slugs;
}

ApiResult<void> read_toolkits(World& world, nlohmann::json const& body, ToolSession& session) {
  auto const* wanted = find_node(body, "toolkits");
  if (wanted == nullptr) return {};
  AGENTA_TRY(auto enabled, slugs_in(*wanted, "enable"));
  AGENTA_TRY(auto disabled, slugs_in(*wanted, "disable"));
  bool const names_enabled = find_node(*wanted, "enable") != nullptr;
  if (names_enabled && find_node(*wanted, "disable") != nullptr)
    return refuse(bad_request("toolkits takes either enable or disable"));
  session.only_named = names_enabled;
  session.toolkits = names_enabled ? std::move(enabled) : std::move(disabled);
  std::vector<std::string> unknown;
  for (auto const& slug : session.toolkits) {
    if (world.catalog.find_toolkit(slug) == nullptr) unknown.push_back(slug);
  }
  if (!unknown.empty()) return refuse(unknown_toolkits(unknown));
  return {};
}

/// What was asked of `group.name`, or the default.
bool is_enabled(nlohmann::json const& body, char const* group, char const* name, bool otherwise) {
  auto const* object = find_node(body, group);
  return object == nullptr ? otherwise : find_flag(*object, name).value_or(otherwise);
}

Json config_of(nlohmann::json const& body, ToolSession const& session) {
  Json config{{"user_id", session.user}};
  if (!session.toolkits.empty() || session.only_named)
    config["toolkits"] = {{session.only_named ? "enabled" : "disabled", session.toolkits}};
  config["manage_connections"] = {
      {"enabled", is_enabled(body, "manage_connections", "enable", true)},
      {"enable_wait_for_connections",
       is_enabled(body, "manage_connections", "enable_wait_for_connections", false)},
      {"enable_connection_removal",
       is_enabled(body, "manage_connections", "enable_connection_removal", true)}};
  config["workbench"] = {
      {"enable", is_enabled(body, "workbench", "enable", true)},
      {"proxy_execution_enabled", is_enabled(body, "workbench", "enable_proxy_execution", true)}};
  config["preload"] = {{"tools", Json::array()}};
  config["search"] = {{"enable", session.searches}};
  config["execute"] = {{"enable_multi_execute", is_enabled(body, "execute", "enable_multi_execute", true)}};
  return config;
}

/// A session here can search; what else Composio's can, it does not claim to.
std::string document_of(World const& world, nlohmann::json const& body, ToolSession const& session) {
  Json tools = Json::array();
  if (session.searches) tools.push_back("COMPOSIO_SEARCH_TOOLS");
  return to_text(
      Json{{"session_id", session.id},
           {"mcp", {{"type", "http"}, {"url", world.base_url + "/tool_router/" + session.id + "/mcp"}}},
           {"tool_router_tools", std::move(tools)},
           {"config", config_of(body, session)},
           {"config_version", 1}});
}

}  // namespace

ApiResult<ToolSession*> get_named_session(World& world, Request const& request) {
  auto const& id = request.parameters.front();
  auto const found = std::ranges::find_if(world.tool_sessions, [&](ToolSession const& session) {
    return session.id == id && session.project == request.project;
  });
  if (found == world.tool_sessions.end())
    return refuse(generic_error(404, "Tool router session " + id + " not found"));
  return &*found;
}

Reply create_tool_session(World& world, Request const& request) {
  ToolSession session;
  session.id = make_nano_id("trs_");
  session.project = request.project;
  session.user = find_text(request.body, "user_id").value_or("");
  if (session.user.empty()) return refuse(bad_request("user_id must be at least 1 character long"));
  for (char const* part :
       {"tools", "tags", "auth_configs", "connected_accounts", "multi_account", "experimental"}) {
    // Passed over in silence, it would find what the caller had shut out, or speak of another account.
    if (find_node(request.body, part) != nullptr)
      return refuse(generic_error(501, "The sandbox's sessions know no " + std::string{part}));
  }
  AGENTA_CHECK(read_toolkits(world, request.body, session));
  session.searches = is_enabled(request.body, "search", "enable", true);
  session.document = document_of(world, request.body, session);
  world.tool_sessions.push_back(std::move(session));
  if (world.tool_sessions.size() > kMostSessions) world.tool_sessions.pop_front();
  return json_response(201, world.tool_sessions.back().document);
}

Reply get_tool_session(World& world, Request const& request) {
  AGENTA_TRY(auto const* session, get_named_session(world, request));
  return json_response(200, session->document);
}

Reply delete_tool_session(World& world, Request const& request) {
  AGENTA_TRY(auto const* session, get_named_session(world, request));
  std::string const id = session->id;
  std::erase_if(world.tool_sessions, [&](ToolSession const& each) { return each.id == id; });
  return json_response(200, to_text(Json{{"session_id", id}, {"deleted", true}}));
}

}  // namespace agenta::daemon::sandbox
