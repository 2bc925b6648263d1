#include "daemon/core/catalog.hpp"

#include <algorithm>
#include <utility>

#include "daemon/core/custom_tools.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

constexpr std::chrono::seconds kBehindTimeout{60};
/// Where the provider is away, a crowd of readers does not ask it again and again.
constexpr std::chrono::seconds kRefreshPause{15};
constexpr std::size_t kMostCandidates = 2000;

}  // namespace

std::string_view name_of(Staleness::Why why) {
  switch (why) {
    case Staleness::Why::refreshing: return "refreshing";
    case Staleness::Why::offline: return "offline";
    case Staleness::Why::unreachable: return "unreachable";
  }
  __builtin_unreachable();
}

unexpected<Error> Catalog::not_here(std::string const& what) {
  Error error;
  error.code = ErrorCode::provider_unavailable;
  error.message = what + " is not in the local catalogue, and --offline forbids asking for it";
  error.next_step = {"agenta-tools", "integrations", "refresh", "--all"};
  error.retryable = Retryable::no;
  return fail(std::move(error));
}

Catalog::Catalog(ToolProvider& provider, Clock const& clock, CatalogShelf& shelf, Options options)
    : provider_(provider),
      clock_(clock),
      shelf_(shelf),
      options_(std::move(options)),
      fetch_(provider, clock, options_.custom) {}

/// A time in the future is a clock that was set back: nothing to rely on.
bool Catalog::is_in_date(std::optional<WallTime> fetched_at) const {
  if (!fetched_at) return false;
  WallTime const now = clock_.wall();
  return *fetched_at <= now && now - *fetched_at < options_.time_to_live;
}

/// In date by itself, or because a list that is in date says that nothing changed since.
Result<bool> Catalog::is_in_date(CatalogAccount& account, WallTime fetched_at, bool current) const {
  if (is_in_date(fetched_at)) return true;
  if (!current) return false;
  AGENTA_TRY(auto const listed_at, account.store->find_list_time());
  return is_in_date(listed_at);
}

Staleness Catalog::stale_since(CatalogAccount& account, WallTime fetched_at, Network network) const {
  Staleness stale{.fetched_at = fetched_at};
  if (network == Network::no) {
    stale.why = Staleness::Why::offline;
  } else if (account.health.with([](auto const& health) { return health.failure.has_value(); })) {
    stale.why = Staleness::Why::unreachable;
  }
  return stale;
}

void Catalog::want_refresh(CatalogAccount& account, ProviderAccess const& access) {
  SteadyTime const now = clock_.steady();
  bool const is_due = account.health.with([&](CatalogAccount::Health& health) {
    if (health.refresh_asked_at && now - *health.refresh_asked_at < kRefreshPause) return false;
    health.refresh_asked_at = now;
    return true;
  });
  if (is_due && options_.refresh) options_.refresh(access);
}

/// Once at a time for each name.
void Catalog::fetch_behind(CatalogAccount& account, ProviderCall const& call, std::string name,
                           std::function<void(CatalogAccount&, ProviderCall const&)> fetch) {
  if (!options_.behind) return;
  std::string key = account.key + "\n" + std::move(name);
  bool const is_first = behind_.with([&](auto& running) { return running.emplace(key, true).second; });
  if (!is_first) return;
  options_.behind(
      [this, access = call.access, key = std::move(key), fetch = std::move(fetch)](std::stop_token stop) {
        ProviderCall const behind{access, clock_.steady() + kBehindTimeout, std::move(stop)};
        if (auto const kept = shelf_.open(access)) fetch(**kept, behind);
        behind_.with([&](auto& running) { running.erase(key); });
      });
}

void Catalog::tell_names(CatalogAccount& account, ProviderCall const& call) {
  fetch_behind(account, call, "names", [this](CatalogAccount& kept, ProviderCall const& behind) {
    auto const shared = shelf_.open(behind.access);
    if (shared && shared->get() == &kept && options_.names_changed) options_.names_changed(*shared);
  });
}

Result<std::optional<Staleness>> Catalog::ensure_list(CatalogAccount& account, ProviderCall const& call,
                                                      Network network) {
  AGENTA_TRY(auto listed_at, account.store->find_list_time());
  std::optional<Staleness> stale;
  if (call.access.base_url.empty()) return stale;  // nobody to ask: a person's own tools are all there is
  if (is_in_date(listed_at)) return stale;
  if (!listed_at) {
    if (network == Network::no) return not_here("the list of integrations");
    auto const turn = flights_.enter(account.key + "\nlist");
    AGENTA_TRY(listed_at, account.store->find_list_time());
    if (listed_at) return stale;
    AGENTA_CHECK(fetch_.integrations(account, call));
    tell_names(account, call);
    return stale;
  }
  stale = stale_since(account, *listed_at, network);
  if (network == Network::yes) want_refresh(account, call.access);
  return stale;
}

Result<Known<Page<store::KeptItem>>> Catalog::list_integrations(ProviderCall const& call,
                                                                store::IntegrationListFilter const& filter,
                                                                Network network) {
  AGENTA_TRY(auto const account, this->account(call.access));
  Known<Page<store::KeptItem>> known;
  AGENTA_TRY(known.stale, ensure_list(*account, call, network));
  AGENTA_TRY(known.value, account->store->list_integrations(filter));
  return known;
}

Result<Known<std::shared_ptr<IntegrationDetail const>>> Catalog::integration(ProviderCall const& call,
                                                                             IntegrationSlug const& slug,
                                                                             Network network) {
  Known<std::shared_ptr<IntegrationDetail const>> known;
  if (is_own(slug)) {
    AGENTA_TRY(known.value, options_.custom->integration());
    return known;
  }
  AGENTA_TRY(auto const account, this->account(call.access));
  auto const find = [&]() -> Result<bool> {
    AGENTA_TRY(auto kept, account->store->find_detail(slug.text));
    if (!kept) return false;
    AGENTA_TRY(bool const in_date, is_in_date(*account, kept->fetched_at, kept->current));
    if (!in_date) known.stale = stale_since(*account, kept->fetched_at, network);
    known.value = std::make_shared<IntegrationDetail const>(std::move(kept->value));
    return true;
  };
  AGENTA_TRY(bool found, find());
  if (found && known.stale && network == Network::yes) {
    fetch_behind(*account, call, "detail " + slug.text,
                 [this, slug](auto& kept, auto const& behind) { (void)fetch_.detail(kept, behind, slug); });
  }
  if (found) return known;
  if (network == Network::no) {
    AGENTA_TRY(auto listed, listed_detail(*account, slug, network));
    if (listed) return std::move(*listed);
    return not_known(*account, call, ErrorCode::integration_not_found, slug.text,
                     "the integration " + slug.text);
  }
  auto const turn = flights_.enter(account->key + "\ndetail " + slug.text);
  AGENTA_TRY(found, find());
  if (found) return known;
  auto fetched = fetch_.detail(*account, call, slug);
  if (!fetched && is_provider_away(fetched.error().code)) {
    AGENTA_TRY(auto listed, listed_detail(*account, slug, network));
    if (listed) return std::move(*listed);
  }
  if (!fetched && fetched.error().code == ErrorCode::integration_not_found) {
    return fail(with_suggestion(std::move(fetched).error(), *account, call, slug.text, network));
  }
  if (!fetched) return fail(std::move(fetched).error());
  known.value = std::make_shared<IntegrationDetail const>(std::move(fetched).value());
  return known;
}

/// What the list tells of an integration whose detail was never fetched: all but the fields of its schemes.
Result<std::optional<Catalog::DetailAnswer>> Catalog::listed_detail(CatalogAccount& account,
                                                                    IntegrationSlug const& slug,
                                                                    Network network) {
  std::optional<DetailAnswer> answer;
  AGENTA_TRY(auto integration, account.store->find_integration(slug.text));
  AGENTA_TRY(auto const listed_at, account.store->find_list_time());
  if (!integration || !listed_at) return answer;
  IntegrationDetail detail;
  for (std::string const& mode : integration->auth_schemes) {
    AuthScheme& scheme = detail.auth.emplace_back();
    scheme.mode = mode;
    scheme.managed =
        std::ranges::find(integration->managed_auth_schemes, mode) != integration->managed_auth_schemes.end();
  }
  if (!integration->version.empty()) detail.available_versions = {integration->version};
  detail.integration = std::move(*integration);
  answer.emplace();
  answer->value = std::make_shared<IntegrationDetail const>(std::move(detail));
  if (network == Network::yes || !is_in_date(listed_at))
    answer->stale = stale_since(account, *listed_at, network);
  return answer;
}

/// Of something that is not here: that it does not exist, where everything that does is here; else that
/// nobody may be asked.
unexpected<Error> Catalog::not_known(CatalogAccount& account, ProviderCall const& call, ErrorCode code,
                                     std::string const& wanted, std::string const& what) {
  auto const counts = account.store->counts();
  bool const all_listed = counts && counts->fetched_at.has_value();
  bool const all_here = all_listed && (code == ErrorCode::integration_not_found || counts->unfetched == 0);
  if (!all_here) return not_here(what);
  return fail(with_suggestion(fail(code, "").error(), account, call, wanted, Network::no));
}

Result<std::optional<Staleness>> Catalog::ensure_tools(CatalogAccount& account, ProviderCall const& call,
                                                       IntegrationSlug const& slug, Network network) {
  std::optional<Staleness> stale;
  if (is_own(slug)) return stale;
  AGENTA_CHECK(ensure_list(account, call, network));
  AGENTA_TRY(auto list, account.store->find_tool_list(slug.text));
  if (list) {
    AGENTA_TRY(bool const in_date, is_in_date(account, list->fetched_at, list->current));
    if (in_date) return stale;
    stale = stale_since(account, list->fetched_at, network);
    if (network == Network::yes) want_refresh(account, call.access);
    return stale;
  }
  AGENTA_TRY(auto const integration, account.store->find_integration(slug.text));
  if (network == Network::no) {
    if (integration) return not_here("the list of tools of " + slug.text);
    return not_known(account, call, ErrorCode::integration_not_found, slug.text,
                     "the integration " + slug.text);
  }
  // An unknown one is an error; Composio would give an empty list.
  if (!integration) {
    auto detail = fetch_.detail(account, call, slug);
    if (!detail) return fail(with_suggestion(std::move(detail).error(), account, call, slug.text, network));
  }
  auto const turn = flights_.enter(account.key + "\ntools " + slug.text);
  AGENTA_TRY(list, account.store->find_tool_list(slug.text));
  if (list) return stale;
  AGENTA_CHECK(fetch_.tools_of(account, call, {slug}));
  tell_names(account, call);
  return stale;
}

Result<Known<Page<Tool>>> Catalog::list_tools(ProviderCall const& call, store::ToolListFilter const& filter,
                                              Network network) {
  Known<Page<Tool>> known;
  if (is_own(IntegrationSlug{filter.integration})) {
    AGENTA_TRY(known.value, options_.custom->list(filter));
    return known;
  }
  AGENTA_TRY(auto const account, this->account(call.access));
  if (filter.integration.empty()) {
    AGENTA_TRY(known.stale, ensure_list(*account, call, network));
  } else {
    AGENTA_TRY(known.stale, ensure_tools(*account, call, IntegrationSlug{filter.integration}, network));
  }
  AGENTA_TRY(known.value, account->store->list_tools(filter));
  return known;
}

Result<void> Catalog::refresh(ProviderCall const& call, std::vector<IntegrationSlug> const& slugs) {
  AGENTA_TRY(auto const account, this->account(call.access));
  {
    auto const turn = flights_.enter(account->key + "\nlist");
    AGENTA_CHECK(fetch_.integrations(*account, call));
  }
  for (IntegrationSlug const& slug : slugs) {
    auto detail = fetch_.detail(*account, call, slug);
    if (!detail)
      return fail(with_suggestion(std::move(detail).error(), *account, call, slug.text, Network::yes));
    AGENTA_CHECK(fetch_.tools_of(*account, call, {slug}));
  }
  if (options_.names_changed) options_.names_changed(account);
  return {};
}

/// Adds what the user most likely meant, from what is known and, for a tool, its integration's tools.
Error Catalog::with_suggestion(Error error, CatalogAccount& account, ProviderCall const& call,
                               std::string const& wanted, Network network) {
  bool const is_tool = error.code == ErrorCode::tool_not_found;
  if (!is_tool && error.code != ErrorCode::integration_not_found) return error;
  error.message = (is_tool ? "there is no tool " : "there is no integration ") + wanted;
  (void)ensure_list(account, call, network);
  auto known = account.store->list_integration_slugs();
  if (!known) return error;
  std::vector<std::string> candidates;
  if (is_tool) {
    std::string const lower = to_lower(wanted);
    std::string longest;
    for (std::string const& slug : *known) {
      if (lower.starts_with(slug + "_") && slug.size() > longest.size()) longest = slug;
    }
    if (!longest.empty()) {
      (void)ensure_tools(account, call, IntegrationSlug{longest}, network);
      error.next_step = {"agenta-tools", "tools", "list", longest};
      candidates = account.store->tool_slugs_from(to_upper(longest), kMostCandidates)
                       .value_or(std::vector<std::string>{});
    }
  } else {
    candidates = std::move(*known);
  }
  if (auto const suggestion = nearest(wanted, candidates)) {
    error.message += "; did you mean " + *suggestion + "?";
    error.next_step = is_tool ? std::vector<std::string>{"agenta-tools", "tools", "show", *suggestion}
                              : std::vector<std::string>{"agenta-tools", "integrations", "show", *suggestion};
  } else if (error.next_step.empty()) {
    error.next_step = {"agenta-tools", "integrations", "list"};
  }
  return error;
}

}  // namespace agenta::daemon
