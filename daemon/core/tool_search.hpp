#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/core/catalog.hpp"
#include "daemon/core/lexicon.hpp"

namespace agenta::daemon {

/// What is looked for, and for whom.
struct SearchRequest {
  std::string words{};
  std::optional<SearchHit::Kind> kind{};  ///< none: both
  std::string integration{};
  bool read_only = false;
  std::optional<bool> connected{};
  std::vector<std::string> connected_integrations{};  ///< slugs; of the caller
  bool remote = false;                                ///< ask the provider's own search too
  std::string user_id{};                              ///< for the provider's own search
  std::size_t limit = 20;
  Network network = Network::yes;
};

/// Search over every integration and tool that is known here: by words of their names and descriptions,
/// whole, begun, bent or misspelt, and by other words for the same. While the catalogue is being fetched,
/// what the query names is fetched first. Any thread.
class ToolSearch {
 public:
  ToolSearch(Catalog& catalog, ToolProvider& provider) : catalog_(catalog), provider_(provider) {}

  /// `INVALID_REQUEST` without a word; `INTEGRATION_NOT_FOUND` for a filter that names none.
  Result<Known<SearchResult>> search(ProviderCall const& call, SearchRequest const& request);

 private:
  Result<std::shared_ptr<Lexicon const>> lexicon_of(CatalogAccount& account);
  Result<bool> fill_gaps(CatalogAccount& account, ProviderCall const& call, SearchRequest const& request,
                         std::vector<std::string> const& words);
  Result<void> find_tools(CatalogAccount& account, SearchRequest const& request,
                          std::vector<std::string> const& words, Lexicon const& lexicon, SearchResult& into);
  Result<void> find_integrations(CatalogAccount& account, SearchRequest const& request,
                                 std::vector<std::string> const& words, Lexicon const& lexicon,
                                 SearchResult& into);
  Result<void> add_remote(CatalogAccount& account, ProviderCall const& call, SearchRequest const& request,
                          SearchResult& into);

  Catalog& catalog_;
  ToolProvider& provider_;
};

}  // namespace agenta::daemon
