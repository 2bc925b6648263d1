#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/single_flight.hpp"
#include "daemon/core/tool_provider.hpp"
#include "daemon/store/connection_store.hpp"

namespace agenta::daemon {

using Fields = std::vector<std::pair<std::string, Secret>>;

/// For what an auth config is wanted. It refers to what it is made of.
struct AuthConfigWish {
  IntegrationDetail const& detail;
  AuthScheme const& scheme;
  std::vector<std::string> const& scopes;  ///< own ones; empty: what the auth config has
  Fields const& fields;                    ///< of an own app; empty: Composio's, or one that is there
};

/// The auth configs by which connections are made: the one remembered, else an enabled one at Composio, else
/// one made now, and never a second like it: making one is not idempotent there. Any thread.
class AuthConfigs {
 public:
  /// `digest` names a set of scopes or fields without telling it: an HMAC.
  AuthConfigs(store::AuthConfigStore& store, ToolProvider& provider, Clock const& clock,
              std::function<std::string(Secret const&)> digest)
      : store_(store), provider_(provider), clock_(clock), digest_(std::move(digest)) {}

  /// `NOT_CONFIGURED` with the fields to give where Composio has no app of its own, and no auth config is
  /// there either.
  Result<AuthConfigId> find_or_make(ProviderCall const& call, AuthConfigWish const& wish);
  /// Another one in place of `refused`, which Composio may have deleted; `refusal` where that is not it.
  Result<AuthConfigId> replace(ProviderCall const& call, AuthConfigWish const& wish, Error const& refusal,
                               AuthConfigId const& refused);
  /// The enabled one that the user named. `INVALID_REQUEST` where the integration has none of that id.
  Result<AuthConfig> get(ProviderCall const& call, IntegrationSlug const& integration, std::string const& id);

 private:
  struct Identity;
  Identity identity_of(ProviderCall const& call, AuthConfigWish const& wish) const;
  Result<std::optional<AuthConfigId>> find(ProviderCall const& call, AuthConfigWish const& wish,
                                           Identity const& identity);
  Result<AuthConfigId> make(ProviderCall const& call, AuthConfigWish const& wish, Identity const& identity);

  store::AuthConfigStore& store_;
  ToolProvider& provider_;
  Clock const& clock_;
  std::function<std::string(Secret const&)> const digest_;
  SingleFlight flights_;
};

}  // namespace agenta::daemon
