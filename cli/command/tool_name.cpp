#include "cli/command/tool_name.hpp"

namespace agenta::cli {

Result<ToolReference> read_tool_name(std::string const& text) {
  if (auto const reference = parse_tool_reference(text)) return *reference;
  return fail(ErrorCode::usage, "this does not name a tool: a tool is named like GITHUB_CREATE_AN_ISSUE",
              {"agenta-tools", "tools", "search", text});
}

}  // namespace agenta::cli
