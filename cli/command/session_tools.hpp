#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command/context.hpp"

namespace agenta::cli {

/// One tool of a session, as its policy has it whatever the arguments.
struct SessionTool {
  std::string slug{};
  std::string verdict{};  ///< `allow`, `ask` or `deny`
  std::string description{};
  std::string input_schema{};  ///< JSON
};

/// Every tool of a session, by slug.
Result<std::vector<SessionTool>> list_session_tools(Context& context, std::string_view session);

/// Under which name the MCP server offers a tool: cut where `mcp__agenta__` and the slug are longer than the
/// strictest client takes.
std::string server_tool_name(std::string const& slug);

/// The names, as the MCP server offers them, of the session's tools that may be called without asking.
Result<std::vector<std::string>> find_allowed_names(Context& context, std::string_view session);

}  // namespace agenta::cli
