#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "daemon/core/catalog.hpp"

namespace agenta::daemon {

/// One run of bringing an account's whole catalogue up to date. It lives as long as somebody steps it; what
/// every step fetched is kept, so that a run that was cut off is taken up by the next one where it ended.
struct CatalogRun {
  bool everything = false;  ///< fetch all again, also what the list says has not changed
  bool only_kept = false;   ///< leave alone what was never fetched
  bool listed = false;      ///< the list of integrations was fetched
  bool singly = false;      ///< the provider does not take several integrations in one request
  std::int64_t done = 0;    ///< integrations whose tools were fetched
  std::int64_t total = 0;
  std::set<std::string> given_up{};  ///< integrations that the provider refused
  std::optional<Error> refusal{};    ///< in its words, the last time
};

/// Fetches what is missing or has changed: first the list of integrations, whose versions tell which tools
/// have to be fetched; then these, as many integrations in one request as fit one page. A run over a
/// catalogue that has not changed is one request. Any thread.
class CatalogSync {
 public:
  explicit CatalogSync(Catalog& catalog) : catalog_(catalog) {}

  enum class Step { more, done };
  /// One request, or the few pages of one. Blocks. An error leaves the run as it was, to be stepped again; at
  /// the end, one that is not to be retried names what the provider did not give.
  Result<Step> step(ProviderCall const& call, CatalogRun& run);

 private:
  static unexpected<Error> given_up(CatalogRun const& run);
  Result<Step> fetch_list(CatalogAccount& account, ProviderCall const& call, CatalogRun& run);
  Result<void> fetch_batch(CatalogAccount& account, ProviderCall const& call, CatalogRun& run,
                           std::vector<store::UnfetchedIntegration> const& batch);

  Catalog& catalog_;
};

}  // namespace agenta::daemon
