#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/catalog.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/tool_scan.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

unexpected<Error> refuse_change(std::string message) {
  return fail(ErrorCode::invalid_request, std::move(message));
}

void add_once(Json& versions, std::string const& version) {
  if (!versions.is_array()) versions = Json::array();
  if (std::ranges::find(versions, Json(version)) == versions.end()) versions.push_back(version);
}

void set_version(Json& tool, std::string const& version) {
  tool["version"] = version;
  add_once(tool["available_versions"], version);
  auto const display = tool.find("deprecated");
  if (display == tool.end() || !display->is_object()) return;
  (*display)["version"] = version;
  add_once((*display)["available_versions"], version);
}

/// Every field that a tool has, around those that are given.
Json whole_tool(Json const& given, Toolkit const& toolkit) {
  std::string const slug = to_upper(given.at("slug").get<std::string>());
  Json tool{{"slug", slug},
            {"name", slug},
            {"description", ""},
            {"input_parameters", {{"type", "object"}, {"properties", Json::object()}}},
            {"no_auth", toolkit.no_auth},
            {"available_versions", {toolkit.version}},
            {"version", toolkit.version},
            {"output_parameters", {{"type", "object"}, {"properties", Json::object()}}},
            {"scopes", Json::array()},
            {"scope_requirements", nullptr},
            {"tags", Json::array()},
            {"is_deprecated", false}};
  tool.update(given);
  tool["slug"] = slug;
  tool["toolkit"] = {{"slug", toolkit.slug}, {"name", toolkit.name}, {"logo", toolkit.logo}};
  tool["deprecated"] = {{"displayName", tool["name"]},
                        {"version", tool["version"]},
                        {"available_versions", tool["available_versions"]},
                        {"is_deprecated", tool["is_deprecated"]},
                        {"toolkit", {{"logo", toolkit.logo}}}};
  return tool;
}

/// A tool with a text of its own; nothing where the document is no tool.
std::optional<Tool> make_tool(Json const& document, std::uint32_t toolkit) {
  auto text = std::make_shared<std::string const>(to_text(document));
  auto scanned = scan_tool(*text);
  if (!scanned) return std::nullopt;
  scanned->tool.text = std::move(text);
  scanned->tool.toolkit = toolkit;
  return std::move(scanned->tool);
}

void update_document(std::string& text, Toolkit const& toolkit, std::string const& updated_at) {
  auto document = Json::parse(text, nullptr, false);
  if (!document.is_object()) return;
  auto& meta = document["meta"];
  meta["version"] = toolkit.version;
  meta["tools_count"] = toolkit.tools.size();
  if (!updated_at.empty()) meta["updated_at"] = updated_at;
  if (meta.contains("available_versions")) meta["available_versions"] = toolkit.versions;
  text = to_text(document);
}

bool holds(std::vector<std::string> const& slugs, std::string_view slug) {
  return std::ranges::any_of(slugs, [&](auto const& each) { return equal_ignoring_case(each, slug); });
}

}  // namespace

Result<void> Catalog::change_tools(std::uint32_t toolkit, CatalogChange const& change) {
  auto const is_removed = [&](Tool const& tool) {
    return tool.toolkit == toolkit && holds(change.removed, tool.slug);
  };
  auto const new_name = [&](Tool const& tool) {
    auto const found = std::ranges::find_if(
        change.renamed, [&](auto const& pair) { return equal_ignoring_case(pair.first, tool.slug); });
    return found == change.renamed.end() ? std::string{} : to_upper(found->second);
  };
  std::erase_if(tools_, is_removed);
  for (Tool& tool : tools_) {
    if (tool.toolkit != toolkit) continue;
    std::string const name = new_name(tool);
    if (name.empty() && change.version.empty()) continue;
    auto document = Json::parse(tool.json, nullptr, false);
    if (!document.is_object()) continue;
    if (!name.empty()) document["slug"] = name;
    if (!change.version.empty()) set_version(document, change.version);
    if (auto changed = make_tool(document, toolkit)) tool = std::move(*changed);
  }
  for (std::string const& text : change.added) {
    auto const given = Json::parse(text, nullptr, false);
    bool const has_slug = given.is_object() && given.contains("slug") && given["slug"].is_string();
    auto tool = has_slug ? make_tool(whole_tool(given, toolkits_[toolkit]), toolkit) : std::nullopt;
    if (!tool) return refuse_change("a tool that is added is an object with a slug");
    tools_.push_back(std::move(*tool));
  }
  return {};
}

Result<void> Catalog::apply(CatalogChange const& change) {
  auto const found = toolkit_index_.find(to_lower(change.toolkit));
  if (found == toolkit_index_.end()) return refuse_change("there is no toolkit " + change.toolkit);
  auto const check = [&](std::string const& slug) -> Result<void> {
    auto const* tool = find_tool(to_upper(slug));
    if (tool != nullptr && tool->toolkit == found->second) return {};
    return refuse_change(change.toolkit + " has no tool " + slug);
  };
  for (auto const& slug : change.removed) AGENTA_CHECK(check(slug));
  for (auto const& [from, to] : change.renamed) AGENTA_CHECK(check(from));

  Catalog changed = *this;
  Toolkit& toolkit = changed.toolkits_[found->second];
  if (!change.version.empty()) {
    toolkit.version = change.version;
    if (std::ranges::find(toolkit.versions, change.version) == toolkit.versions.end())
      toolkit.versions.push_back(change.version);
  }
  AGENTA_CHECK(changed.change_tools(found->second, change));
  changed.index_tools();
  if (changed.tool_index_.size() != changed.tools_.size())
    return refuse_change("two tools would have the same slug");
  update_document(toolkit.list_json, toolkit, change.updated_at);
  update_document(toolkit.detail_json, toolkit, change.updated_at);
  *this = std::move(changed);
  return {};
}

}  // namespace agenta::daemon::sandbox
