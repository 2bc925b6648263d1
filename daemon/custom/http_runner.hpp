#pragma once

#include "daemon/core/tool_provider.hpp"
#include "daemon/custom/command_runner.hpp"
#include "daemon/custom/web_client.hpp"

namespace agenta::daemon {

/// Makes a declared request. What it did not send whole ran not; a whole reply is success below 300 and the
/// tool's failure from there on; anything between may have run. Secrets that were sent and come back in a
/// reply are blotted out of it.
ExecuteOutcome run_http(ProviderCall const& call, SteadyTime until, custom::Declaration const& declared,
                        custom::Http const& http, JsonText const& arguments, Variables const& variables,
                        WebClient& web);

}  // namespace agenta::daemon
