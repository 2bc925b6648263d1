#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/command/context.hpp"

namespace agenta::cli {

/// Waits until a login in a browser is done, at most `patience`: its document. One that failed is the error
/// it failed with; one that is still pending then is `OAUTH_PENDING`; an interruption is `CANCELLED` and ends
/// the wait alone. The last two say how to go on.
Result<std::string> wait_for_login(Context& context, std::string const& id,
                                   std::chrono::milliseconds patience);

/// `agenta-tools login --resume ID`.
std::vector<std::string> resume_login_step(std::string const& id);

}  // namespace agenta::cli
