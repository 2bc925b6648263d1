#include "daemon/sandbox/credentials.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

/// Where providers send users back to, unless an app says otherwise: Composio's own page.
constexpr std::string_view kRedirectUri = "https://backend.composio.dev/api/v3.1/toolkits/auth/callback";

CredentialField plain(std::string name, std::string label, std::string description) {
  CredentialField field;
  field.name = std::move(name);
  field.label = std::move(label);
  field.description = std::move(description);
  return field;
}

CredentialField secret(std::string name, std::string label, std::string description) {
  auto field = plain(std::move(name), std::move(label), std::move(description));
  field.secret = true;
  return field;
}

CredentialField optional(CredentialField field, std::optional<std::string> default_value = {}) {
  field.required = false;
  field.default_value = std::move(default_value);
  return field;
}

}  // namespace

std::vector<CredentialField> standard_fields(std::string_view scheme) {
  if (scheme == "API_KEY") return {secret("generic_api_key", "API key", "The API key of your account")};
  if (scheme == "BEARER_TOKEN") return {secret("token", "Token", "An access token of your account")};
  if (scheme == "BASIC" || scheme == "BASIC_WITH_JWT") {
    auto password = secret("password", "Password", "The password or token that goes with it");
    password.required = scheme == "BASIC_WITH_JWT";
    return {plain("username", "User name", "The name you sign in with"), std::move(password)};
  }
  if (scheme == "GOOGLE_SERVICE_ACCOUNT")
    return {secret("credentials_json", "Credentials", "The key file of the service account")};
  if (scheme == "SERVICE_ACCOUNT") {
    return {plain("application_id", "Application id", "The id of the application"),
            plain("installation_id", "Installation id", "The id of its installation"),
            secret("private_key", "Private key", "The application's private key")};
  }
  if (scheme == "S2S_OAUTH2") {
    return {plain("client_id", "Client id", "Client id"),
            secret("client_secret", "Client secret", "Client secret")};
  }
  return {};
}

std::vector<CredentialField> standard_creation_fields(std::string_view scheme,
                                                      std::vector<std::string> const& scopes) {
  if (scheme == "OAUTH2") {
    auto const all = scopes.empty() ? std::nullopt : std::optional{join(scopes, ",")};
    return {plain("client_id", "Client id", "Client id of your OAuth app"),
            secret("client_secret", "Client secret", "Client secret of your OAuth app"),
            optional(plain("oauth_redirect_uri", "Redirect URI", "Where the provider sends the user back to"),
                     std::string{kRedirectUri}),
            optional(plain("scopes", "Scopes", "What to ask consent for"), all)};
  }
  if (scheme == "OAUTH1") {
    return {plain("consumer_key", "Consumer key", "Consumer key of your app"),
            secret("consumer_secret", "Consumer secret", "Consumer secret of your app")};
  }
  return {};
}

AuthScheme standard_scheme(std::string mode, bool managed, std::vector<std::string> const& scopes) {
  AuthScheme scheme;
  scheme.mode = std::move(mode);
  scheme.managed = managed;
  scheme.creation = standard_creation_fields(scheme.mode, scopes);
  scheme.connection = standard_fields(scheme.mode);
  return scheme;
}

}  // namespace agenta::daemon::sandbox
