#pragma once

#include "cli/browse/question.hpp"
#include "cli/command/context.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::cli {

/// Answers the browser's questions out of the service: as the plain commands do, and with these commands
/// beside each line. `context` outlives it.
browse::Source make_browse_source(Context const& context, protocol::Network network);

}  // namespace agenta::cli
