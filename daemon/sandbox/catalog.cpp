#include "daemon/sandbox/catalog.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/catalog_source.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/tool_scan.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {

AuthScheme const* Toolkit::find_scheme(std::string_view mode) const {
  auto const found = std::ranges::find(schemes, mode, &AuthScheme::mode);
  return found == schemes.end() ? nullptr : &*found;
}

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
  AGENTA_CHECK(catalog.read_tools(std::move(source.tools)));
  return catalog;
}

Result<Catalog> Catalog::load(std::filesystem::path const& directory) {
  Catalog catalog;
  AGENTA_TRY(auto source, load_published_catalogue(directory));
  for (auto& toolkit : source.toolkits) catalog.add_toolkit(std::move(toolkit));
  catalog.categories_ = std::move(source.categories);
  AGENTA_CHECK(catalog.read_tools(std::move(source.tools)));
  return catalog;
}

void Catalog::add_toolkit(Toolkit toolkit) {
  toolkit.haystack = to_lower(toolkit.haystack);
  toolkit_index_.emplace(toolkit.slug, static_cast<std::uint32_t>(toolkits_.size()));
  toolkits_.push_back(std::move(toolkit));
}

Result<void> Catalog::read_tools(std::vector<char> text) {
  text_ = std::make_shared<std::vector<char> const>(std::move(text));
  std::string_view rest{text_->data(), text_->size()};
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
    if (!tool_index_.emplace(scanned->tool.slug, 0).second) continue;  // of two with one name, the first
    scanned->tool.toolkit = toolkit->second;
    tools_.push_back(std::move(scanned->tool));
  }
  index_tools();
  return {};
}

void Catalog::index_tools() {
  tool_index_.clear();
  for (auto& toolkit : toolkits_) toolkit.tools.clear();
  for (std::size_t at = 0; at < tools_.size(); ++at) {
    auto const index = static_cast<std::uint32_t>(at);
    tool_index_.emplace(tools_[at].slug, index);
    toolkits_[tools_[at].toolkit].tools.push_back(index);
  }
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
