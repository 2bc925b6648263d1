#include "daemon/core/catalog.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

constexpr std::chrono::hours kTimeToLive{1};
constexpr std::size_t kMostEntries = 4096;  // of each kind: bounds memory, not use
constexpr int kPageSize = 1000;             // the provider's largest
constexpr std::size_t kMostPages = 100;

bool provider_is_away(ErrorCode code) {
  return code == ErrorCode::provider_unavailable || code == ErrorCode::timeout ||
         code == ErrorCode::rate_limited || code == ErrorCode::composio_error;
}

/// All pages of a list. A provider that repeats a cursor or never ends is an error, not a hang.
template <class T, class FetchPage>
Result<std::vector<T>> all_pages(FetchPage&& fetch_page) {
  std::vector<T> items;
  std::set<std::string> seen;
  std::string cursor;
  for (std::size_t pages = 0; pages < kMostPages; ++pages) {
    AGENTA_TRY(Page<T> page, fetch_page(cursor));
    std::ranges::move(page.items, std::back_inserter(items));
    if (!page.next_cursor || page.next_cursor->empty()) return items;
    cursor = *page.next_cursor;
    if (!seen.insert(cursor).second) break;
  }
  return fail(ErrorCode::composio_error,
              "Composio's list does not end: it gave the same page twice, or over " +
                  std::to_string(kMostPages) + " pages");
}

}  // namespace

template <class T, class Fetch>
Result<std::shared_ptr<T const>> Catalog::cached(Cache<T>& cache, ProviderCall const& call,
                                                 std::string const& name, Fetch&& fetch) {
  std::string const key = call.access.base_url + "\n" + call.access.key_scope + "\n" + name;
  SteadyTime const now = clock_.steady();
  auto const find = [&] {
    return cache.with([&](auto const& entries) {
      auto const found = entries.find(key);
      return found == entries.end() ? Entry<T>{} : found->second;
    });
  };
  auto const is_fresh = [&](Entry<T> const& entry) {
    return entry.value && now - entry.fetched_at < kTimeToLive;
  };

  if (Entry<T> const entry = find(); is_fresh(entry)) return entry.value;
  auto const turn = flights_.enter(key);
  Entry<T> const entry = find();
  if (is_fresh(entry)) return entry.value;

  Result<T> fetched = fetch();
  if (!fetched) {
    if (entry.value && provider_is_away(fetched.error().code)) return entry.value;
    return unexpected(std::move(fetched).error());
  }
  Entry<T> fresh;
  fresh.value = std::make_shared<T const>(std::move(fetched).value());
  fresh.fetched_at = now;
  cache.with([&](auto& entries) {
    if (entries.size() >= kMostEntries) {
      auto const oldest =
          std::ranges::min_element(entries, {}, [](auto const& item) { return item.second.fetched_at; });
      entries.erase(oldest);
    }
    entries.insert_or_assign(key, fresh);
  });
  return fresh.value;
}

Result<Catalog::Integrations> Catalog::integrations(ProviderCall const& call) {
  return cached(integrations_, call, "integrations", [&]() -> Result<std::vector<Integration>> {
    return all_pages<Integration>([&](std::string const& cursor) {
      IntegrationFilter filter;
      filter.cursor = cursor;
      filter.limit = kPageSize;
      return provider_.list_integrations(call, filter);
    });
  });
}

Result<std::shared_ptr<IntegrationDetail const>> Catalog::integration(ProviderCall const& call,
                                                                      IntegrationSlug const& slug) {
  auto found = cached(details_, call, slug.text, [&] { return provider_.get_integration(call, slug); });
  if (found || found.error().code != ErrorCode::integration_not_found) return found;
  return fail(with_suggestion(std::move(found).error(), call, slug.text));
}

Result<Catalog::Tools> Catalog::tools(ProviderCall const& call, IntegrationSlug const& slug) {
  AGENTA_CHECK(integration(call, slug));  // an unknown one is an error; Composio would give an empty list
  return cached(tool_lists_, call, slug.text, [&]() -> Result<std::vector<Tool>> {
    auto all = all_pages<Tool>([&](std::string const& cursor) {
      ToolFilter filter;
      filter.integrations = {slug};
      filter.cursor = cursor;
      filter.limit = kPageSize;
      return provider_.list_tools(call, filter);
    });
    if (all) {
      for (Tool& tool : *all)
        tool.input_schema = tool.output_schema = JsonText{};  // megabytes that a list never shows
    }
    return all;
  });
}

Result<std::shared_ptr<CatalogTool const>> Catalog::tool(ProviderCall const& call, ToolSlug const& slug,
                                                         std::string const& version) {
  auto found = cached(tools_, call, slug.text + "@" + version, [&]() -> Result<CatalogTool> {
    AGENTA_TRY(Tool tool, provider_.get_tool(call, slug, version));
    CatalogTool entry;
    if (auto parsed = schema::Schema::parse(tool.input_schema)) entry.schema = std::move(parsed).value();
    entry.tool = std::move(tool);
    return entry;
  });
  if (found || found.error().code != ErrorCode::tool_not_found) return found;
  return fail(with_suggestion(std::move(found).error(), call, slug.text));
}

/// Adds what the user most likely meant, from what is already known and, for a tool, its integration's tools.
Error Catalog::with_suggestion(Error error, ProviderCall const& call, std::string const& wanted) {
  std::vector<std::string> candidates;
  auto const known = integrations(call);
  if (!known) return error;
  bool const is_tool = error.code == ErrorCode::tool_not_found;
  std::string const lower = to_lower(wanted);
  std::string longest;
  for (Integration const& item : **known) {
    if (!is_tool) candidates.push_back(item.slug.text);
    if (is_tool && lower.starts_with(item.slug.text + "_") && item.slug.text.size() > longest.size())
      longest = item.slug.text;
  }
  if (is_tool && !longest.empty()) {
    if (auto const list = tools(call, IntegrationSlug{longest})) {
      for (Tool const& tool : **list) candidates.push_back(tool.slug.text);
    }
    error.next_step = {"agenta-tools", "tools", "list", longest};
  }
  if (auto const suggestion = nearest(wanted, candidates)) {
    error.message += "; did you mean " + *suggestion + "?";
    if (!is_tool)
      error.next_step = {"agenta-tools", "integrations", "show", *suggestion};
    else
      error.next_step = {"agenta-tools", "tools", "show", *suggestion};
  } else if (error.next_step.empty()) {
    error.next_step = {"agenta-tools", "integrations", "list"};
  }
  return error;
}

}  // namespace agenta::daemon
