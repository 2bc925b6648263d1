#include "daemon/core/connect_flow.hpp"

#include <algorithm>
#include <utility>

#include "daemon/core/account_state.hpp"
#include "daemon/core/connection_choice.hpp"
#include "daemon/core/connections.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

/// A pending login this close to its end is not joined: its link would die in the user's hands.
constexpr std::chrono::seconds kJoinMargin{30};

std::string names_of(std::vector<AuthScheme> const& schemes) {
  std::vector<std::string> modes;
  for (AuthScheme const& scheme : schemes) modes.push_back(scheme.mode);
  return join(modes, ", ");
}

/// The scheme asked for, else one that Composio has an app for, else one the user need only fill in, else the
/// first.
Result<AuthScheme> choose_scheme(IntegrationDetail const& detail, std::string const& wanted) {
  auto const& schemes = detail.auth;
  std::string const& slug = detail.integration.slug.text;
  if (!wanted.empty()) {
    auto const found = std::ranges::find_if(
        schemes, [&](AuthScheme const& s) { return equal_ignoring_case(s.mode, wanted); });
    if (found != schemes.end()) return *found;
    return fail(ErrorCode::invalid_request,
                slug + " cannot be connected by " + wanted + "; it knows " + names_of(schemes),
                {"agenta-tools", "integrations", "show", slug});
  }
  if (schemes.empty()) {
    return fail(ErrorCode::unsupported,
                "Composio does not say how " + slug + " is connected: give an auth config with --auth-config",
                {"agenta-tools", "integrations", "show", slug});
  }
  for (AuthScheme const& scheme : schemes) {
    if (scheme.managed) return scheme;
  }
  for (AuthScheme const& scheme : schemes) {
    if (!needs_browser(scheme.mode)) return scheme;
  }
  return schemes.front();
}

/// The fields that are still missing, as an error that lists them with what they are.
Result<void> check_fields(AuthScheme const& scheme, IntegrationSlug const& integration,
                          std::vector<std::pair<std::string, Secret>> const& given) {
  std::vector<std::string> missing;
  for (AuthField const& field : scheme.connection_fields) {
    bool const has = std::ranges::any_of(given, [&](auto const& pair) { return pair.first == field.name; });
    if (field.required && !field.default_value && !has) missing.push_back(field.name);
  }
  for (auto const& [name, value] : given) {
    bool const known =
        std::ranges::any_of(scheme.connection_fields, [&](AuthField const& f) { return f.name == name; });
    if (known || scheme.connection_fields.empty()) continue;
    std::vector<std::string> names;
    for (AuthField const& field : scheme.connection_fields) names.push_back(field.name);
    auto const suggestion = nearest(name, names);
    return fail(ErrorCode::invalid_request, integration.text + " has no field " + name + "; it takes " +
                                                join(names, ", ") +
                                                (suggestion ? "; did you mean " + *suggestion + "?" : ""));
  }
  if (missing.empty()) return {};
  return fail(ErrorCode::invalid_credentials,
              integration.text + " needs " + join(missing, ", ") + " to be connected by " + scheme.mode,
              {"agenta-tools", "connect", integration.text, "--field", missing.front() + "=-"});
}

/// What may be shown to a person and handed to a browser.
bool is_web_address(std::string_view url) {
  bool const plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
  return plain && (url.starts_with("https://") || url.starts_with("http://"));
}

}  // namespace

/// What `begin` decided before it touched anything.
struct ConnectFlow::Plan {
  ProviderAccess access{};
  store::Project project{};
  std::shared_ptr<IntegrationDetail const> detail{};
  AuthScheme scheme{};
  std::optional<Connection> reconnect{};
};

Result<ConnectFlow::Plan> ConnectFlow::plan(Caller const& caller, protocol::ConnectRequest const& request) {
  Plan plan;
  AGENTA_TRY(plan.access, credentials_.access_for(caller));
  AGENTA_TRY(plan.project, projects_.ensure(caller.project, clock_.wall()));
  if (!request.slug.empty() && !is_valid_slug(to_lower(request.slug))) {
    return fail(ErrorCode::invalid_request,
                "the slug " + request.slug +
                    " cannot be used: 1 to 64 of a-z, 0-9, - and _, beginning with a letter or digit");
  }
  std::string integration = to_lower(request.integration);
  std::string wanted = request.auth_type;
  if (!request.reconnect.empty()) {
    AGENTA_TRY(plan.reconnect, connections_.find_by_name(plan.project.id, request.reconnect));
    if (!plan.reconnect) {
      return fail(ErrorCode::connection_not_found, "there is no connection " + request.reconnect,
                  {"agenta-tools", "connections", "list"});
    }
    Connection const& row = *plan.reconnect;
    if (integration.empty()) integration = row.integration.text;
    if (integration != row.integration.text) {
      return fail(ErrorCode::invalid_request,
                  "the connection " + row.slug + " is an account of " + row.integration.text);
    }
    if (row.status == ConnectionStatus::active && belongs_to(row, plan.access)) {
      return fail(ErrorCode::invalid_request,
                  "the connection " + row.slug + " is ACTIVE: there is nothing to renew");
    }
    if (wanted.empty()) wanted = row.auth_type;
  }
  ProviderCall const call{plan.access, caller.deadline, caller.stop};
  AGENTA_TRY(auto const known, catalog_.integration(call, IntegrationSlug{integration}));
  plan.detail = known.value;
  AGENTA_TRY(plan.scheme, choose_scheme(*plan.detail, wanted));
  return plan;
}

Result<protocol::ConnectReply> ConnectFlow::begin(Caller const& caller,
                                                  protocol::ConnectRequest const& request) {
  AGENTA_TRY(Plan plan, this->plan(caller, request));
  if (plan.scheme.mode == "NO_AUTH") {
    protocol::ConnectReply reply;
    reply.status = ConnectionStatus::active;
    reply.message = plan.detail->integration.slug.text + " needs no connection: its tools just run";
    return reply;
  }
  bool const by_link = needs_browser(plan.scheme.mode);
  if (by_link) return begin_link(caller, std::move(plan), request);
  return begin_fields(caller, std::move(plan), request);
}

/// A slug nobody holds: a row that never became a connection gives its slug up.
Result<std::string> ConnectFlow::free_slug(ProjectId const& project, std::string const& wanted, bool exact) {
  constexpr int kMost = 1000;
  for (int n = 1; n <= kMost; ++n) {
    std::string const slug = n == 1 ? wanted : wanted + "-" + std::to_string(n);
    AGENTA_TRY(auto taken, connections_.find_by_slug(project, slug));
    if (!taken) return slug;
    if (taken->status == ConnectionStatus::failed) {
      AGENTA_CHECK(connections_.erase(taken->id, store::Durability::normal));
      return slug;
    }
    if (exact) {
      return fail(ErrorCode::connection_already_exists,
                  "the slug " + slug + " is taken by a connection of " + taken->integration.text + " (" +
                      std::string{name_of(taken->status)} + ")",
                  {"agenta-tools", "connections", "show", slug});
    }
  }
  return fail(ErrorCode::connection_already_exists, "no free slug for " + wanted + ": choose one with --as");
}

/// Remembered, else an enabled one at Composio, else made now. Two threads never make two.
Result<AuthConfigId> ConnectFlow::find_auth_config(ProviderCall const& call, Plan const& plan,
                                                   protocol::ConnectRequest const& request) {
  if (!request.auth_config_id.empty()) return AuthConfigId{request.auth_config_id};
  store::AuthConfigStore::Key key;
  key.base_url = plan.access.endpoint();
  key.key_scope = plan.access.key_scope;
  key.integration = plan.detail->integration.slug;
  key.auth_scheme = plan.scheme.mode;
  // Own scopes mean an own auth config: the shared one keeps the scopes it was made with.
  bool const shared = request.scopes.empty();
  auto const turn =
      flights_.enter("auth-config " + key.base_url + key.key_scope + key.integration.text + key.auth_scheme);
  if (shared) {
    AGENTA_TRY(auto remembered, auth_configs_.find(key));
    if (remembered) return *remembered;
    AGENTA_TRY(auto existing, provider_.list_auth_configs(call, key.integration));
    for (AuthConfig const& config : existing) {
      if (!config.enabled || config.auth_scheme != plan.scheme.mode || config.managed != plan.scheme.managed)
        continue;
      AGENTA_CHECK(auth_configs_.remember(key, config.id, clock_.wall()));
      return config.id;
    }
  }
  if (needs_browser(plan.scheme.mode) && !plan.scheme.managed) {
    std::vector<std::string> names;
    for (AuthField const& field : plan.scheme.auth_config_fields) {
      if (field.required) names.push_back(field.name);
    }
    return fail(ErrorCode::not_configured,
                "Composio has no app of its own for " + key.integration.text + " (" + plan.scheme.mode +
                    "): make an auth config with your app's " +
                    (names.empty() ? "credentials" : join(names, ", ")) +
                    " at Composio, and give its id with --auth-config",
                {"agenta-tools", "connect", key.integration.text, "--auth-config", "ac_…"});
  }
  AuthConfigRequest wanted;
  wanted.integration = key.integration;
  wanted.auth_scheme = plan.scheme.mode;
  wanted.managed = plan.scheme.managed;
  wanted.scopes = request.scopes;
  AGENTA_TRY(AuthConfig made, provider_.create_auth_config(call, wanted));
  if (shared) AGENTA_CHECK(auth_configs_.remember(key, made.id, clock_.wall()));
  return made.id;
}

/// Whether `row` has another auth config now: a remembered one that Composio refuses may have been deleted
/// there. It is forgotten, and one is found or made as for the first time.
bool ConnectFlow::renew_auth_config(ProviderCall const& call, Plan const& plan,
                                    protocol::ConnectRequest const& request, Error const& refusal,
                                    Connection& row) {
  bool const may_be_gone =
      refusal.code == ErrorCode::composio_error || refusal.code == ErrorCode::connection_not_found;
  if (!may_be_gone || !request.auth_config_id.empty()) return false;
  if (!auth_configs_.forget(row.auth_config)) return false;
  auto fresh = find_auth_config(call, plan, request);
  if (!fresh || *fresh == row.auth_config) return false;
  row.auth_config = std::move(*fresh);
  return true;
}

namespace {

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

Connection new_row(Caller const& caller, store::Project const& project, IntegrationDetail const& detail,
                   AuthScheme const& scheme, ProviderAccess const& access, WallTime now) {
  Connection row;
  row.id.text = make_uuid_v7();
  row.project = project.id;
  row.integration = detail.integration.slug;
  row.integration_name = detail.integration.name;
  row.key_scope = access.key_scope;
  row.base_url = access.endpoint();
  row.auth_type = scheme.mode;
  row.created_at = now;
  row.updated_at = now;
  row.created_by = caller.actor;
  return row;
}

}  // namespace

Result<protocol::ConnectReply> ConnectFlow::begin_link(Caller const& caller, Plan plan,
                                                       protocol::ConnectRequest const& request) {
  ProviderCall const call{plan.access, caller.deadline, caller.stop};
  WallTime const now = clock_.wall();
  std::string const asked = to_lower(request.slug);
  std::string const integration = plan.detail->integration.slug.text;
  auto const turn =
      flights_.enter("connect " + plan.project.id.text + integration + asked + request.reconnect);

  if (plan.reconnect && plan.reconnect->status == ConnectionStatus::pending &&
      !plan.reconnect->redirect_url.empty() && plan.reconnect->expires_at &&
      *plan.reconnect->expires_at > now + kJoinMargin) {
    AGENTA_CHECK(resume(caller, *plan.reconnect));
    auto reply = reply_for(*plan.reconnect, "this login was already under way: finish it in the browser");
    reply.joined = true;
    return reply;
  }
  if (!plan.reconnect) {
    store::ConnectionFilter filter;
    filter.integration = plan.detail->integration.slug;
    filter.status = ConnectionStatus::pending;
    AGENTA_TRY(auto pending, connections_.list(plan.project.id, filter));
    auto const same = std::ranges::find_if(pending, [&](Connection const& c) {
      return belongs_to(c, plan.access) && c.auth_type == plan.scheme.mode && !c.redirect_url.empty() &&
             c.slug == (asked.empty() ? integration : asked) &&
             (!c.expires_at || *c.expires_at > now + kJoinMargin) &&
             (request.auth_config_id.empty() || c.auth_config.text == request.auth_config_id) &&
             request.scopes.empty();
    });
    // Composio's clock and word count: a link that is over there is not handed out again.
    bool still_open = same != pending.end();
    if (still_open) {
      auto const asked_now = settle(plan.access, same->id, caller.deadline, caller.stop);
      still_open = !asked_now || asked_now->status == ConnectionStatus::pending;
    }
    if (still_open) {
      AGENTA_CHECK(resume(caller, *same));
      auto reply = reply_for(*same, "this login was already under way: finish it in the browser");
      reply.joined = true;
      return reply;
    }
  }

  Connection row = plan.reconnect
                       ? *plan.reconnect
                       : new_row(caller, plan.project, *plan.detail, plan.scheme, plan.access, now);
  AccountId const replaced = plan.reconnect ? plan.reconnect->account : AccountId{};
  if (!plan.reconnect) {
    AGENTA_TRY(row.slug, free_slug(plan.project.id, asked.empty() ? integration : asked, !asked.empty()));
    row.name = request.name.empty() ? row.slug : request.name;
  }
  AGENTA_TRY(row.auth_config, find_auth_config(call, plan, request));
  // The row comes before the account: a crash between the two leaves a row to clear, not an account nobody
  // knows of.
  if (!plan.reconnect) AGENTA_CHECK(connections_.insert(row, store::Durability::full));

  LinkRequest link_request;
  link_request.auth_config = row.auth_config;
  link_request.user_id = user_id_of(row.project);
  link_request.callback_url = watcher_.open_callback(row.id).value_or("");
  auto link = provider_.create_link(call, link_request);
  if (!link && renew_auth_config(call, plan, request, link.error(), row)) {
    link_request.auth_config = row.auth_config;
    link = provider_.create_link(call, link_request);
  }
  if (link && !is_web_address(link->redirect_url)) {
    static_cast<void>(provider_.delete_account(call, link->account));
    link = fail(ErrorCode::composio_error,
                "Composio gave a link that is no http or https address; it was not used");
  }
  if (!link) {
    if (!plan.reconnect) AGENTA_CHECK(connections_.erase(row.id, store::Durability::normal));
    watcher_.settled(row.id);
    return unexpected(std::move(link).error());
  }
  row.status = ConnectionStatus::pending;
  row.account = link->account;
  row.redirect_url = link->redirect_url;
  row.expires_at = link->expires_at;
  row.key_scope = plan.access.key_scope;
  row.base_url = plan.access.endpoint();
  row.error.reset();
  row.updated_at = now;
  if (auto saved = connections_.update(row, store::Durability::full); !saved) {
    // Nothing may be left behind that nobody can finish: not the link, nor the open door, nor the row.
    watcher_.settled(row.id);
    static_cast<void>(provider_.delete_account(call, row.account));
    if (!plan.reconnect) static_cast<void>(connections_.erase(row.id, store::Durability::normal));
    return unexpected(std::move(saved).error());
  }
  // Dead accounts pile up and can shadow the living one; this one's grant is gone already, so failing here is
  // harmless.
  if (!replaced.empty()) static_cast<void>(provider_.delete_account(call, replaced));

  PendingLogin login;
  login.connection = row.id;
  login.access = plan.access;
  login.expires_at = row.expires_at;
  watcher_.started(std::move(login));
  std::string const trouble = watcher_.callback_trouble(row.id);
  return reply_for(
      row, "open the link to connect " + row.integration_name + (trouble.empty() ? "" : "; ") + trouble);
}

Result<protocol::ConnectReply> ConnectFlow::begin_fields(Caller const& caller, Plan plan,
                                                         protocol::ConnectRequest const& request) {
  AGENTA_CHECK(check_fields(plan.scheme, plan.detail->integration.slug, request.credentials));
  ProviderCall const call{plan.access, caller.deadline, caller.stop};
  std::string const asked = to_lower(request.slug);
  std::string const integration = plan.detail->integration.slug.text;
  auto const turn =
      flights_.enter("connect " + plan.project.id.text + integration + asked + request.reconnect);

  WallTime const now = clock_.wall();
  Connection row = plan.reconnect
                       ? *plan.reconnect
                       : new_row(caller, plan.project, *plan.detail, plan.scheme, plan.access, now);
  AccountId const replaced = plan.reconnect ? plan.reconnect->account : AccountId{};
  if (!plan.reconnect) {
    AGENTA_TRY(row.slug, free_slug(plan.project.id, asked.empty() ? integration : asked, !asked.empty()));
    row.name = request.name.empty() ? row.slug : request.name;
  }
  AGENTA_TRY(row.auth_config, find_auth_config(call, plan, request));
  if (!plan.reconnect) AGENTA_CHECK(connections_.insert(row, store::Durability::full));

  AccountRequest account_request;
  account_request.auth_config = row.auth_config;
  account_request.user_id = user_id_of(row.project);
  account_request.auth_scheme = plan.scheme.mode;
  account_request.fields = request.credentials;
  auto account = provider_.create_account(call, account_request);
  if (!account && renew_auth_config(call, plan, request, account.error(), row)) {
    account_request.auth_config = row.auth_config;
    account = provider_.create_account(call, account_request);
  }
  if (!account) {
    if (!plan.reconnect) AGENTA_CHECK(connections_.erase(row.id, store::Durability::normal));
    return unexpected(std::move(account).error());
  }
  if (account->status != AccountStatus::active) {
    if (!plan.reconnect) AGENTA_CHECK(connections_.erase(row.id, store::Durability::normal));
    static_cast<void>(provider_.delete_account(call, account->id));  // nothing is left behind
    return fail(ErrorCode::invalid_credentials,
                integration + " refused these credentials: " + words_of(*account));
  }
  row.account = account->id;
  row.status = ConnectionStatus::active;
  row.key_scope = plan.access.key_scope;
  row.base_url = plan.access.endpoint();
  row.error.reset();
  row.updated_at = clock_.wall();
  row.last_checked_at = row.updated_at;
  AGENTA_CHECK(connections_.update(row, store::Durability::full));
  if (!replaced.empty()) static_cast<void>(provider_.delete_account(call, replaced));
  return reply_for(row, row.integration_name + " is connected as " + row.slug);
}

}  // namespace agenta::daemon
