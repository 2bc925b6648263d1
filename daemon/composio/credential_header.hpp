#pragma once

#include "daemon/composio/http_pool.hpp"
#include "daemon/core/tool_provider.hpp"

namespace agenta::daemon {

/// A key of a user (`uak_…`), not of a project.
bool is_user_key(Secret const& key);

/// The one credential of a request, in the header that its kind of key belongs into; a user's with the
/// project it works in. Composio refuses a request with two, and a key in the other kind's header.
void add_credential(HttpFields& fields, ProviderAccess const& access);

}  // namespace agenta::daemon
