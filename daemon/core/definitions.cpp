#include "daemon/core/definitions.hpp"

#include <set>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

constexpr std::size_t kMostTools = 2000;

/// The oldest age of what a list was made from.
void note(std::optional<Staleness>& oldest, std::optional<Staleness> const& stale) {
  if (stale && (!oldest || stale->fetched_at < oldest->fetched_at)) oldest = stale;
}

Result<std::vector<std::string>> slugs_of(Catalog& catalog, ProviderCall const& call, std::string const& slug,
                                          Network network) {
  store::ToolListFilter filter;
  filter.integration = slug;
  filter.limit = kMostTools + 1;
  AGENTA_TRY(auto const list, catalog.list_tools(call, filter, network));
  std::vector<std::string> slugs;
  for (Tool const& tool : list.value.items) slugs.push_back(tool.slug.text);
  return slugs;
}

}  // namespace

Result<Known<std::vector<ToolDefinition>>> define_tools(Catalog& catalog, ProviderCall const& call,
                                                        DefinitionRequest const& request, Network network) {
  std::vector<std::string> names = request.tools;
  if (!request.integration.empty()) {
    AGENTA_TRY(auto slugs, slugs_of(catalog, call, request.integration, network));
    std::ranges::move(slugs, std::back_inserter(names));
  }
  if (names.empty() && request.integration.empty())
    return fail(ErrorCode::invalid_request, "name a tool or more, or an integration");
  if (names.size() > kMostTools)
    return fail(ErrorCode::invalid_request, "these are over 2000 tools: no model takes so many; name fewer");
  Known<std::vector<ToolDefinition>> known;
  std::set<std::string> seen;  // no API takes two tools of one name
  for (std::string const& name : names) {
    auto const reference = parse_tool_reference(name);
    if (!reference) return fail(ErrorCode::tool_not_found, name + " is no tool's name");
    AGENTA_TRY(auto const tool, catalog.tool(call, reference->slug, request.version, network));
    note(known.stale, tool.stale);
    if (!seen.insert(tool.value->tool.slug.text).second) continue;
    known.value.push_back(schema::define_tool(tool.value->tool, request.options));
  }
  return known;
}

}  // namespace agenta::daemon
