#pragma once

#include "daemon/composio/composio_errors.hpp"
#include "daemon/core/tool_provider.hpp"

namespace agenta::daemon {

/// What became of an execution (contract §7.2), decided from how far its request got and what came back.
/// Whatever is not proved is `unknown`. Any thread.
ExecuteOutcome execute_outcome(HttpOutcome const& outcome, Asked const& asked, Scrubber const& scrubber);

/// The same for a reply of success whose body was read already, into `result`.
ExecuteOutcome read_outcome(HttpReply const& reply, Result<ToolResult> result, Asked const& asked,
                            Scrubber const& scrubber);

/// What a reply says of how often Composio may be asked (`X-RateLimit`, `-Remaining`, `-Window-Size`); what
/// is no number is not told. Any thread.
RateFacts rate_facts_of(HttpReply const& reply);

}  // namespace agenta::daemon
