#include "daemon/core/connection_choice.hpp"

#include <algorithm>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

unexpected<Error> not_connected(IntegrationSlug const& integration) {
  return fail(ErrorCode::not_connected, integration.text + " is not connected",
              {"agenta-tools", "connect", integration.text});
}

Result<Connection> find_named(std::span<Connection const> connections, ProviderAccess const& access,
                              IntegrationSlug const& integration, std::string const& named) {
  auto const found = std::ranges::find_if(connections, [&](Connection const& connection) {
    return equal_ignoring_case(connection.slug, named) || equal_ignoring_case(connection.id.text, named);
  });
  if (found == connections.end()) {
    std::vector<std::string> slugs;
    for (Connection const& connection : connections) slugs.push_back(connection.slug);
    auto const suggestion = nearest(named, slugs);
    return fail(ErrorCode::connection_not_found,
                "there is no connection " + named + (suggestion ? "; did you mean " + *suggestion + "?" : ""),
                {"agenta-tools", "connections", "list"});
  }
  if (found->integration != integration) {
    return fail(ErrorCode::invalid_request,
                "the connection " + found->slug + " is an account of " + found->integration.text +
                    ", not of " + integration.text,
                {"agenta-tools", "connections", "list"});
  }
  if (!belongs_to(*found, access)) {
    return fail(ErrorCode::not_connected,
                "the connection " + found->slug +
                    " was made under another Composio key, and is never used under this one",
                {"agenta-tools", "connect", integration.text});
  }
  AGENTA_CHECK(check_usable(*found));
  return *found;
}

unexpected<Error> ambiguous(std::span<Connection const* const> active, IntegrationSlug const& integration) {
  std::vector<std::string> slugs;
  for (Connection const* connection : active) slugs.push_back(connection->slug);
  std::ranges::sort(slugs);
  Error error;
  error.code = ErrorCode::connection_ambiguous;
  error.message = integration.text + " has " + std::to_string(slugs.size()) + " connections (" +
                  join(slugs, ", ") + "): name one with -c";
  // Slugs are of a-z 0-9 - _ only: they need no escaping.
  error.context.text = "{\"choices\":[\"" + join(slugs, "\",\"") + "\"]}";
  error.next_step = {"agenta-tools", "connections", "list"};
  return fail(std::move(error));
}

std::string reason(Connection const& connection) {
  return connection.error ? ": " + connection.error->message : "";
}

/// Whether a tool can be run on it: one that works while it is renewed works on.
bool is_usable(Connection const& connection) {
  if (connection.status == ConnectionStatus::active) return true;
  return connection.status == ConnectionStatus::pending && connection.renewal &&
         connection.renewal->status == ConnectionStatus::active;
}

}  // namespace

bool belongs_to(Connection const& connection, ProviderAccess const& access) {
  return connection.key_scope == access.key_scope && connection.base_url == access.endpoint();
}

Result<void> check_usable(Connection const& connection) {
  if (is_usable(connection)) return {};
  std::string const& slug = connection.slug;
  std::string const& integration = connection.integration.text;
  switch (connection.status) {
    case ConnectionStatus::active: return {};
    case ConnectionStatus::pending:
      return fail(ErrorCode::oauth_pending, "the login of the connection " + slug + " is not finished",
                  {"agenta-tools", "connect", "--resume", connection.id.text});
    case ConnectionStatus::expired:
      return fail(ErrorCode::connection_expired,
                  "the connection " + slug + " has expired" + reason(connection),
                  {"agenta-tools", "connect", integration, "--reconnect", slug});
    case ConnectionStatus::failed:
      return fail(ErrorCode::not_connected, "the connection " + slug + " was never made" + reason(connection),
                  {"agenta-tools", "connect", integration, "--as", slug});
    case ConnectionStatus::inactive:
      return fail(ErrorCode::not_connected,
                  "the connection " + slug + " is disabled at Composio" + reason(connection),
                  {"agenta-tools", "connections", "refresh", slug});
  }
  __builtin_unreachable();
}

Result<Connection> choose_connection(std::span<Connection const> connections, ProviderAccess const& access,
                                     IntegrationSlug const& integration, std::string const& named) {
  if (!named.empty()) return find_named(connections, access, integration, named);

  std::vector<Connection const*> own;
  for (Connection const& connection : connections) {
    if (connection.integration == integration && belongs_to(connection, access)) own.push_back(&connection);
  }
  // A default that cannot serve is said, never silently replaced by another account.
  auto const by_default =
      std::ranges::find_if(own, [](Connection const* connection) { return connection->is_default; });
  if (by_default != own.end()) {
    AGENTA_CHECK(check_usable(**by_default));
    return **by_default;
  }
  std::vector<Connection const*> active;
  std::ranges::copy_if(own, std::back_inserter(active),
                       [](Connection const* connection) { return is_usable(*connection); });
  if (active.size() > 1) return ambiguous(active, integration);
  if (active.size() == 1) return *active.front();

  for (ConnectionStatus const worth_saying :
       {ConnectionStatus::expired, ConnectionStatus::pending, ConnectionStatus::inactive}) {
    auto const found =
        std::ranges::find_if(own, [&](Connection const* c) { return c->status == worth_saying; });
    if (found == own.end()) continue;
    AGENTA_CHECK(check_usable(**found));
  }
  return not_connected(integration);
}

Result<std::vector<Connection>> connection_candidates(store::ConnectionStore& connections,
                                                      ProjectId const& project,
                                                      IntegrationSlug const& integration,
                                                      std::string const& named) {
  store::ConnectionFilter filter;
  if (named.empty()) {
    filter.integration = integration;
    return connections.list(project, filter);
  }
  AGENTA_TRY(auto found, connections.find_by_name(project, named));
  if (!found) return connections.list(project, filter);
  std::vector<Connection> one;
  one.push_back(*std::move(found));
  return one;
}

}  // namespace agenta::daemon
