#include <algorithm>
#include <map>

#include "daemon/api/catalog_query.hpp"
#include "daemon/api/routes.hpp"
#include "daemon/core/connection_choice.hpp"
#include "daemon/core/custom_tools.hpp"
#include "daemon/core/definitions.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::daemon::api {
namespace {

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

std::vector<std::string> connected_of(States const& states) {
  std::vector<std::string> slugs;
  for (auto const& [slug, state] : states) {
    if (state.status == ConnectionStatus::active) slugs.push_back(slug);
  }
  return slugs;
}

/// Says how old the answer is, where it is older than it should be.
ServiceReply with_age(ServiceReply reply, std::optional<Staleness> const& stale) {
  if (!stale) return reply;
  reply.headers.emplace_back(to_lower(protocol::kCachedAtHeader), format_rfc3339(stale->fetched_at));
  reply.headers.emplace_back(to_lower(protocol::kCacheStateHeader), name_of(stale->why));
  return reply;
}

bool names_only_custom(DefinitionRequest const& request) {
  if (!request.integration.empty())
    return request.tools.empty() && is_custom(IntegrationSlug{request.integration});
  return !request.tools.empty() && std::ranges::all_of(request.tools, [](auto const& name) {
    auto const reference = parse_tool_reference(name);
    return reference && is_custom(reference->slug);
  });
}

class CatalogRoutes {
 public:
  explicit CatalogRoutes(CatalogServices services) : services_(services) {}

  Result<ServiceReply> list_integrations(Call const& call) const {
    AGENTA_TRY(Asked const asked, ask(call));
    AGENTA_TRY(auto filter, read_integration_filter(call));
    AGENTA_CHECK(narrow(call, asked, filter));
    AGENTA_CHECK(confine(call, filter));
    AGENTA_TRY(auto const known,
               services_.catalog.list_integrations(asked.provider_call(), filter, asked.network));
    AGENTA_TRY(auto const connected, find_states(call, asked));
    Page<std::string> page;
    std::vector<protocol::IntegrationState> states;
    for (store::KeptItem const& kept : known.value.items) {
      page.items.push_back(kept.item);
      auto const state = connected.find(kept.slug);
      states.push_back(state == connected.end() ? protocol::IntegrationState{} : state->second);
    }
    page.total = known.value.total;
    page.next_cursor = known.value.next_cursor;
    AGENTA_TRY(auto const account, services_.catalog.account(asked.access));
    AGENTA_TRY(auto const categories, account->store->categories_json());
    return with_age(json_reply(protocol::encode_integration_items(page, states, categories)), known.stale);
  }

  Result<ServiceReply> get_integration(Call const& call) const {
    IntegrationSlug const slug{to_lower(call.parameter("slug"))};
    AGENTA_TRY(Asked const asked, ask(call, is_custom(slug)));
    AGENTA_TRY(auto const known, services_.catalog.integration(asked.provider_call(), slug, asked.network));
    store::ConnectionFilter filter;
    filter.integration = slug;
    AGENTA_TRY(auto rows, services_.connections.list(call.caller, filter));
    auto states = states_of(rows, asked.access);
    if (!call.caller.session.empty()) {
      for (Connection& row : rows) row.base_url.clear();  // the machine's, and not the session's
    }
    return with_age(json_reply(protocol::encode_integration(*known.value, states[slug.text], rows)),
                    known.stale);
  }

  Result<ServiceReply> list_categories(Call const& call) const {
    AGENTA_TRY(Asked const asked, ask(call));
    AGENTA_TRY(auto const account, services_.catalog.account(asked.access));
    AGENTA_TRY(auto const stale,
               services_.catalog.ensure_list(*account, asked.provider_call(), asked.network));
    AGENTA_TRY(auto const json, account->store->categories_json());
    auto const count = protocol::decode_category_array(json).size();
    return with_age(
        json_reply("{\"items\":" + json + ",\"total\":" + std::to_string(count) + ",\"next_cursor\":null}"),
        stale);
  }

  Result<ServiceReply> list_tools(Call const& call) const {
    AGENTA_TRY(auto filter, read_tool_filter(call));
    if (auto const slug = call.parameters.find("slug"); slug != call.parameters.end())
      filter.integration = to_lower(slug->second);
    bool const own = is_custom(IntegrationSlug{filter.integration});
    AGENTA_TRY(Asked const asked, ask(call, own));
    if (own) {
      AGENTA_TRY(auto const known,
                 services_.catalog.list_tools(asked.provider_call(), filter, asked.network));
      return json_reply(protocol::encode_tools(known.value));
    }
    AGENTA_TRY(auto of, read_integration_filter(call));
    of.search.clear();
    AGENTA_CHECK(narrow(call, asked, of));
    bool const narrows = !of.category.empty() || !of.scheme.empty() || of.only_listed || !of.without.empty();
    if (narrows) {
      of.offset = 0;
      of.limit = -1;
      AGENTA_TRY(auto const integrations,
                 services_.catalog.list_integrations(asked.provider_call(), of, asked.network));
      filter.integrations.emplace();
      for (store::KeptItem const& kept : integrations.value.items) filter.integrations->push_back(kept.slug);
      if (!filter.integration.empty()) {
        bool const is_among =
            std::ranges::find(*filter.integrations, filter.integration) != filter.integrations->end();
        if (!is_among) return json_reply(protocol::encode_tools({}));
      }
    }
    AGENTA_TRY(auto const known, services_.catalog.list_tools(asked.provider_call(), filter, asked.network));
    return with_age(json_reply(protocol::encode_tools(known.value)), known.stale);
  }

  Result<ServiceReply> get_tool(Call const& call) const {
    auto const reference = parse_tool_reference(call.parameter("tool"));
    if (!reference) return fail(ErrorCode::tool_not_found, call.parameter("tool") + " is no tool's name");
    AGENTA_TRY(Asked const asked, ask(call, is_custom(reference->slug)));
    AGENTA_TRY(auto const options, read_format_options(call));
    AGENTA_TRY(auto const known, services_.catalog.tool(asked.provider_call(), reference->slug,
                                                        call.query_value("version"), asked.network));
    Tool const& tool = known.value->tool;
    auto const integration = call.parameters.find("slug");
    if (integration != call.parameters.end() &&
        !equal_ignoring_case(integration->second, tool.integration.text)) {
      return fail(ErrorCode::tool_not_found, tool.slug.text + " is a tool of " + tool.integration.text +
                                                 ", not of " + integration->second);
    }
    if (options)
      return with_age(json_reply(schema::define_tool(tool, *options).definition.text), known.stale);
    return with_age(json_reply(protocol::encode_tool(tool)), known.stale);
  }

  Result<ServiceReply> search(Call const& call) const {
    AGENTA_TRY(auto request, read_search(call));
    AGENTA_TRY(Asked const asked, ask(call, is_custom(IntegrationSlug{request.integration})));
    AGENTA_TRY(auto const states, find_states(call, asked));
    request.connected_integrations = connected_of(states);
    request.network = asked.network;
    if (is_custom(IntegrationSlug{request.integration})) request.remote = false;  // nobody else has them
    if (request.remote && asked.network == Network::no)
      return fail(ErrorCode::invalid_request,
                  "--remote asks Composio, which --offline forbids: give one of them");
    if (request.remote) {
      AGENTA_TRY(request.user_id, services_.connections.user_id(call.caller));
    }
    AGENTA_TRY(auto const known, services_.search.search(asked.provider_call(), request));
    return with_age(json_reply(protocol::encode_search(known.value)), known.stale);
  }

  Result<ServiceReply> get_schemas(Call const& call) const {
    AGENTA_TRY(auto request, read_definitions(call));
    AGENTA_TRY(Asked const asked, ask(call, names_only_custom(request)));
    AGENTA_TRY(auto const known,
               define_tools(services_.catalog, asked.provider_call(), request, asked.network));
    return with_age(json_reply(protocol::encode_definitions(known.value)), known.stale);
  }

  Result<ServiceReply> get_catalog(Call const& call) const {
    AGENTA_TRY(ProviderAccess const access, services_.credentials.access_for(call.caller));
    return json_reply(protocol::encode_catalog_status(services_.refresher.status(access)));
  }

  Result<ServiceReply> refresh(Call const& call) const {
    AGENTA_TRY(Asked const asked, ask(call));
    AGENTA_TRY(auto const request,
               protocol::decode_refresh_request(call.request.body.empty() ? "{}" : call.request.body));
    auto const before = services_.refresher.status(asked.access);
    if (request.all) {
      services_.refresher.refresh_everything(asked.access);
      return json_reply(protocol::encode_catalog_status(before), 202);
    }
    std::vector<IntegrationSlug> slugs;
    for (std::string const& slug : request.integrations) slugs.push_back({to_lower(slug)});
    AGENTA_CHECK(services_.catalog.refresh(asked.provider_call(), slugs));
    return json_reply(protocol::encode_catalog_status(services_.refresher.status(asked.access)));
  }

 private:
  /// Who asks, with which key, and whether Composio may be asked.
  struct Asked {
    ProviderAccess access{};
    Network network = Network::yes;
    SteadyTime deadline{};
    std::stop_token stop{};
    ProviderCall provider_call() const { return {access, deadline, stop}; }
  };
  /// What is about a person's own tools alone needs no key, and Composio is not asked.
  Result<Asked> ask(Call const& call, bool own = false) const {
    Asked asked;
    AGENTA_TRY(asked.network, read_network(call));
    if (!own) {
      AGENTA_TRY(asked.access, services_.credentials.access_for(call.caller));
    }
    asked.deadline = call.caller.deadline;
    asked.stop = call.caller.stop;
    return asked;
  }
  Result<States> find_states(Call const& call, Asked const& asked) const {
    AGENTA_TRY(auto const rows, services_.connections.list(call.caller, {}));
    return states_of(rows, asked.access);
  }

  /// Leaves a session's caller the integrations of that session.
  Result<void> confine(Call const& call, store::IntegrationListFilter& filter) const {
    if (call.caller.session.empty() || services_.sessions == nullptr) return {};
    AGENTA_TRY(auto own, services_.sessions->integrations(call.caller, call.caller.session));
    if (filter.only_listed) {
      std::erase_if(own, [&](std::string const& slug) {
        return std::ranges::find(filter.only, slug) == filter.only.end();
      });
    }
    filter.only = std::move(own);
    filter.only_listed = true;
    return {};
  }

  /// Adds who is connected, and holds the words to those that there are.
  Result<void> narrow(Call const& call, Asked const& asked, store::IntegrationListFilter& filter) const {
    AGENTA_TRY(auto const connected, read_flag(call, "connected"));
    if (connected) {
      AGENTA_TRY(auto const states, find_states(call, asked));
      filter.only_listed = *connected;
      (*connected ? filter.only : filter.without) = connected_of(states);
    }
    if (filter.category.empty() && filter.scheme.empty()) return {};
    AGENTA_TRY(auto const account, services_.catalog.account(asked.access));
    AGENTA_CHECK(services_.catalog.ensure_list(*account, asked.provider_call(), asked.network));
    AGENTA_TRY(auto const categories, account->store->categories_json());
    AGENTA_TRY(filter.category, known_category(filter.category, protocol::decode_category_array(categories)));
    AGENTA_TRY(auto const schemes, account->store->list_schemes());
    AGENTA_TRY(filter.scheme, known_scheme(filter.scheme, schemes));
    return {};
  }

  CatalogServices services_;
};

}  // namespace

std::vector<Route> catalog_routes(CatalogServices services) {
  CatalogRoutes const routes{services};
  auto const to = [routes](auto member) {
    return [routes, member](Call const& call) { return (routes.*member)(call); };
  };
  constexpr auto kView = Permission::view_tools;
  constexpr auto kAsks = Work::provider;
  return {
      {"GET", "/api/tools/integrations", kView, kAsks, to(&CatalogRoutes::list_integrations)},
      {"GET", "/api/tools/integrations/{slug}", kView, kAsks, to(&CatalogRoutes::get_integration)},
      {"GET", "/api/tools/integrations/{slug}/tools", kView, kAsks, to(&CatalogRoutes::list_tools)},
      {"GET", "/api/tools/integrations/{slug}/tools/{tool}", kView, kAsks, to(&CatalogRoutes::get_tool)},
      {"GET", "/api/tools/tools", kView, kAsks, to(&CatalogRoutes::list_tools)},
      {"GET", "/api/tools/tools/{tool}", kView, kAsks, to(&CatalogRoutes::get_tool)},
      {"GET", "/api/tools/categories", kView, kAsks, to(&CatalogRoutes::list_categories)},
      {"GET", "/api/tools/search", kView, kAsks, to(&CatalogRoutes::search)},
      {"GET", "/api/tools/schemas", kView, kAsks, to(&CatalogRoutes::get_schemas)},
      {"GET", "/api/tools/catalog", kView, Work::local, to(&CatalogRoutes::get_catalog)},
      {"POST", "/api/tools/catalog/refresh", Permission::run_tools, kAsks, to(&CatalogRoutes::refresh)},
  };
}

}  // namespace agenta::daemon::api
