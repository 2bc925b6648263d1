#pragma once

#include "cli/command/context.hpp"

namespace agenta::cli {

RunFn add_tools_lint(Syntax& syntax);
RunFn add_mcp_install(Syntax& syntax);
RunFn add_agent_help(Syntax& syntax);

}  // namespace agenta::cli
