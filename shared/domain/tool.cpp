#include "shared/domain/tool.hpp"

#include <algorithm>
#include <ranges>

#include "shared/base/text.hpp"

namespace agenta {
namespace {

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::vector<std::string> split_long_form(std::string_view text) {
  if (text.find('.') != std::string_view::npos) return split(text, '.');
  std::vector<std::string> parts;
  for (;;) {
    std::size_t const at = text.find("__");
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 2);
  }
}

}  // namespace

ToolHints hints_of(Tool const& tool) {
  auto const has = [&](std::string_view tag) { return std::ranges::find(tool.tags, tag) != tool.tags.end(); };
  ToolHints hints;
  hints.read_only = has("readOnlyHint");
  hints.destructive = has("destructiveHint");
  hints.idempotent = has("idempotentHint");
  hints.open_world = has("openWorldHint");
  return hints;
}

std::optional<ToolReference> parse_tool_reference(std::string_view text) {
  std::string const lower = to_lower(text);
  ToolReference reference;
  if (!lower.starts_with("tools.") && !lower.starts_with("tools__")) {
    if (!is_word(text)) return std::nullopt;
    reference.slug.text = to_upper(text);
    return reference;
  }

  auto const parts = split_long_form(lower);
  if (parts.size() < 4 || parts.size() > 5 || parts[1] != "composio") return std::nullopt;
  if (!std::ranges::all_of(parts, is_word)) return std::nullopt;
  reference.integration = IntegrationSlug{parts[2]};
  std::string const prefix = to_upper(parts[2]) + "_";
  std::string const action = to_upper(parts[3]);
  reference.slug.text = action.starts_with(prefix) ? action : prefix + action;
  if (parts.size() == 5) reference.connection = parts[4];
  return reference;
}

}  // namespace agenta
