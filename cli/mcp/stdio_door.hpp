#pragma once

#include <stop_token>

#include "cli/mcp/server.hpp"

namespace agenta::mcp {

/// Serves one client over a pair of descriptors until it closes its side, nobody reads any more, or `stop`.
/// Then what runs is cancelled, and it returns soon.
void serve_stdio(Server& server, int in, int out, std::stop_token const& stop);

}  // namespace agenta::mcp
