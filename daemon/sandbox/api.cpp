#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/key_check.hpp"
#include "daemon/sandbox/links.hpp"
#include "shared/base/id.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

struct Route {
  std::string_view method{};
  std::string_view pattern{};  ///< `{}` stands for one segment
  Reply (*handler)(World&, Request const&) = nullptr;
  Access access = Access::project;
};

// In order: what is written out comes before what takes any segment.
constexpr std::array kRoutes{
    Route{"POST", "/tools/execute/proxy", proxy_request},
    Route{"POST", "/tools/execute/{}", execute_tool, Access::any},
    Route{"GET", "/connected_accounts/{}", get_account, Access::any},
    Route{"GET", "/toolkits", list_toolkits, Access::any},
    Route{"GET", "/toolkits/categories", list_categories},
    Route{"POST", "/toolkits/multi", list_toolkits_by_slug},
    Route{"GET", "/toolkits/{}", get_toolkit, Access::any},
    Route{"GET", "/tools", list_tools, Access::any},
    Route{"GET", "/tools/enum", list_tool_slugs, Access::any},
    Route{"GET", "/tools/{}", get_tool, Access::any},
    Route{"POST", "/tools/execute/{}/input", generate_input},
    Route{"GET", "/auth_configs", list_auth_configs, Access::any},
    Route{"POST", "/auth_configs", create_auth_config, Access::any},
    Route{"GET", "/auth_configs/{}", get_auth_config, Access::any},
    Route{"PATCH", "/auth_configs/{}", update_auth_config, Access::any},
    Route{"PATCH", "/auth_configs/{}/{}", set_auth_config_status},
    Route{"DELETE", "/auth_configs/{}", delete_auth_config, Access::any},
    Route{"GET", "/connected_accounts", list_accounts, Access::any},
    Route{"POST", "/connected_accounts", create_account},
    Route{"POST", "/connected_accounts/link", link_account, Access::any},
    Route{"PATCH", "/connected_accounts/{}", patch_account},
    Route{"PATCH", "/connected_accounts/{}/status", set_account_status},
    Route{"POST", "/connected_accounts/{}/refresh", refresh_account},
    Route{"POST", "/connected_accounts/{}/revoke", revoke_account},
    Route{"DELETE", "/connected_accounts/{}", delete_account, Access::any},
    Route{"GET", "/auth/session/info", get_session_info, Access::any},
    Route{"POST", "/cli/create-session", create_cli_session, Access::open},
    Route{"GET", "/cli/get-session", get_cli_session, Access::open},
    Route{"GET", "/org/list", list_organisations, Access::user},
    Route{"GET", "/org/project/list", list_projects, Access::user},
    Route{"POST", "/files/upload/request", request_upload, Access::any},
    Route{"POST", "/tool_router/session", create_tool_session, Access::any},
    Route{"GET", "/tool_router/session/{}", get_tool_session, Access::any},
    Route{"DELETE", "/tool_router/session/{}", delete_tool_session, Access::any},
    Route{"POST", "/tool_router/session/{}/search", search_tool_session, Access::any},
};

constexpr std::uint64_t kRateLimit = 10'000;
constexpr std::size_t kMostRecent = 200;

/// The decoded segments that stand at the pattern's `{}`; nothing where the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> parameters;
  while (!pattern.empty() && !path.empty()) {
    std::string_view const wanted = pattern.substr(0, pattern.find('/', 1));
    std::string_view const given = path.substr(0, path.find('/', 1));
    if (wanted == "/{}") {
      auto segment = percent_decode(given.substr(1));
      if (!segment || segment->empty()) return std::nullopt;
      parameters.push_back(std::move(*segment));
    } else if (wanted != given) {
      return std::nullopt;
    }
    pattern.remove_prefix(wanted.size());
    path.remove_prefix(given.size());
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parameters;
}

/// One request on its way: what is found out about it, piece by piece.
struct Exchange {
  HttpRequest const& http;
  std::string request_id = make_uuid_v7();
  std::string_view path{};  ///< after the version's prefix
  bool frozen_tools = false;
  Route const* route = nullptr;
  bool path_exists = false;
  std::vector<std::string> parameters{};
  std::optional<Fault> fault{};

  /// The slug of the tool to execute; empty where it is another request.
  std::string_view tool() const {
    return route != nullptr && route->handler == execute_tool ? std::string_view{parameters.front()}
                                                              : std::string_view{};
  }
  KeyUse use() const {
    bool const executes =
        route != nullptr && (route->handler == execute_tool || route->handler == proxy_request);
    return executes ? KeyUse::execution : KeyUse::other;
  }
  std::string count_name() const { return std::string{route->method}.append(" ").append(route->pattern); }
};

bool find_version(Exchange& exchange) {
  std::string_view const whole = exchange.http.path();
  for (std::string_view const prefix : {"/api/v3.1", "/api/v3"}) {
    if (!whole.starts_with(prefix) || (whole.size() > prefix.size() && whole[prefix.size()] != '/')) continue;
    exchange.path = whole.substr(prefix.size());
    if (exchange.path.size() > 1 && exchange.path.ends_with('/')) exchange.path.remove_suffix(1);
    exchange.frozen_tools = prefix == "/api/v3";
    return true;
  }
  return false;
}

void find_route(Exchange& exchange) {
  for (auto const& route : kRoutes) {
    auto parameters = match(route.pattern, exchange.path);
    if (!parameters) continue;
    exchange.path_exists = true;
    if (route.method != exchange.http.method) continue;
    exchange.route = &route;
    exchange.parameters = std::move(*parameters);
    return;
  }
}

ApiResult<nlohmann::json> read_body(HttpRequest const& http) {
  if (trim(http.body).empty()) return nlohmann::json::object();
  auto body = parse_json(http.body);
  if (!body || !body->is_object()) return refuse(bad_request("The body is no JSON object"));
  return std::move(*body);
}

Reply carry_out(World& world, Exchange& exchange) {
  auto const access = exchange.route == nullptr ? Access::any : exchange.route->access;
  AGENTA_TRY(auto project, check_key(world.options.api_key, exchange.http, access, exchange.use()));
  if (exchange.route == nullptr) {
    return refuse(exchange.path_exists
                      ? generic_error(405, "Method " + exchange.http.method + " is not allowed here")
                      : generic_error(404, "There is nothing at " + std::string{exchange.http.path()}));
  }
  AGENTA_TRY(auto const body, read_body(exchange.http));
  auto query = parse_query(exchange.http.query());
  if (!query) return refuse(bad_request("The query is malformed"));
  auto const fault = exchange.fault ? std::optional{exchange.fault->kind} : std::nullopt;
  Request const request{
      exchange.http,         body, exchange.parameters, std::move(*query), std::move(project),
      exchange.frozen_tools, fault};
  if (exchange.fault && exchange.fault->kind == FaultKind::expired_account) {
    auto* account = exchange.use() == KeyUse::execution ? find_meant_account(world, request) : nullptr;
    if (exchange.path.starts_with("/connected_accounts/") && !request.parameters.empty())
      account = world.book.find_account(request.project, request.parameters.front());
    if (account != nullptr)
      set_status(world, *account, AccountStatus::expired, "Permanent auth error during token refresh");
  }
  return exchange.route->handler(world, request);
}

/// What Composio says of itself where requests are counted; nothing where they are not.
std::optional<HttpResponse> count_against_limit(World& world) {
  auto& rate = world.rate_limit;
  if (!rate.is_set() || rate.take(world.now())) return std::nullopt;
  auto response = json_response(429, R"({"message":"Rate limit exceeded."})");
  response.headers.emplace_back("Retry-After", std::to_string(rate.wait(world.now()).count()));
  return response;
}

void add_standard_headers(World const& world, HttpResponse& response, std::string const& request_id,
                          bool limited) {
  response.headers.emplace_back("X-Request-Id", request_id);
  if (auto const& rate = world.rate_limit; rate.is_set()) {
    response.headers.emplace_back("X-RateLimit", std::to_string(rate.limit));
    response.headers.emplace_back("X-RateLimit-Remaining", std::to_string(rate.remaining()));
    response.headers.emplace_back("X-RateLimit-Window-Size", std::to_string(rate.window.count()) + "s");
    return;
  }
  response.headers.emplace_back("X-RateLimit", std::to_string(kRateLimit));
  // It never refuses for being asked too often unless a control or a fault says so; so there is always room,
  // and nobody who heeds it is made to wait.
  std::uint64_t const remaining = limited ? 0 : kRateLimit - 1;
  response.headers.emplace_back("X-RateLimit-Remaining", std::to_string(remaining));
  response.headers.emplace_back("X-RateLimit-Window-Size", "60s");
}

/// The answer as it would be without a fault; what it did is counted.
HttpResponse answer(World& world, Exchange& exchange) {
  auto reply = carry_out(world, exchange);
  if (!reply) return json_response(reply.error().status, error_document(reply.error(), exchange.request_id));
  ++world.route_counts[exchange.count_name()].effects;
  return std::move(reply).value();
}

void count_request(World& world, Exchange const& exchange) {
  ++world.requests;
  world.recent.push_back({exchange.http.method, exchange.http.target});
  if (world.recent.size() > kMostRecent) world.recent.pop_front();
  if (exchange.route == nullptr) return;
  ++world.route_counts[exchange.count_name()].requests;
  auto const* tool = exchange.tool().empty() ? nullptr : world.catalog.find_tool(exchange.tool());
  if (tool != nullptr) ++world.tool_counts[std::string{tool->slug}].requests;
}

}  // namespace

HttpResponse answer_api(World& world, HttpRequest const& request) {
  Exchange exchange{request};
  HttpResponse response;
  if (!find_version(exchange)) {
    bool const retired = request.path().starts_with("/api/v1") || request.path().starts_with("/api/v2");
    auto const error =
        retired ? generic_error(410, "This version of the API is no longer available. Use /api/v3.1")
                : generic_error(404, "There is nothing at " + std::string{request.path()});
    response = json_response(error.status, error_document(error, exchange.request_id));
    add_standard_headers(world, response, exchange.request_id, false);
    return response;
  }
  expire_stale(world);
  find_route(exchange);
  count_request(world, exchange);
  std::string const tool{exchange.tool()};
  exchange.fault = world.faults.take(request.method, request.path(), exchange.path, tool);

  auto replacement = count_against_limit(world);
  if (!replacement && exchange.fault) replacement = exchange.fault->instead(exchange.request_id);
  response = replacement ? std::move(*replacement) : answer(world, exchange);
  bool const limited = exchange.fault && exchange.fault->kind == FaultKind::rate_limit;
  add_standard_headers(world, response, exchange.request_id, limited);
  if (exchange.fault) exchange.fault->bend(response);
  return response;
}

}  // namespace agenta::daemon::sandbox
