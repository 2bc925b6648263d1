#include "daemon/composio/credential_header.hpp"

namespace agenta::daemon {

bool is_user_key(Secret const& key) { return key.reveal().starts_with("uak_"); }

void add_credential(HttpFields& fields, ProviderAccess const& access) {
  if (!is_user_key(access.api_key)) {
    fields.emplace_back("x-api-key", access.api_key.reveal());
    return;
  }
  fields.emplace_back("x-user-api-key", access.api_key.reveal());
  if (access.org_id.empty() || access.project_id.empty()) return;
  fields.emplace_back("x-org-id", access.org_id);
  fields.emplace_back("x-project-id", access.project_id);
}

}  // namespace agenta::daemon
