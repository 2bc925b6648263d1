#pragma once

#include <string_view>

namespace agenta::daemon {

/// Whether a tool's own words prove that the service no longer takes the connection's credential. Composio
/// goes on calling such an account ACTIVE, and answers with status 200: nothing else tells. Whole words only,
/// in any case: `invalid_grant` is one, `invalid_grants` is not. Any thread.
bool proves_dead_credential(std::string_view tool_error);

}  // namespace agenta::daemon
