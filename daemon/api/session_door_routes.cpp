#include <algorithm>
#include <iterator>

#include "daemon/api/catalog_query.hpp"
#include "daemon/api/routes.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::daemon::api {
namespace {

constexpr long long kUsualTools = 100;
constexpr long long kMostTools = 1000;
constexpr long long kUsualHits = 20;
constexpr long long kMostHits = 200;

/// The same request with another query.
Call with_query(Call const& call, std::vector<QueryParameter> query) {
  return Call{call.request, call.caller, call.parameters, std::move(query)};
}

/// Without the parameters of these names, and with one more.
std::vector<QueryParameter> edited(Call const& call, std::vector<std::string> const& without,
                                   QueryParameter more) {
  std::vector<QueryParameter> query;
  for (QueryParameter const& each : call.query) {
    if (std::ranges::find(without, each.name) == without.end()) query.push_back(each);
  }
  query.push_back(std::move(more));
  return query;
}

unexpected<Error> not_here(std::string const& what) {
  return fail(ErrorCode::forbidden, what + " is not to be had on a session's socket");
}

/// What the catalogue is to those who came by a session's socket: the tools of that session.
class DoorRoutes {
 public:
  DoorRoutes(std::span<Route const> owners, Sessions& sessions, Connections& connections,
             Credentials& credentials)
      : owners_(owners), sessions_(sessions), connections_(connections), credentials_(credentials) {}

  /// A route of the owner's, as it is.
  Route taken(std::string_view method, std::string_view path) const {
    auto const found = std::ranges::find_if(
        owners_, [&](Route const& each) { return each.method == method && each.path == path; });
    if (found != owners_.end()) return *found;
    Route missing{method, path, Permission::view_tools, Work::local, {}};
    missing.handler = [](Call const&) -> Result<ServiceReply> {
      return fail(ErrorCode::unsupported, "this daemon does not have that");
    };
    return missing;
  }
  /// The same behind a check, or with another function around it.
  template <class Around>
  Route taken(std::string_view method, std::string_view path, Around around) const {
    Route route = taken(method, path);
    route.handler = [around, original = route.handler](Call const& call) { return around(call, original); };
    return route;
  }

  auto integration() const {
    return [this_ = *this](Call const& call, Handler const& original) -> Result<ServiceReply> {
      AGENTA_CHECK(this_.check_integration(call));
      return original(call);
    };
  }
  auto tool() const {
    return [this_ = *this](Call const& call, Handler const& original) -> Result<ServiceReply> {
      AGENTA_CHECK(this_.sessions_.check_member(call.caller, call.caller.session, call.parameter("tool")));
      return original(call);
    };
  }
  auto tools() const {
    return [this_ = *this](Call const& call, Handler const&) { return this_.list_tools(call); };
  }
  auto search() const {
    return [this_ = *this](Call const& call, Handler const& original) { return this_.find(call, original); };
  }
  auto schemas() const {
    return
        [this_ = *this](Call const& call, Handler const& original) { return this_.define(call, original); };
  }
  auto connections() const {
    return [this_ = *this](Call const& call, Handler const&) { return this_.list_connections(call); };
  }

 private:
  Result<void> check_integration(Call const& call) const {
    std::string const& slug = call.parameter("slug");
    AGENTA_TRY(auto const own, sessions_.integrations(call.caller, call.caller.session));
    if (std::ranges::find(own, to_lower(slug)) != own.end()) return {};
    return fail(ErrorCode::forbidden, "the session has no tool of " + slug);
  }

  Result<ServiceReply> list_tools(Call const& call) const {
    for (std::string_view const word : {"category", "auth"}) {
      if (!call.query_value(word).empty()) return not_here("the filter " + std::string{word});
    }
    Sessions::ToolQuery query;
    query.cursor = call.query_value("cursor");
    query.search = call.query_value("search");
    query.with_schemas = false;
    if (auto const slug = call.parameters.find("slug"); slug != call.parameters.end()) {
      AGENTA_CHECK(check_integration(call));
      query.integration = slug->second;
    }
    AGENTA_TRY(auto const read_only, read_flag(call, "read_only"));
    query.read_only = read_only.value_or(false);
    AGENTA_TRY(auto const limit, read_number(call, "limit", kUsualTools, 1, kMostTools));
    query.limit = static_cast<std::size_t>(limit);
    AGENTA_TRY(auto found, sessions_.tools(call.caller, call.caller.session, query));
    Page<Tool> page;
    for (auto& each : found.page.items) page.items.push_back(std::move(each.tool));
    page.total = found.page.total;
    page.next_cursor = std::move(found.page.next_cursor);
    return json_reply(protocol::encode_tools(page));
  }

  /// What the owner would find, less what is not in the session.
  Result<ServiceReply> find(Call const& call, Handler const& original) const {
    if (to_lower(call.query_value("remote")) == "true") return not_here("Composio's own search");
    AGENTA_TRY(auto const limit, read_number(call, "limit", kUsualHits, 1, kMostHits));
    AGENTA_TRY(auto const open, sessions_.open_session(call.caller, call.caller.session));
    AGENTA_TRY(auto const own, sessions_.integrations(call.caller, call.caller.session));
    auto wide = with_query(call, edited(call, {"limit"}, {"limit", std::to_string(kMostHits)}));
    AGENTA_TRY(auto reply, original(wide));
    AGENTA_TRY(auto found, protocol::decode_search(reply.body));
    std::erase_if(found.items, [&](SearchHit const& hit) {
      if (hit.kind == SearchHit::Kind::integration)
        return std::ranges::find(own, to_lower(hit.slug)) == own.end();
      return !Sessions::has(open->session, ToolSlug{hit.slug}, hit.integration);
    });
    found.total = static_cast<std::int64_t>(found.items.size());
    if (found.items.size() > static_cast<std::size_t>(limit))
      found.items.resize(static_cast<std::size_t>(limit));
    reply.body = protocol::encode_search(found);
    return reply;
  }

  /// Each of the named tools has to be in the session; of an integration those are meant that are.
  Result<ServiceReply> define(Call const& call, Handler const& original) const {
    std::vector<std::string> names;
    for (std::string const& each : split(call.query_value("tools"), ',')) {
      if (trim(each).empty()) continue;
      AGENTA_CHECK(sessions_.check_member(call.caller, call.caller.session, std::string{trim(each)}));
      names.emplace_back(trim(each));
    }
    Sessions::ToolQuery query;
    query.with_schemas = false;
    query.limit = kMostTools;
    query.integration = call.query_value("integration");
    if (!query.integration.empty()) {
      AGENTA_TRY(auto const found, sessions_.tools(call.caller, call.caller.session, query));
      for (auto const& each : found.page.items) names.push_back(each.tool.slug.text);
      if (names.empty()) return not_here("the integration " + query.integration);
    }
    auto narrow = with_query(call, edited(call, {"tools", "integration"}, {"tools", join(names, ",")}));
    return original(narrow);
  }

  Result<ServiceReply> list_connections(Call const& call) const {
    store::ConnectionFilter filter;
    if (auto const slug = call.query_value("integration"); !slug.empty())
      filter.integration = IntegrationSlug{to_lower(slug)};
    if (auto const name = call.query_value("status"); !name.empty()) {
      filter.status = parse_connection_status(name);
      if (!filter.status) return fail(ErrorCode::invalid_request, "there is no status " + name);
    }
    AGENTA_TRY(auto page, connections_.page(call.caller, filter, "", kMostTools));
    for (Connection& each : page.items) each.base_url.clear();  // the machine's, and not the session's
    return json_reply(protocol::encode_connections(page, credentials_.scope_of(call.caller)));
  }

  std::span<Route const> owners_;
  Sessions& sessions_;
  Connections& connections_;
  Credentials& credentials_;
};

}  // namespace

std::vector<Route> session_door_routes(std::span<Route const> owners, Sessions& sessions,
                                       Connections& connections, Credentials& credentials) {
  DoorRoutes const door{owners, sessions, connections, credentials};
  std::vector<Route> table = own_session_routes(sessions);
  std::vector<Route> more{
      door.taken("GET", "/api/tools/integrations"),
      door.taken("GET", "/api/tools/integrations/{slug}", door.integration()),
      door.taken("GET", "/api/tools/integrations/{slug}/tools", door.tools()),
      door.taken("GET", "/api/tools/integrations/{slug}/tools/{tool}", door.tool()),
      door.taken("GET", "/api/tools/tools", door.tools()),
      door.taken("GET", "/api/tools/tools/{tool}", door.tool()),
      door.taken("GET", "/api/tools/search", door.search()),
      door.taken("GET", "/api/tools/schemas", door.schemas()),
      door.taken("GET", "/api/tools/connections", door.connections()),
      door.taken("POST", "/api/tools/executions"),
      door.taken("GET", "/api/tools/executions"),
      door.taken("GET", "/api/tools/executions/{id}"),
      door.taken("GET", "/api/tools/executions/{id}/result"),
      door.taken("POST", "/api/tools/executions/{id}/cancel"),
  };
  std::ranges::move(more, std::back_inserter(table));
  return table;
}

}  // namespace agenta::daemon::api
