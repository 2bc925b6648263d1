#include "daemon/core/catalog_fetch.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "daemon/core/custom_tools.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

constexpr int kPageSize = 1000;  // the provider's largest
constexpr std::size_t kMostPages = 200;
constexpr int kFound = 50;

/// Asking again would only take as long again.
unexpected<Error> endless(std::string const& what) {
  Error error;
  error.code = ErrorCode::composio_error;
  error.message = "Composio's list of " + what + " does not end: it gave the same page twice, or over " +
                  std::to_string(kMostPages) + " pages";
  error.retryable = Retryable::no;
  return fail(std::move(error));
}

/// All pages of a list.
template <class T, class FetchPage>
Result<std::vector<T>> all_pages(std::string const& what, FetchPage&& fetch_page) {
  std::vector<T> items;
  std::set<std::string> seen;
  std::set<std::string> slugs;
  std::string cursor;
  for (std::size_t pages = 0; pages < kMostPages; ++pages) {
    AGENTA_TRY(Page<T> page, fetch_page(cursor));
    std::size_t const known = slugs.size();
    for (T& item : page.items) {
      if (slugs.insert(item.slug.text).second) items.push_back(std::move(item));
    }
    // A page with nothing new is the one before under another cursor.
    if (slugs.size() == known && page.next_cursor && !page.next_cursor->empty() && pages > 0) break;
    if (!page.next_cursor || page.next_cursor->empty()) return items;
    cursor = *page.next_cursor;
    if (!seen.insert(cursor).second) break;
  }
  return endless(what);
}

}  // namespace

bool is_provider_away(ErrorCode code) {
  return code == ErrorCode::provider_unavailable || code == ErrorCode::timeout ||
         code == ErrorCode::rate_limited || code == ErrorCode::composio_error;
}

/// Remembers how the account's last request went.
template <class T>
Result<T> CatalogFetch::noted(CatalogAccount& account, Result<T> result) {
  account.health.with([&](CatalogAccount::Health& health) {
    if (result || !is_provider_away(result.error().code)) {
      health.failure.reset();
    } else {
      health.failure = result.error();
      health.failed_at = clock_.wall();
    }
  });
  return result;
}

Result<void> CatalogFetch::integrations(CatalogAccount& account, ProviderCall const& call) {
  AGENTA_TRY(auto list, noted(account, all_pages<Integration>("integrations", [&](auto const& cursor) {
                                IntegrationFilter filter;
                                filter.cursor = cursor;
                                filter.limit = kPageSize;
                                return provider_.list_integrations(call, filter);
                              })));
  AGENTA_TRY(auto const counts, account.store->counts());
  if (list.empty() && counts.integrations > 0) {
    return fail(ErrorCode::composio_error,
                "Composio's list of integrations is empty; what is here of it is kept");
  }
  add_custom(list);
  return account.store->put_integrations(list, clock_.wall());
}

void CatalogFetch::add_custom(std::vector<Integration>& list) {
  if (custom_ == nullptr) return;
  std::erase_if(list, [](Integration const& each) { return is_custom(each.slug); });
  auto const own = custom_->current();
  if (!own->empty()) list.push_back(own->integration);
}

/// Takes a person's own tools out of what is to be asked for: they are here.
Result<void> CatalogFetch::put_custom(CatalogAccount& account, std::vector<IntegrationSlug>& slugs) {
  if (custom_ == nullptr) return {};
  auto const own = std::ranges::find_if(slugs, [](IntegrationSlug const& slug) { return is_custom(slug); });
  if (own == slugs.end()) return {};
  AGENTA_CHECK(account.store->put_tools(custom_->current()->tools(), {*own}, clock_.wall()));
  slugs.erase(own);
  return {};
}

Result<bool> CatalogFetch::tools_of(CatalogAccount& account, ProviderCall const& call,
                                    std::vector<IntegrationSlug> const& wanted, std::int64_t expected) {
  auto slugs = wanted;
  AGENTA_CHECK(put_custom(account, slugs));
  if (slugs.empty()) return true;
  AGENTA_TRY(auto tools, noted(account, all_pages<Tool>("tools", [&](auto const& cursor) {
                                 ToolFilter filter;
                                 filter.integrations = slugs;
                                 filter.cursor = cursor;
                                 filter.limit = kPageSize;
                                 return provider_.list_tools(call, filter);
                               })));
  // A filter that a server ignores would give us others', and lists of others that are not whole.
  std::erase_if(tools, [&](Tool const& tool) {
    return !std::ranges::any_of(slugs, [&](IntegrationSlug const& slug) {
      return equal_ignoring_case(slug.text, tool.integration.text);
    });
  });
  if (tools.empty() && expected > 0 && slugs.size() > 1) return false;
  AGENTA_CHECK(account.store->put_tools(tools, slugs, clock_.wall()));
  return true;
}

Result<std::vector<Tool>> CatalogFetch::keep_page(CatalogAccount& account, ProviderCall const& call,
                                                  ToolFilter const& filter) {
  AGENTA_TRY(auto page, noted(account, provider_.list_tools(call, filter)));
  AGENTA_CHECK(account.store->put_tools(page.items, {}, clock_.wall()));
  return std::move(page.items);
}

Result<std::vector<Tool>> CatalogFetch::tools_named(CatalogAccount& account, ProviderCall const& call,
                                                    std::vector<ToolSlug> const& slugs) {
  if (slugs.empty()) return std::vector<Tool>{};
  ToolFilter filter;
  filter.slugs = slugs;
  filter.limit = kPageSize;
  return keep_page(account, call, filter);
}

Result<std::vector<Tool>> CatalogFetch::tools_found(CatalogAccount& account, ProviderCall const& call,
                                                    std::string const& words) {
  ToolFilter filter;
  filter.search = words;
  filter.limit = kFound;
  return keep_page(account, call, filter);
}

Result<IntegrationDetail> CatalogFetch::detail(CatalogAccount& account, ProviderCall const& call,
                                               IntegrationSlug const& slug) {
  if (custom_ != nullptr && is_custom(slug)) {
    AGENTA_TRY(auto const own, custom_->integration());
    return *own;
  }
  AGENTA_TRY(auto detail, noted(account, provider_.get_integration(call, slug)));
  // What cannot be kept is told all the same.
  (void)account.store->put_detail(detail, clock_.wall());
  return detail;
}

Result<Tool> CatalogFetch::tool(CatalogAccount& account, ProviderCall const& call, ToolSlug const& slug) {
  AGENTA_TRY(auto tool, noted(account, provider_.get_tool(call, slug, "")));
  (void)account.store->put_tools({tool}, {}, clock_.wall());
  return tool;
}

}  // namespace agenta::daemon
