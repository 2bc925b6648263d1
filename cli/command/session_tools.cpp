#include "cli/command/session_tools.hpp"

#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/tool_format.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kLongestName = 60 - std::string_view{"mcp__agenta__"}.size();

std::string text_of(std::string_view item, std::string_view name) {
  return protocol::read_string(protocol::find_member(item, name).value_or("\"\"")).value_or("");
}

}  // namespace

Result<std::vector<SessionTool>> list_session_tools(Context& context, std::string_view session) {
  AGENTA_TRY(auto const body, fetch_list(context, true, [&](std::string const& cursor) {
               ServiceRequest request;
               request.target =
                   std::string{protocol::kRoot} + "/sessions/" + percent_encode(session) + "/tools";
               if (!cursor.empty()) request.target += "?cursor=" + percent_encode(cursor);
               return request;
             }));
  std::vector<SessionTool> tools;
  auto const items = protocol::elements_of(protocol::find_member(body, "items").value_or("[]"));
  for (std::string_view const item : items.value_or(std::vector<std::string_view>{})) {
    tools.push_back(
        {.slug = text_of(item, "slug"),
         .verdict = text_of(item, "verdict"),
         .description = text_of(item, "description"),
         .input_schema = std::string{protocol::find_member(item, "input_schema").value_or("{}")}});
  }
  std::ranges::sort(tools, {}, &SessionTool::slug);
  return tools;
}

std::string server_tool_name(std::string const& slug) {
  return schema::offered_name(ToolSlug{slug}, kLongestName);
}

Result<std::vector<std::string>> find_allowed_names(Context& context, std::string_view session) {
  AGENTA_TRY(auto const tools, list_session_tools(context, session));
  std::vector<std::string> names;
  for (SessionTool const& tool : tools) {
    if (tool.verdict == "allow") names.push_back(server_tool_name(tool.slug));
  }
  return names;
}

}  // namespace agenta::cli
