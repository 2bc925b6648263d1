#pragma once

#include "daemon/composio/http_pool.hpp"
#include "daemon/core/tool_provider.hpp"

namespace agenta::daemon {

/// Reads a file that Composio keeps for an answer. Its address was written by somebody else: nothing of ours
/// goes there, and it must be on the public internet, unless Composio itself is on this machine.
Result<void> read_proxy_file(HttpPool& pool, ProviderCall const& call, ProxyFile const& file,
                             BodySink const& sink);

}  // namespace agenta::daemon
