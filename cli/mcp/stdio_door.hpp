#pragma once

#include <stop_token>

#include "cli/mcp/server.hpp"
#include "shared/base/os_error.hpp"

namespace agenta::mcp {

/// Serves one client over a pair of descriptors until it closes its side, nobody reads any more, or `stop`.
/// Then what runs is cancelled, and it returns soon: an error where `out` cannot be written to, though
/// somebody would read.
OsResult<void> serve_stdio(Server& server, int in, int out, std::stop_token const& stop);

}  // namespace agenta::mcp
