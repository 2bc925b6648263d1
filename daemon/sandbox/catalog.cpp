#include "daemon/sandbox/catalog.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/catalog_source.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/object_scan.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

struct ScannedTool {
  Tool tool{};
  std::string_view name{};
  std::string_view description{};
  std::string_view toolkit{};
};

/// Takes apart the top level of one tool, and the slug inside its toolkit.
std::optional<ScannedTool> scan_tool(std::string_view line) {
  ScannedTool scanned;
  scanned.tool.json = line;
  ObjectScan members{line};
  while (auto const member = members.next()) {
    if (member->name == "slug") scanned.tool.slug = unquoted(member->value);
    if (member->name == "name") scanned.name = unquoted(member->value);
    if (member->name == "description") scanned.description = unquoted(member->value);
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
  return scanned;
}

}  // namespace

bool Tool::has_version(std::string_view wanted) const {
  if (wanted == "latest" || wanted == version) return true;
  std::string quoted_version = "\"";
  quoted_version.append(wanted).append("\"");
  return versions.find(quoted_version) != std::string_view::npos;
}

Result<Catalog> Catalog::load_own() {
  Catalog catalog;
  catalog.own_ = true;
  AGENTA_TRY(auto source, read_embedded_catalogue());
  for (auto& toolkit : source.toolkits) catalog.add_toolkit(std::move(toolkit));
  catalog.categories_ = std::move(source.categories);
  AGENTA_CHECK(catalog.index_tools(std::move(source.tools)));
  return catalog;
}

Result<Catalog> Catalog::load(std::filesystem::path const& directory) {
  Catalog catalog;
  AGENTA_TRY(auto source, load_published_catalogue(directory));
  for (auto& toolkit : source.toolkits) catalog.add_toolkit(std::move(toolkit));
  catalog.categories_ = std::move(source.categories);
  AGENTA_CHECK(catalog.index_tools(std::move(source.tools)));
  return catalog;
}

void Catalog::add_toolkit(Toolkit toolkit) {
  toolkit.haystack = to_lower(toolkit.haystack);
  toolkit_index_.emplace(toolkit.slug, static_cast<std::uint32_t>(toolkits_.size()));
  toolkits_.push_back(std::move(toolkit));
}

Result<void> Catalog::index_tools(std::vector<char> text) {
  text_ = std::move(text);
  std::string_view rest{text_.data(), text_.size()};
  for (std::size_t number = 1; !rest.empty(); ++number) {
    std::string_view const line = trim(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(
        std::min(rest.size(), rest.find('\n') == std::string_view::npos ? rest.size() : rest.find('\n') + 1));
    if (line.empty()) continue;
    auto scanned = scan_tool(line);
    if (!scanned) {
      return fail(ErrorCode::invalid_request,
                  "line " + std::to_string(number) + " of the catalogue's tools is no tool");
    }
    auto const toolkit = toolkit_index_.find(std::string{scanned->toolkit});
    if (toolkit == toolkit_index_.end()) continue;
    auto const index = static_cast<std::uint32_t>(tools_.size());
    if (!tool_index_.emplace(scanned->tool.slug, index).second) continue;
    scanned->tool.toolkit = toolkit->second;
    scanned->tool.haystack = to_lower(scanned->tool.slug);
    scanned->tool.haystack.append(" ")
        .append(to_lower(scanned->name))
        .append(" ")
        .append(to_lower(scanned->description));
    toolkits_[toolkit->second].tools.push_back(index);
    tools_.push_back(std::move(scanned->tool));
  }
  return {};
}

Toolkit const* Catalog::find_toolkit(std::string_view slug) const {
  auto const found = toolkit_index_.find(to_lower(slug));
  return found == toolkit_index_.end() ? nullptr : &toolkits_[found->second];
}

Tool const* Catalog::find_tool(std::string_view slug) const {
  auto const found = tool_index_.find(slug);
  return found == tool_index_.end() ? nullptr : &tools_[found->second];
}

std::string tool_json(Tool const& tool, std::string_view version) {
  if (version == "latest" || version == tool.version) return std::string{tool.json};
  auto document = nlohmann::ordered_json::parse(tool.json, nullptr, false);
  if (!document.is_object()) return std::string{tool.json};
  document["version"] = version;
  if (auto display = document.find("deprecated"); display != document.end() && display->is_object()) {
    (*display)["version"] = version;
  }
  return to_text(document);
}

}  // namespace agenta::daemon::sandbox
