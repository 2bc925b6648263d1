#include <algorithm>
#include <map>
#include <set>

#include "daemon/api/routes.hpp"
#include "daemon/core/connection_choice.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::daemon::api {
namespace {

constexpr long long kDefaultLimit = 100;
constexpr long long kMostLimit = 1000;

bool contains(std::string_view text, std::string_view lower_needle) {
  return lower_needle.empty() || to_lower(text).find(lower_needle) != std::string::npos;
}

/// A page of what matched. The cursor is the number of items before it.
template <class T>
Result<Page<T>> page_of(Call const& call, std::vector<T> matches) {
  AGENTA_TRY(long long const limit, read_number(call, "limit", kDefaultLimit, 1, kMostLimit));
  AGENTA_TRY(long long const offset, read_number(call, "cursor", 0, 0, 1'000'000));
  Page<T> page;
  page.total = static_cast<std::int64_t>(matches.size());
  auto const first = std::min<std::size_t>(static_cast<std::size_t>(offset), matches.size());
  auto const last = std::min<std::size_t>(first + static_cast<std::size_t>(limit), matches.size());
  page.items.assign(std::make_move_iterator(matches.begin() + static_cast<std::ptrdiff_t>(first)),
                    std::make_move_iterator(matches.begin() + static_cast<std::ptrdiff_t>(last)));
  if (last < matches.size()) page.next_cursor = std::to_string(last);
  return page;
}

/// The state to show beside an integration: that of its best connection under the caller's key.
using States = std::map<std::string, protocol::IntegrationState>;
States states_of(std::vector<Connection> const& connections, ProviderAccess const& access) {
  States states;
  for (Connection const& connection : connections) {
    if (!belongs_to(connection, access)) continue;
    protocol::IntegrationState& state = states[connection.integration.text];
    bool const better = !state.status || (*state.status != ConnectionStatus::active &&
                                          connection.status == ConnectionStatus::active);
    if (!better) continue;
    state.connection = connection.id;
    state.status = connection.status;
  }
  return states;
}

bool is_connected(States const& states, Integration const& integration) {
  auto const found = states.find(integration.slug.text);
  return found != states.end() && found->second.status == ConnectionStatus::active;
}

struct Filter {
  std::string search;
  std::string category;
  std::string auth;
  std::string connected;
};

Result<Filter> read_filter(Call const& call, std::vector<Integration> const& all) {
  Filter filter{to_lower(call.query_value("search")), to_lower(call.query_value("category")),
                call.query_value("auth"), to_lower(call.query_value("connected"))};
  if (!filter.connected.empty() && filter.connected != "true" && filter.connected != "false") {
    return fail(ErrorCode::invalid_request, "connected is true or false, not " + filter.connected);
  }
  std::set<std::string> categories;
  std::set<std::string> schemes;
  for (Integration const& integration : all) {
    for (Category const& category : integration.categories) categories.insert(category.slug);
    schemes.insert(integration.auth_schemes.begin(), integration.auth_schemes.end());
  }
  auto const check = [](std::string const& what, std::string const& wanted,
                        std::set<std::string> const& known) -> Result<void> {
    bool const found = std::ranges::any_of(
        known, [&](std::string const& name) { return equal_ignoring_case(name, wanted); });
    if (wanted.empty() || found) return {};
    std::vector<std::string> const names{known.begin(), known.end()};
    auto const suggestion = nearest(wanted, names);
    return fail(ErrorCode::invalid_request, "there is no " + what + " " + wanted +
                                                (suggestion ? "; did you mean " + *suggestion + "?" : ""));
  };
  AGENTA_CHECK(check("category", filter.category, categories));
  AGENTA_CHECK(check("auth scheme", filter.auth, schemes));
  return filter;
}

bool matches(Filter const& filter, Integration const& integration, States const& states) {
  if (!contains(integration.slug.text, filter.search) && !contains(integration.name, filter.search) &&
      !contains(integration.description, filter.search)) {
    return false;
  }
  if (!filter.category.empty() && !std::ranges::any_of(integration.categories, [&](Category const& category) {
        return equal_ignoring_case(category.slug, filter.category);
      })) {
    return false;
  }
  if (!filter.auth.empty() && !std::ranges::any_of(integration.auth_schemes, [&](std::string const& scheme) {
        return equal_ignoring_case(scheme, filter.auth);
      })) {
    return false;
  }
  return filter.connected.empty() || (filter.connected == "true") == is_connected(states, integration);
}

std::vector<Category> categories_of(std::vector<Integration> const& integrations) {
  std::map<std::string, Category> by_slug;
  for (Integration const& integration : integrations) {
    for (Category const& category : integration.categories) by_slug.emplace(category.slug, category);
  }
  std::vector<Category> categories;
  for (auto& [slug, category] : by_slug) categories.push_back(std::move(category));
  return categories;
}

class CatalogRoutes {
 public:
  CatalogRoutes(Catalog& catalog, Connections& connections, Credentials& credentials)
      : catalog_(catalog), connections_(connections), credentials_(credentials) {}

  Result<ServiceReply> list_integrations(Call const& call) const {
    AGENTA_TRY(ProviderAccess const access, credentials_.access_for(call.caller));
    ProviderCall const provider_call{access, call.caller.deadline, call.caller.stop};
    AGENTA_TRY(auto const all, catalog_.integrations(provider_call));
    AGENTA_TRY(auto const rows, connections_.list(call.caller, {}));
    AGENTA_TRY(Filter const filter, read_filter(call, *all));
    States const states = states_of(rows, access);
    std::vector<Integration> found;
    std::ranges::copy_if(*all, std::back_inserter(found),
                         [&](Integration const& i) { return matches(filter, i, states); });
    AGENTA_TRY(auto const page, page_of(call, std::move(found)));
    std::vector<protocol::IntegrationState> page_states;
    for (Integration const& integration : page.items) {
      auto const state = states.find(integration.slug.text);
      page_states.push_back(state == states.end() ? protocol::IntegrationState{} : state->second);
    }
    return json_reply(protocol::encode_integrations(page, page_states, categories_of(*all)));
  }

  Result<ServiceReply> get_integration(Call const& call) const {
    AGENTA_TRY(ProviderAccess const access, credentials_.access_for(call.caller));
    ProviderCall const provider_call{access, call.caller.deadline, call.caller.stop};
    IntegrationSlug const slug{to_lower(call.parameter("slug"))};
    AGENTA_TRY(auto const detail, catalog_.integration(provider_call, slug));
    store::ConnectionFilter filter;
    filter.integration = slug;
    AGENTA_TRY(auto const rows, connections_.list(call.caller, filter));
    States states = states_of(rows, access);
    return json_reply(protocol::encode_integration(*detail, states[slug.text], rows));
  }

  Result<ServiceReply> list_tools(Call const& call) const {
    AGENTA_TRY(ProviderAccess const access, credentials_.access_for(call.caller));
    ProviderCall const provider_call{access, call.caller.deadline, call.caller.stop};
    AGENTA_TRY(auto const all,
               catalog_.tools(provider_call, IntegrationSlug{to_lower(call.parameter("slug"))}));
    std::string const search = to_lower(call.query_value("search"));
    std::vector<Tool> found;
    std::ranges::copy_if(*all, std::back_inserter(found), [&](Tool const& tool) {
      return contains(tool.slug.text, search) || contains(tool.name, search) ||
             contains(tool.description, search);
    });
    AGENTA_TRY(auto const page, page_of(call, std::move(found)));
    return json_reply(protocol::encode_tools(page));
  }

  Result<ServiceReply> get_tool(Call const& call) const {
    AGENTA_TRY(ProviderAccess const access, credentials_.access_for(call.caller));
    ProviderCall const provider_call{access, call.caller.deadline, call.caller.stop};
    auto const reference = parse_tool_reference(call.parameter("tool"));
    if (!reference) return fail(ErrorCode::tool_not_found, call.parameter("tool") + " is no tool's name");
    AGENTA_TRY(auto const found, catalog_.tool(provider_call, reference->slug, call.query_value("version")));
    auto const integration = call.parameters.find("slug");
    if (integration != call.parameters.end() &&
        !equal_ignoring_case(integration->second, found->tool.integration.text)) {
      return fail(ErrorCode::tool_not_found, found->tool.slug.text + " is a tool of " +
                                                 found->tool.integration.text + ", not of " +
                                                 integration->second);
    }
    return json_reply(protocol::encode_tool(found->tool));
  }

 private:
  Catalog& catalog_;
  Connections& connections_;
  Credentials& credentials_;
};

}  // namespace

std::vector<Route> catalog_routes(Catalog& catalog, Connections& connections, Credentials& credentials) {
  CatalogRoutes const routes{catalog, connections, credentials};
  auto const to = [routes](auto member) {
    return [routes, member](Call const& call) { return (routes.*member)(call); };
  };
  constexpr auto kView = Permission::view_tools;
  return {
      {"GET", "/api/tools/integrations", kView, Work::provider, to(&CatalogRoutes::list_integrations)},
      {"GET", "/api/tools/integrations/{slug}", kView, Work::provider, to(&CatalogRoutes::get_integration)},
      {"GET", "/api/tools/integrations/{slug}/tools", kView, Work::provider, to(&CatalogRoutes::list_tools)},
      {"GET", "/api/tools/integrations/{slug}/tools/{tool}", kView, Work::provider,
       to(&CatalogRoutes::get_tool)},
      {"GET", "/api/tools/tools/{tool}", kView, Work::provider, to(&CatalogRoutes::get_tool)},
  };
}

}  // namespace agenta::daemon::api
