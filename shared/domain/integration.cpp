#include "shared/domain/integration.hpp"

namespace agenta {

bool needs_browser(std::string const& auth_mode) {
  return auth_mode == "OAUTH2" || auth_mode == "OAUTH1" || auth_mode == "DCR_OAUTH" || auth_mode == "SAML";
}

}  // namespace agenta
