#include "shared/domain/integration.hpp"

#include <algorithm>

namespace agenta {

bool needs_browser(std::string const& auth_mode) {
  return auth_mode == "OAUTH2" || auth_mode == "OAUTH1" || auth_mode == "DCR_OAUTH" || auth_mode == "SAML";
}

bool needs_browser(AuthScheme const& scheme) {
  if (scheme.mode == "NO_AUTH") return false;
  return needs_browser(scheme.mode) || scheme.connection_fields.empty();
}

bool is_ready_made(AuthScheme const& scheme) {
  if (scheme.managed) return true;
  // Whatever is declared of it: these two are spoken through an app, and there is none.
  if (scheme.mode == "OAUTH2" || scheme.mode == "OAUTH1") return false;
  return std::ranges::none_of(scheme.auth_config_fields,
                              [](AuthField const& field) { return field.required && !field.default_value; });
}

}  // namespace agenta
