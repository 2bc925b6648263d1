#include "daemon/sandbox/tool_scan.hpp"

#include "daemon/sandbox/object_scan.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {

std::optional<ScannedTool> scan_tool(std::string_view text) {
  ScannedTool scanned;
  scanned.tool.json = text;
  std::string_view name;
  std::string_view description;
  ObjectScan members{text};
  while (auto const member = members.next()) {
    if (member->name == "slug") scanned.tool.slug = unquoted(member->value);
    if (member->name == "name") name = unquoted(member->value);
    if (member->name == "description") description = unquoted(member->value);
    if (member->name == "tags") scanned.tool.tags = member->value;
    if (member->name == "scopes") scanned.tool.scopes = member->value;
    if (member->name == "available_versions") scanned.tool.versions = member->value;
    if (member->name == "version") scanned.tool.version = unquoted(member->value);
    if (member->name == "input_parameters") scanned.tool.input_schema = member->value;
    if (member->name == "is_deprecated") scanned.tool.deprecated = member->value == "true";
    if (member->name != "toolkit") continue;
    ObjectScan toolkit{member->value};
    while (auto const inner = toolkit.next()) {
      if (inner->name == "slug") scanned.toolkit = unquoted(inner->value);
    }
  }
  if (members.failed() || scanned.tool.slug.empty() || scanned.toolkit.empty()) return std::nullopt;
  scanned.tool.important = scanned.tool.tags.find("\"important\"") != std::string_view::npos;
  scanned.tool.read_only = scanned.tool.tags.find("\"readOnlyHint\"") != std::string_view::npos;
  scanned.tool.haystack = to_lower(scanned.tool.slug);
  scanned.tool.haystack.append(" ").append(to_lower(name)).append(" ").append(to_lower(description));
  return scanned;
}

}  // namespace agenta::daemon::sandbox
