#pragma once

#include "cli/command/context.hpp"
#include "cli/command/proxy_answer.hpp"

namespace agenta::cli {

/// Makes the request, whose id is set, and finds out what became of it when the answer does not come: the
/// journal is asked, and what it does not know, or what had not left, is sent once more. A write that may
/// have been done is `OUTCOME_UNKNOWN` with its id, or `CANCELLED` after an interrupt.
Result<ReceivedAnswer> request_to_outcome(Context& context, ProxyCall call);

}  // namespace agenta::cli
