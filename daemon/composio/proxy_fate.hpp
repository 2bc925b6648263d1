#pragma once

#include "daemon/composio/composio_errors.hpp"
#include "daemon/core/tool_provider.hpp"

namespace agenta::daemon {

/// What became of a request to a service, as `execute_outcome` says it of a tool: the same door leads to
/// both. An answer that cannot be read leaves it open.
ProxyOutcome proxy_outcome(HttpOutcome const& outcome, Asked const& asked, Scrubber const& scrubber);

}  // namespace agenta::daemon
