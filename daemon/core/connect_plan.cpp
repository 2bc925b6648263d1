#include "daemon/core/connect_plan.hpp"

#include <algorithm>
#include <utility>

#include "daemon/core/connection_choice.hpp"
#include "daemon/core/scheme_fields.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

// What a request to connect comes to, before anything is made: which scheme, which slug, whether it is
// already under way.
namespace agenta::daemon {
namespace {

/// A pending login this close to its end is not joined: its link would die in the user's hands.
constexpr std::chrono::seconds kJoinMargin{30};

bool wants_another(protocol::ConnectRequest const& request) {
  return !request.scopes.empty() || !request.auth_config_id.empty() || !request.auth_config_fields.empty();
}

/// `github`, or `github-2` where that is what a request without a slug would have made.
bool is_default_slug(std::string const& slug, std::string const& integration) {
  if (slug == integration) return true;
  if (!slug.starts_with(integration + "-")) return false;
  return std::ranges::all_of(slug.substr(integration.size() + 1),
                             [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

protocol::ConnectReply reply_for(Connection const& connection, std::string message) {
  protocol::ConnectReply reply;
  reply.id = connection.id;
  reply.slug = connection.slug;
  reply.status = connection.status;
  reply.redirect_url = connection.redirect_url;
  reply.expires_at = connection.expires_at;
  reply.message = std::move(message);
  return reply;
}

/// Of what is to be renewed where nothing else is said.
Result<std::string> ConnectFlow::integration_of(Caller const& caller,
                                                protocol::ConnectRequest const& request) {
  if (request.reconnect.empty()) return request.integration;
  AGENTA_TRY(auto const project, projects_.find(caller.project));
  if (!project) return request.integration;
  AGENTA_TRY(auto const row, connections_.find_by_name(project->id, request.reconnect));
  return row ? row->integration.text : request.integration;
}

Result<void> ConnectFlow::plan_renewal(Plan& plan, protocol::ConnectRequest const& request) {
  AGENTA_TRY(plan.renewed, connections_.find_by_name(plan.project.id, request.reconnect));
  if (!plan.renewed) {
    return fail(ErrorCode::connection_not_found, "there is no connection " + request.reconnect,
                {"agenta-tools", "connections", "list"});
  }
  Connection const& row = *plan.renewed;
  if (!request.integration.empty() && to_lower(request.integration) != row.integration.text) {
    return fail(ErrorCode::invalid_request,
                "the connection " + row.slug + " is an account of " + row.integration.text);
  }
  if (!request.slug.empty() && to_lower(request.slug) != to_lower(row.slug)) {
    return fail(ErrorCode::invalid_request, "renewing keeps the slug " + row.slug + ": rename it instead",
                {"agenta-tools", "connections", "rename", row.slug, to_lower(request.slug)});
  }
  // Its account cannot be given up with this key, nor could the connection go back to it.
  if (!belongs_to(row, plan.access) && !row.account.empty()) {
    return fail(
        ErrorCode::not_configured,
        "the connection " + row.slug +
            " was made under another Composio key: renew it with that one; if this key is of the same "
            "Composio project, `agenta-tools connections sync` takes it over",
        {"agenta-tools", "connections", "sync"});
  }
  if (row.status == ConnectionStatus::active && !wants_another(request) && request.credentials.empty()) {
    return fail(ErrorCode::invalid_request,
                "the connection " + row.slug +
                    " is ACTIVE: there is nothing to renew; for other scopes give --scopes",
                {"agenta-tools", "connections", "check", row.slug});
  }
  return {};
}

Result<ConnectFlow::Plan> ConnectFlow::plan(Caller const& caller, protocol::ConnectRequest const& request) {
  Plan plan;
  AGENTA_TRY(plan.access, credentials_.access_for(caller));
  AGENTA_TRY(plan.project, projects_.ensure(caller.project, clock_.wall()));
  if (!request.slug.empty() && !is_valid_slug(to_lower(request.slug))) {
    return fail(ErrorCode::invalid_request,
                "the slug " + request.slug +
                    " cannot be used: 1 to 64 of a-z, 0-9, - and _, beginning with a letter or digit");
  }
  if (!request.reconnect.empty()) AGENTA_CHECK(plan_renewal(plan, request));
  std::string const integration =
      plan.renewed ? plan.renewed->integration.text : to_lower(request.integration);
  ProviderCall const call{plan.access, caller.deadline, caller.stop};
  AGENTA_TRY(auto const known, catalog_.integration(call, IntegrationSlug{integration}));
  plan.detail = known.value;
  std::string wanted = request.auth_type;
  if (wanted.empty() && plan.renewed) wanted = plan.renewed->auth_type;
  if (!request.auth_config_id.empty()) {
    AGENTA_TRY(auto const config,
               auth_configs_.get(call, plan.detail->integration.slug, request.auth_config_id));
    if (!request.auth_type.empty() && !equal_ignoring_case(request.auth_type, config.auth_scheme)) {
      return fail(ErrorCode::invalid_request, "the auth config " + request.auth_config_id + " is for " +
                                                  config.auth_scheme + ", not for " + request.auth_type);
    }
    plan.named_auth_config = config.id;
    wanted = config.auth_scheme;
  }
  auto scheme = choose_scheme(*plan.detail, wanted, request.credentials);
  // A scheme of an auth config that the integration does not declare is still one that works.
  if (!scheme && plan.named_auth_config && !wanted.empty()) {
    plan.scheme.mode = wanted;
    return plan;
  }
  if (!scheme) return fail(std::move(scheme).error());
  plan.scheme = std::move(*scheme);
  if (!request.scopes.empty() && !needs_browser(plan.scheme)) {
    return fail(ErrorCode::invalid_request,
                plan.integration() + " is connected by " + plan.scheme.mode + ", which has no scopes");
  }
  return plan;
}

/// The login that is pending already where this request would make the same again; nothing where it would
/// not.
Result<std::optional<protocol::ConnectReply>> ConnectFlow::join(Caller const& caller, Plan const& plan,
                                                                protocol::ConnectRequest const& request) {
  std::optional<protocol::ConnectReply> const none;
  WallTime const now = clock_.wall();
  std::string const asked = to_lower(request.slug);
  auto const is_same = [&](Connection const& c) {
    if (c.status != ConnectionStatus::pending || c.redirect_url.empty()) return false;
    if (!belongs_to(c, plan.access) || c.auth_type != plan.scheme.mode) return false;
    if (c.expires_at && *c.expires_at <= now + kJoinMargin) return false;
    if (plan.named_auth_config) return c.auth_config == *plan.named_auth_config;
    return true;
  };
  // Own scopes or an own app may differ from what the pending login asks for.
  if (!request.scopes.empty() || !request.auth_config_fields.empty()) return none;
  std::optional<Connection> same;
  if (plan.renewed) {
    if (is_same(*plan.renewed)) same = plan.renewed;
  } else {
    store::ConnectionFilter filter;
    filter.integration = plan.detail->integration.slug;
    filter.status = ConnectionStatus::pending;
    AGENTA_TRY(auto const pending, connections_.list(plan.project.id, filter));
    auto const found = std::ranges::find_if(pending, [&](Connection const& c) {
      bool const named_so = asked.empty() ? is_default_slug(c.slug, plan.integration()) : c.slug == asked;
      return named_so && !c.renewal && is_same(c);
    });
    if (found != pending.end()) same = *found;
  }
  if (!same) return none;
  // Composio's clock and word count: a link that is over there is not handed out again.
  auto const now_there = settle(plan.access, same->id, AskedBy::client, caller.deadline, caller.stop);
  if (now_there && now_there->status != ConnectionStatus::pending) return none;
  AGENTA_CHECK(resume(caller, *same));
  auto reply = reply_for(*same, "this login was already under way: finish it in the browser");
  reply.joined = true;
  return std::optional{std::move(reply)};
}

/// Whether a login that failed is gone now, here and at Composio. One that is ACTIVE there, whatever was
/// heard of it, is somebody's.
bool ConnectFlow::clear_failed(ProviderCall const& call, Connection const& row) {
  if (!row.account.empty() && belongs_to(row, call.access)) {
    auto const account = provider_.get_account(call, row.account);
    if (account && account->status == AccountStatus::active) return false;
    static_cast<void>(provider_.delete_account(call, row.account));
  }
  return connections_.erase(row, store::Durability::normal).has_value();
}

/// A slug nobody holds: a row that never became a connection gives its slug up, here and at Composio.
Result<std::string> ConnectFlow::free_slug(ProviderCall const& call, ProjectId const& project,
                                           std::string const& wanted, bool exact) {
  constexpr int kMost = 1000;
  for (int n = 1; n <= kMost; ++n) {
    std::string const slug = n == 1 ? wanted : wanted + "-" + std::to_string(n);
    AGENTA_TRY(auto taken, connections_.find_by_slug(project, slug));
    if (!taken) return slug;
    if (taken->status == ConnectionStatus::failed && clear_failed(call, *taken)) return slug;
    if (exact) {
      return fail(ErrorCode::connection_already_exists,
                  "the slug " + slug + " is taken by a connection of " + taken->integration.text + " (" +
                      std::string{name_of(taken->status)} + ")",
                  {"agenta-tools", "connections", "show", slug});
    }
  }
  return fail(ErrorCode::connection_already_exists, "no free slug for " + wanted + ": choose one with --as");
}

/// The row that the request makes, not yet stored; of a renewal, the one that is there.
Result<Connection> ConnectFlow::prepare_row(Caller const& caller, Plan const& plan,
                                            protocol::ConnectRequest const& request) {
  WallTime const now = clock_.wall();
  Connection row;
  if (plan.renewed) {
    row = *plan.renewed;
    if (!request.name.empty()) row.name = request.name;
  } else {
    ProviderCall const call{plan.access, caller.deadline, caller.stop};
    std::string const asked = to_lower(request.slug);
    row.id.text = make_uuid_v7();
    row.project = plan.project.id;
    row.integration = plan.detail->integration.slug;
    row.integration_name = plan.detail->integration.name;
    AGENTA_TRY(row.slug,
               free_slug(call, plan.project.id, asked.empty() ? plan.integration() : asked, !asked.empty()));
    row.name = request.name.empty() ? row.slug : request.name;
    row.created_at = now;
    row.created_by = caller.actor;
  }
  row.auth_type = plan.scheme.mode;
  row.key_scope = plan.access.key_scope;
  row.base_url = plan.access.endpoint();
  row.updated_at = now;
  row.changed_by = caller.actor;
  return row;
}

Result<AuthConfigId> ConnectFlow::auth_config_of(ProviderCall const& call, Plan const& plan,
                                                 protocol::ConnectRequest const& request) {
  if (plan.named_auth_config) return *plan.named_auth_config;
  return auth_configs_.find_or_make(call,
                                    {*plan.detail, plan.scheme, request.scopes, request.auth_config_fields});
}

}  // namespace agenta::daemon
