#pragma once

#include <vector>

#include "daemon/core/catalog_shelf.hpp"
#include "daemon/core/single_flight.hpp"
#include "daemon/core/tool_provider.hpp"

namespace agenta::daemon {

class CustomTools;

/// Brings parts of the catalogue from the provider into an account's cache, each by as few requests as there
/// are pages. A provider that repeats a cursor or never ends is an error (COMPOSIO_ERROR), not a hang. What
/// came and cannot be kept is an error of the store. Blocks; any thread.
class CatalogFetch {
 public:
  /// `custom`: a person's own tools, which the provider does not know; null where there are none.
  CatalogFetch(ToolProvider& provider, Clock const& clock, CustomTools* custom = nullptr)
      : provider_(provider), clock_(clock), custom_(custom) {}

  /// The list of integrations.
  Result<void> integrations(CatalogAccount& account, ProviderCall const& call);
  /// Every tool of these integrations, with their schemas. False where the provider gave none for several
  /// though some are `expected`: it may not know how to be asked for several, and nothing is kept.
  Result<bool> tools_of(CatalogAccount& account, ProviderCall const& call,
                        std::vector<IntegrationSlug> const& slugs, std::int64_t expected = 0);
  /// One page of tools: those named, or those that the provider finds for some words.
  Result<std::vector<Tool>> tools_named(CatalogAccount& account, ProviderCall const& call,
                                        std::vector<ToolSlug> const& slugs);
  Result<std::vector<Tool>> tools_found(CatalogAccount& account, ProviderCall const& call,
                                        std::string const& words);
  Result<IntegrationDetail> detail(CatalogAccount& account, ProviderCall const& call,
                                   IntegrationSlug const& slug);
  /// In its newest version.
  Result<Tool> tool(CatalogAccount& account, ProviderCall const& call, ToolSlug const& slug);

 private:
  template <class T>
  Result<T> noted(CatalogAccount& account, Result<T> result);
  Result<std::vector<Tool>> keep_page(CatalogAccount& account, ProviderCall const& call,
                                      ToolFilter const& filter);

  void add_custom(std::vector<Integration>& list);
  Result<void> put_custom(CatalogAccount& account, std::vector<IntegrationSlug>& slugs);

  ToolProvider& provider_;
  Clock const& clock_;
  CustomTools* custom_;
};

/// The provider, not the question, is at fault: an answer that is kept may serve instead.
bool is_provider_away(ErrorCode code);

}  // namespace agenta::daemon
