#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/id.hpp"

namespace agenta {

/// Lower case: `github`. Composio calls it a toolkit slug.
using IntegrationSlug = Id<struct IntegrationSlugTag>;

struct Category {
  std::string slug{};
  std::string name{};
  bool operator==(Category const&) const = default;
};

/// A service one can connect, as a list shows it.
struct Integration {
  IntegrationSlug slug{};
  std::string name{};
  std::string description{};
  std::string logo_url{};
  std::string app_url{};
  std::vector<Category> categories{};
  std::vector<std::string> auth_schemes{};          ///< empty where Composio does not tell
  std::vector<std::string> managed_auth_schemes{};  ///< schemes Composio has an own app for
  std::int64_t tools_count = 0;
  std::string version{};
  std::string updated_at{};  ///< when Composio last changed it, in its own words: compared, never shown
  bool no_auth = false;      ///< its tools run without a connection
  bool operator==(Integration const&) const = default;
};

/// One field a person fills in, for an auth config or a connection.
struct AuthField {
  std::string name{};
  std::string display_name{};
  std::string type = "string";
  std::string description{};
  std::optional<std::string> default_value{};
  bool required = false;
  bool secret = false;  ///< declared secret, or named like one (key, secret, token, password)
  bool operator==(AuthField const&) const = default;
};

/// One way to connect an integration.
struct AuthScheme {
  std::string mode{};  ///< `OAUTH2`, `API_KEY`, …, as the integration declares it
  std::string name{};
  bool managed = false;                         ///< Composio has an app for it: no auth config fields needed
  std::vector<AuthField> auth_config_fields{};  ///< for an own auth config
  std::vector<AuthField> connection_fields{};   ///< for the account being connected
  std::vector<std::string> scopes{};            ///< that a managed auth config may ask for
  std::string help_url{};
  bool operator==(AuthScheme const&) const = default;
};

/// A service in full.
struct IntegrationDetail {
  Integration integration{};
  std::vector<AuthScheme> auth{};
  std::vector<std::string> available_versions{};
  std::string current_user_endpoint{};  ///< at the service, for a cheap call that proves an account: `/user`
  std::string current_user_method{};    ///< `GET` where empty
  bool operator==(IntegrationDetail const&) const = default;
};

/// Schemes whose connection is made in a browser, at a link, rather than by giving fields.
bool needs_browser(std::string const& auth_mode);
/// The same of a scheme as declared: one that is not known to us and declares no fields to give is left to
/// Composio's own page.
bool needs_browser(AuthScheme const& scheme);
/// Whether it is to be connected without an app of one's own: nothing has to be given for an auth config.
bool is_ready_made(AuthScheme const& scheme);

}  // namespace agenta
