#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/tool_version.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

constexpr std::size_t kMaximum = 1000;

/// Whether a JSON array of strings, given as text, holds one of `wanted`.
bool holds_any(std::string_view array, std::vector<std::string> const& wanted) {
  return std::ranges::any_of(wanted, [&](std::string const& text) {
    return array.find(sandbox::quoted(text)) != std::string_view::npos;
  });
}

struct ToolFilter {
  std::vector<std::string> words{};
  std::vector<std::string> tags{};
  std::vector<std::string> scopes{};
  bool important = false;
  bool without_deprecated = false;

  bool admits(Tool const& tool) const {
    if (important && !tool.important) return false;
    if (without_deprecated && tool.deprecated) return false;
    if (!tags.empty() && !holds_any(tool.tags, tags)) return false;
    if (!scopes.empty() && !holds_any(tool.scopes, scopes)) return false;
    return std::ranges::all_of(
        words, [&](std::string const& word) { return tool.haystack.find(word) != std::string::npos; });
  }
};

ToolFilter filter_of(Request const& request) {
  ToolFilter filter;
  auto text = request.find_query("query");
  if (!text) text = request.find_query("search");
  for (auto const& word : split(to_lower(text.value_or("")), ' ')) {
    if (!word.empty()) filter.words.push_back(word);
  }
  filter.tags = request.list_query("tags");
  filter.scopes = request.list_query("scopes");
  filter.important = request.flag_query("important");
  filter.without_deprecated = request.find_query("include_deprecated") == "false";
  return filter;
}

/// The toolkits that the request names, by slug and by auth config. Nothing where it names none.
std::optional<std::vector<Toolkit const*>> named_toolkits(World& world, Request const& request) {
  auto slugs = request.list_query("toolkit_slug");
  auto const configs = request.list_query("auth_config_ids");
  if (slugs.empty() && configs.empty()) return std::nullopt;
  for (auto const& id : configs) {
    if (auto const* config = world.book.find_auth_config(request.project, id))
      slugs.push_back(config->toolkit);
  }
  std::vector<Toolkit const*> toolkits;
  for (auto const& slug : slugs) {
    auto const* toolkit = world.catalog.find_toolkit(slug);
    if (toolkit != nullptr && std::ranges::find(toolkits, toolkit) == toolkits.end())
      toolkits.push_back(toolkit);
  }
  return toolkits;
}

std::vector<Tool const*> matching_tools(World& world, Request const& request) {
  auto const& catalog = world.catalog;
  std::vector<Tool const*> found;
  if (auto const slugs = request.list_query("tool_slugs"); !slugs.empty()) {
    for (auto const& slug : slugs) {
      auto const* tool = catalog.find_tool(to_upper(slug));
      if (tool != nullptr && tool->has_version(wanted_version(request, catalog.toolkit_of(*tool))))
        found.push_back(tool);
    }
    return found;
  }
  ToolFilter const filter = filter_of(request);
  auto const add_from = [&](Toolkit const& toolkit) {
    auto const version = wanted_version(request, toolkit);
    for (auto const index : toolkit.tools) {
      auto const& tool = catalog.tools()[index];
      if (filter.admits(tool) && tool.has_version(version)) found.push_back(&tool);
    }
  };
  if (auto const toolkits = named_toolkits(world, request)) {
    for (auto const* toolkit : *toolkits) add_from(*toolkit);
  } else {
    for (auto const& toolkit : catalog.toolkits()) add_from(toolkit);
  }
  return found;
}

}  // namespace

std::string wanted_version(Request const& request, Toolkit const& toolkit) {
  if (auto version = request.find_query("version")) return *version;
  if (auto version = request.find_query("toolkit_versions[" + toolkit.slug + "]")) return *version;
  if (auto version = request.find_query("toolkit_versions")) return *version;
  return std::string{default_version(request)};
}

std::string_view default_version(Request const& request) {
  return request.frozen_tools ? "00000000_00" : "latest";
}

Reply list_tools(World& world, Request const& request) {
  AGENTA_TRY(auto const page, page_of(request, kMaximum));
  auto const found = matching_tools(world, request);
  std::vector<std::string> items;
  for (std::size_t at = page.first(); at < std::min(found.size(), page.first() + page.limit); ++at) {
    items.push_back(tool_json(*found[at], wanted_version(request, world.catalog.toolkit_of(*found[at]))));
  }
  return json_response(200, page_document(page, std::move(items), found.size()));
}

Reply get_tool(World& world, Request const& request) {
  auto const& slug = request.parameters.front();
  auto const* tool = world.catalog.find_tool(slug);
  if (tool == nullptr) return refuse(tool_not_found(slug));
  auto const version = wanted_version(request, world.catalog.toolkit_of(*tool));
  if (!tool->has_version(version)) return refuse(tool_not_found(slug));
  return json_response(200, tool_json(*tool, version));
}

Reply list_tool_slugs(World& world, Request const&) {
  std::string document = "[";
  for (auto const& tool : world.catalog.tools()) {
    if (document.size() > 1) document += ',';
    document.append("\"").append(tool.slug).append("\"");
  }
  return json_response(200, document + "]");
}

}  // namespace agenta::daemon::sandbox
