#include "daemon/core/catalog_sync.hpp"

#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

constexpr std::int64_t kToolsInBatch = 1000;  // one page
constexpr std::size_t kSlugsInBatch = 80;     // a request's target stays below what servers take

/// The next integrations whose tools fit one page together.
std::vector<store::UnfetchedIntegration> next_batch(std::vector<store::UnfetchedIntegration> const& unfetched,
                                                    CatalogRun const& run) {
  std::vector<store::UnfetchedIntegration> batch;
  std::int64_t tools = 0;
  for (store::UnfetchedIntegration const& each : unfetched) {
    if (run.given_up.contains(each.slug.text) || (run.only_kept && !each.kept)) continue;
    bool const is_full = tools + each.tools_count > kToolsInBatch || batch.size() >= kSlugsInBatch;
    if (!batch.empty() && (is_full || run.singly)) break;
    tools += each.tools_count;
    batch.push_back(each);
  }
  return batch;
}

/// The provider, asked about these, refused, or said what nobody can read: others may fare better.
bool is_refusal(ErrorCode code) {
  return (code == ErrorCode::composio_error || !is_provider_away(code)) &&
         code != ErrorCode::api_key_rejected && code != ErrorCode::forbidden &&
         code != ErrorCode::storage_unavailable && code != ErrorCode::blocked && code != ErrorCode::cancelled;
}

}  // namespace

Result<CatalogSync::Step> CatalogSync::fetch_list(CatalogAccount& account, ProviderCall const& call,
                                                  CatalogRun& run) {
  if (run.everything) AGENTA_CHECK(account.store->expire_all());
  AGENTA_CHECK(catalog_.fetch().integrations(account, call));
  AGENTA_TRY(auto const unfetched, account.store->list_unfetched());
  run.listed = true;
  run.total = std::ranges::count_if(unfetched, [&](auto const& each) { return !run.only_kept || each.kept; });
  return run.total == 0 ? Step::done : Step::more;
}

Result<void> CatalogSync::fetch_batch(CatalogAccount& account, ProviderCall const& call, CatalogRun& run,
                                      std::vector<store::UnfetchedIntegration> const& batch) {
  std::vector<IntegrationSlug> slugs;
  std::int64_t expected = 0;
  for (store::UnfetchedIntegration const& each : batch) {
    slugs.push_back(each.slug);
    expected += each.tools_count;
  }
  auto const fetched = catalog_.fetch().tools_of(account, call, slugs, expected);
  bool const refused = !fetched && is_refusal(fetched.error().code);
  if (!fetched && !refused) return fail(fetched.error());
  if (batch.size() > 1 && (refused || !*fetched)) {
    run.singly = true;
    return {};
  }
  if (refused) {
    run.given_up.insert(slugs.front().text);
    run.refusal = fetched.error();
  }
  run.done += static_cast<std::int64_t>(batch.size());
  return {};
}

/// The rest is here: said once, and not tried again in this run.
unexpected<Error> CatalogSync::given_up(CatalogRun const& run) {
  constexpr std::size_t kMostNamed = 5;
  std::vector<std::string> names{run.given_up.begin(), run.given_up.end()};
  std::size_t const more = names.size() > kMostNamed ? names.size() - kMostNamed : 0;
  names.resize(names.size() - more);
  Error error = run.refusal.value_or(Error{});
  error.code = ErrorCode::composio_error;
  error.message = "Composio does not give the tools of " + join(names, ", ") +
                  (more > 0 ? " and " + std::to_string(more) + " more" : "") + ": " + error.message;
  error.retryable = Retryable::no;
  return fail(std::move(error));
}

Result<CatalogSync::Step> CatalogSync::step(ProviderCall const& call, CatalogRun& run) {
  AGENTA_TRY(auto const account, catalog_.account(call.access));
  if (!run.listed) return fetch_list(*account, call, run);
  AGENTA_TRY(auto const unfetched, account->store->list_unfetched());
  auto const batch = next_batch(unfetched, run);
  if (batch.empty() && !run.given_up.empty()) return given_up(run);
  if (batch.empty()) return Step::done;
  AGENTA_CHECK(fetch_batch(*account, call, run, batch));
  return Step::more;
}

}  // namespace agenta::daemon
