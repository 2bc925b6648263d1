#include "daemon/core/tool_search.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/core/search_plan.hpp"
#include "daemon/core/search_words.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

constexpr std::size_t kMostQuery = 500;  // bytes: more is a text, not a query
constexpr std::int64_t kEnough = 5;      // finds; fewer, and the query is taken less strictly
constexpr std::size_t kReranked = 60;
constexpr std::size_t kMostFetchedFirst = 3;

// What settles ties between tools whose names fit equally well.
constexpr double kIndexShare = 0.88;
constexpr double kFame = 0.04;
constexpr double kServiceFame = 0.12;  // who looks for `mail` seldom means the least known of forty
constexpr double kConnected = 0.05;
constexpr double kImportant = 0.02;
constexpr double kExact = 0.03;
constexpr double kDeprecated = 0.15;

std::string only_letters(std::string_view text) {
  std::string out;
  for (char const c : to_lower(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

bool holds(std::vector<std::string> const& list, std::string_view text) {
  return std::ranges::any_of(list, [&](std::string const& each) { return equal_ignoring_case(each, text); });
}

/// The words without those that say nothing, which a search that wants every word would look for in vain.
std::string telling_words(std::vector<std::string> const& words) {
  std::vector<std::string> telling;
  std::ranges::copy_if(words, std::back_inserter(telling),
                       [](auto const& word) { return !is_stop_word(word); });
  return join(telling.empty() ? words : telling, " ");
}

/// Which share of the query's own words, unbent, the slug has.
double exactness(Tool const& tool, std::vector<std::string> const& words) {
  auto const parts = split(to_lower(tool.slug.text), '_');
  auto const there =
      std::ranges::count_if(words, [&](std::string const& word) { return holds(parts, word); });
  return words.empty() ? 0 : static_cast<double>(there) / static_cast<double>(words.size());
}

void apply_filters(SearchRequest const& request, store::IndexQuery& query) {
  if (!request.integration.empty())
    query.every_facet.push_back(store::facet_of(IntegrationSlug{request.integration}));
  if (request.read_only) query.every_facet.emplace_back(store::kReadOnlyFacet);
  if (!request.connected) return;
  auto& facets = *request.connected ? query.some_facet : query.no_facet;
  for (std::string const& slug : request.connected_integrations)
    facets.push_back(store::facet_of(IntegrationSlug{slug}));
}

bool finds_nothing(SearchRequest const& request) {
  return request.connected == true && request.connected_integrations.empty();
}

SearchHit hit_of(Tool const& tool, SearchRequest const& request) {
  SearchHit hit;
  hit.kind = SearchHit::Kind::tool;
  hit.slug = tool.slug.text;
  hit.name = tool.name;
  hit.description = tool.description;
  hit.integration = tool.integration;
  hit.is_connected = holds(request.connected_integrations, tool.integration.text);
  hit.hints = hints_of(tool);
  return hit;
}

SearchHit hit_of(Integration const& integration, SearchRequest const& request) {
  SearchHit hit;
  hit.kind = SearchHit::Kind::integration;
  hit.slug = integration.slug.text;
  hit.name = integration.name;
  hit.description = integration.description;
  hit.integration = integration.slug;
  hit.is_connected = holds(request.connected_integrations, integration.slug.text);
  return hit;
}

SearchPlan plan_of(CatalogAccount& account, std::vector<std::string> const& words, Lexicon const& lexicon) {
  return plan_search(words, lexicon, [&](std::string const& word) {
    return account.store->index().has_word(word).value_or(false);
  });
}

/// Takes the query less and less strictly, until there are `enough` finds.
template <class Find>
Result<store::IndexMatches> relaxed(SearchPlan const& plan, SearchRequest const& request, std::int64_t enough,
                                    Find find) {
  store::IndexMatches matches;
  for (store::IndexQuery& query : relaxations_of(plan)) {
    query.keep = kReranked + request.limit;
    apply_filters(request, query);
    AGENTA_TRY(matches, find(query));
    if (matches.total >= enough) break;
  }
  return matches;
}

std::vector<std::int64_t> ids_of(store::IndexMatches const& matches) {
  std::vector<std::int64_t> ids;
  for (store::IndexMatch const& match : matches.best) ids.push_back(match.id);
  return ids;
}

/// Best first; what fits equally well in the order it came.
void rank(SearchResult& result, std::size_t limit) {
  std::ranges::stable_sort(result.items, std::ranges::greater{}, &SearchHit::score);
  if (result.items.size() > limit) result.items.resize(limit);
}

}  // namespace

Result<std::shared_ptr<Lexicon const>> ToolSearch::lexicon_of(CatalogAccount& account) {
  std::uint64_t const generation = account.store->generation();
  auto known = account.lexicon.with([](auto const& lexicon) { return lexicon; });
  if (known && known->generation() == generation) return known;
  Lexicon::Source source;
  AGENTA_TRY(source.words, account.store->index().list_words());
  AGENTA_TRY(source.services, account.store->index().list_services());
  AGENTA_TRY(auto const counts, account.store->counts());
  source.tools = counts.tools;
  source.generation = generation;
  auto fresh = std::make_shared<Lexicon const>(std::move(source));
  account.lexicon.with([&](auto& lexicon) { lexicon = fresh; });
  return std::shared_ptr<Lexicon const>{fresh};
}

/// While not every tool is here, fetches those of the integrations that the query names, or else what the
/// provider finds. Whether everything is here. What cannot be fetched is done without.
Result<bool> ToolSearch::fill_gaps(CatalogAccount& account, ProviderCall const& call,
                                   SearchRequest const& request, std::vector<std::string> const& words) {
  AGENTA_TRY(auto const counts, account.store->counts());
  if (counts.unfetched == 0) return true;
  if (request.network == Network::no) return false;
  std::vector<std::string> named;
  auto const name = [&](std::string const& slug) -> Result<void> {
    AGENTA_TRY(auto const integration, account.store->find_integration(slug));
    if (integration && !holds(named, slug) && named.size() < kMostFetchedFirst) named.push_back(slug);
    return {};
  };
  if (!request.integration.empty()) AGENTA_CHECK(name(request.integration));
  for (std::size_t i = 0; i < words.size(); ++i) {
    AGENTA_CHECK(name(words[i]));
    if (i + 1 < words.size()) AGENTA_CHECK(name(words[i] + words[i + 1]));
    if (i + 1 < words.size()) AGENTA_CHECK(name(words[i] + "_" + words[i + 1]));
  }
  for (std::string const& slug : named) {
    (void)catalog_.ensure_tools(account, call, IntegrationSlug{slug}, request.network);
  }
  if (named.empty()) (void)catalog_.fetch().tools_found(account, call, telling_words(words));
  return false;
}

Result<void> ToolSearch::find_tools(CatalogAccount& account, SearchRequest const& request,
                                    std::vector<std::string> const& words, Lexicon const& lexicon,
                                    SearchResult& into) {
  auto const find = [&](store::IndexQuery const& query) { return account.store->index().find_tools(query); };
  AGENTA_TRY(auto const matches, relaxed(plan_of(account, words, lexicon), request, kEnough, find));
  AGENTA_TRY(auto const tools, account.store->tools_by_id(ids_of(matches)));
  std::string const whole = only_letters(request.words);
  for (std::size_t i = 0; i < tools.size(); ++i) {
    if (tools[i].slug.empty()) continue;
    SearchHit hit = hit_of(tools[i], request);
    hit.score = kIndexShare * matches.best[i].score + kFame * fame_of(tools[i].integration.text) +
                kExact * exactness(tools[i], words);
    if (hit.is_connected) hit.score += kConnected;
    if (holds(tools[i].tags, "important")) hit.score += kImportant;
    if (only_letters(tools[i].slug.text) == whole) hit.score = 1;
    if (tools[i].deprecated) hit.score -= kDeprecated;
    hit.score = std::clamp(hit.score, 0.0, 1.0);
    into.items.push_back(std::move(hit));
  }
  into.total += matches.total;
  return {};
}

Result<void> ToolSearch::find_integrations(CatalogAccount& account, SearchRequest const& request,
                                           std::vector<std::string> const& words, Lexicon const& lexicon,
                                           SearchResult& into) {
  auto const find = [&](store::IndexQuery const& query) {
    return account.store->index().find_integrations(query);
  };
  AGENTA_TRY(auto const matches, relaxed(plan_of(account, words, lexicon), request, 1, find));
  AGENTA_TRY(auto const integrations, account.store->integrations_by_id(ids_of(matches)));
  std::string const whole = only_letters(request.words);
  // Beside tools, an integration comes first where it is what the query names, and last otherwise.
  double const share = request.kind ? kIndexShare : kIndexShare / 2;
  for (std::size_t i = 0; i < integrations.size(); ++i) {
    if (integrations[i].slug.empty()) continue;
    SearchHit hit = hit_of(integrations[i], request);
    hit.score = share * matches.best[i].score + kServiceFame * fame_of(hit.slug);
    if (hit.is_connected) hit.score += kConnected;
    if (only_letters(hit.slug) == whole || only_letters(hit.name) == whole) hit.score = 1;
    hit.score = std::min(hit.score, 1.0);
    into.items.push_back(std::move(hit));
  }
  into.total += matches.total;
  return {};
}

/// Puts what the provider's own search finds among ours: its best beside our best, each next a little lower.
Result<void> ToolSearch::add_remote(CatalogAccount& account, ProviderCall const& call,
                                    SearchRequest const& request, SearchResult& into) {
  constexpr double kFirst = 0.97;
  constexpr double kStep = 0.03;
  AGENTA_TRY(auto const found, provider_.find_tools(call, request.user_id, request.words));
  std::vector<ToolSlug> missing;
  for (ToolSlug const& slug : found) {
    AGENTA_TRY(auto const kept, account.store->find_tool(slug.text));
    if (!kept) missing.push_back(slug);
  }
  if (!missing.empty()) (void)catalog_.fetch().tools_named(account, call, missing);
  double score = kFirst;
  for (ToolSlug const& slug : found) {
    AGENTA_TRY(auto const kept, account.store->find_tool(slug.text));
    if (!kept) continue;
    SearchHit hit = hit_of(kept->value, request);
    bool const fits =
        (request.integration.empty() || equal_ignoring_case(request.integration, hit.integration.text)) &&
        (!request.read_only || hit.hints.read_only) &&
        (!request.connected || *request.connected == hit.is_connected);
    if (!fits) continue;
    hit.score = score;
    score = std::max(score - kStep, 0.0);
    auto const ours = std::ranges::find_if(into.items, [&](SearchHit const& each) {
      return each.kind == SearchHit::Kind::tool && equal_ignoring_case(each.slug, slug.text);
    });
    if (ours != into.items.end()) {
      ours->score = std::max(ours->score, hit.score);
    } else {
      into.items.push_back(std::move(hit));
      ++into.total;
    }
  }
  return {};
}

Result<Known<SearchResult>> ToolSearch::search(ProviderCall const& call, SearchRequest const& request) {
  if (trim(request.words).empty())
    return fail(ErrorCode::invalid_request, "a search needs a word to look for",
                {"agenta-tools", "integrations", "list"});
  if (request.words.size() > kMostQuery)
    return fail(ErrorCode::invalid_request, "a search takes at most 500 bytes of words");
  AGENTA_TRY(auto const account, catalog_.account(call.access));
  Known<SearchResult> known;
  AGENTA_TRY(known.stale, catalog_.ensure_list(*account, call, request.network));
  if (!request.integration.empty()) {
    AGENTA_TRY(auto const integration, account->store->find_integration(request.integration));
    if (!integration)
      AGENTA_CHECK(catalog_.integration(call, IntegrationSlug{request.integration}, request.network));
  }
  auto const words = account->store->index().split_words(request.words);
  bool const wants_tools = request.kind != SearchHit::Kind::integration;
  if (wants_tools) {
    AGENTA_TRY(known.value.complete, fill_gaps(*account, call, request, words));
    if (!known.value.complete && request.network == Network::yes)
      catalog_.want_refresh(*account, call.access);
  }
  if (!finds_nothing(request) && !words.empty()) {
    AGENTA_TRY(auto const lexicon, lexicon_of(*account));
    if (request.kind != SearchHit::Kind::tool) {
      AGENTA_CHECK(find_integrations(*account, request, words, *lexicon, known.value));
    }
    if (wants_tools) AGENTA_CHECK(find_tools(*account, request, words, *lexicon, known.value));
  }
  if (request.remote && wants_tools) AGENTA_CHECK(add_remote(*account, call, request, known.value));
  rank(known.value, request.limit);
  return known;
}

}  // namespace agenta::daemon
