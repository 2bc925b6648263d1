#include "daemon/core/auth_configs.hpp"

#include <algorithm>

#include "daemon/core/scheme_fields.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::daemon {
namespace {

/// The same for the same scopes and fields, in whatever order they were given; empty for neither.
std::string describe(AuthConfigWish const& wish) {
  std::vector<std::string> parts;
  for (std::string const& scope : wish.scopes) parts.push_back("scope " + scope);
  for (auto const& [name, value] : wish.fields) parts.push_back("field " + name + "=" + value.reveal());
  std::ranges::sort(parts);
  return join(parts, "\n");
}

/// No app of Composio's, and none of the user's either: which fields an own one has.
unexpected<Error> app_needed(AuthConfigWish const& wish) {
  std::string const& slug = wish.detail.integration.slug.text;
  std::vector<std::string> names;
  Error error;
  error.code = ErrorCode::not_configured;
  error.next_step = {"agenta-tools", "connect", slug, "--auth", wish.scheme.mode};
  std::string redirect;
  for (AuthField const& field : wish.scheme.auth_config_fields) {
    if (field.name.find("redirect_uri") != std::string::npos) redirect = field.default_value.value_or("");
    if (!field.required || field.default_value) continue;
    names.push_back(field.name);
    error.next_step.insert(error.next_step.end(),
                           {"--auth-config-field", field.name + (field.secret ? "=@FILE" : "=…")});
  }
  error.message =
      (wish.scheme.managed ? "an app of your own for " : "Composio has no app of its own for ") + slug +
      " (" + wish.scheme.mode + (wish.scheme.managed ? ") needs more than was given" : ")") +
      ": register one with the service" + (redirect.empty() ? "" : ", with the redirect URI " + redirect) +
      ", and give its " + (names.empty() ? "credentials" : join(names, " and ")) +
      ", or name an auth config of yours at Composio with --auth-config";
  error.context.text = protocol::encode_own_app(wish.scheme.auth_config_fields, redirect);
  return fail(std::move(error));
}

}  // namespace

struct AuthConfigs::Identity {
  store::AuthConfigStore::Key key{};
  std::string name{};  ///< at Composio: by it one that was made before a crash is found again
};

AuthConfigs::Identity AuthConfigs::identity_of(ProviderCall const& call, AuthConfigWish const& wish) const {
  Identity identity;
  identity.key.base_url = call.access.endpoint();
  identity.key.key_scope = call.access.key_scope;
  identity.key.integration = wish.detail.integration.slug;
  identity.key.auth_scheme = wish.scheme.mode;
  identity.name = "agenta-tools " + identity.key.integration.text;
  if (std::string text = describe(wish); !text.empty()) {
    Secret const secret{std::move(text)};
    identity.key.variant = digest_(secret);
    identity.name += " " + identity.key.variant;
  }
  return identity;
}

Result<std::optional<AuthConfigId>> AuthConfigs::find(ProviderCall const& call, AuthConfigWish const& wish,
                                                      Identity const& identity) {
  AGENTA_TRY(auto remembered, store_.find(identity.key));
  if (remembered) return remembered;
  AGENTA_TRY(auto const existing, provider_.list_auth_configs(call, identity.key.integration));
  bool const plain = identity.key.variant.empty();
  // A plain wish is served by whatever is there, but not by what we made of Composio's app for other scopes;
  // a special one only by its own, which its name tells.
  auto const serves = [&](AuthConfig const& config) {
    if (!config.enabled || config.auth_scheme != wish.scheme.mode) return false;
    if (!plain) return config.name == identity.name;
    bool const special = config.managed && config.name.starts_with(identity.name + " ");
    return config.managed == wish.scheme.managed && !special;
  };
  auto const found = std::ranges::find_if(existing, serves);
  if (found == existing.end()) return std::optional<AuthConfigId>{};
  AGENTA_CHECK(store_.remember(identity.key, found->id, clock_.wall()));
  return std::optional{found->id};
}

Result<AuthConfigId> AuthConfigs::make(ProviderCall const& call, AuthConfigWish const& wish,
                                       Identity const& identity) {
  AuthConfigRequest request;
  request.integration = identity.key.integration;
  request.name = identity.name;
  request.auth_scheme = wish.scheme.mode;
  // Fields make an own app, whatever Composio has.
  request.managed = wish.scheme.managed && wish.fields.empty();
  request.scopes = wish.scopes;
  request.credentials = wish.fields;
  AGENTA_TRY(AuthConfig const made, provider_.create_auth_config(call, request));
  AGENTA_CHECK(store_.remember(identity.key, made.id, clock_.wall()));
  // Where Composio has no app, this one serves from now on whoever names none.
  if (!wish.scheme.managed && !identity.key.variant.empty()) {
    auto plain = identity.key;
    plain.variant.clear();
    AGENTA_TRY(auto const other, store_.find(plain));
    if (!other) AGENTA_CHECK(store_.remember(plain, made.id, clock_.wall()));
  }
  return made.id;
}

Result<AuthConfigId> AuthConfigs::find_or_make(ProviderCall const& call, AuthConfigWish const& wish) {
  if (!wish.fields.empty()) {
    auto const checked = check_fields(wish.scheme.auth_config_fields, wish.fields,
                                      {.integration = wish.detail.integration.slug.text,
                                       .purpose = "for an app of your own",
                                       .option = "--auth-config-field"});
    // What is missing is said with all that such an app needs: a part of it would not do.
    if (!checked && checked.error().code == ErrorCode::invalid_credentials) return app_needed(wish);
    AGENTA_CHECK(checked);
  }
  Identity const identity = identity_of(call, wish);
  // Two threads never make two.
  auto const turn = flights_.enter(identity.key.base_url + identity.key.key_scope + identity.name +
                                   identity.key.auth_scheme);
  AGENTA_TRY(auto found, find(call, wish, identity));
  if (found) return *std::move(found);
  if (wish.fields.empty() && !is_ready_made(wish.scheme)) return app_needed(wish);
  return make(call, wish, identity);
}

Result<AuthConfigId> AuthConfigs::replace(ProviderCall const& call, AuthConfigWish const& wish,
                                          Error const& refusal, AuthConfigId const& refused) {
  bool const may_be_gone =
      refusal.code == ErrorCode::composio_error || refusal.code == ErrorCode::connection_not_found;
  if (!may_be_gone || !store_.forget(refused)) return fail(refusal);
  AGENTA_TRY(AuthConfigId fresh, find_or_make(call, wish));
  if (fresh == refused) return fail(refusal);
  return fresh;
}

Result<AuthConfig> AuthConfigs::get(ProviderCall const& call, IntegrationSlug const& integration,
                                    std::string const& id) {
  AGENTA_TRY(auto const existing, provider_.list_auth_configs(call, integration));
  auto const found =
      std::ranges::find_if(existing, [&](AuthConfig const& config) { return config.id.text == id; });
  if (found != existing.end()) return *found;
  std::vector<std::string> ids;
  for (AuthConfig const& config : existing) ids.push_back(config.id.text);
  return fail(ErrorCode::invalid_request,
              integration.text + " has no enabled auth config " + id + " at Composio" +
                  (ids.empty() ? "" : "; it has " + join(ids, ", ")),
              {"agenta-tools", "integrations", "show", integration.text});
}

}  // namespace agenta::daemon
