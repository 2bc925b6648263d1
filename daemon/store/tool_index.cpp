#include "daemon/store/tool_index.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "daemon/store/state.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {
namespace {

/// How much a word counts by the column it is found in. The first is the name of the thing: how little else
/// it says counts too.
struct Columns {
  std::array<double, 5> weights{};
  int naming = 0;
};
constexpr Columns kToolColumns{{1.0, 1.0, 0.85, 0.35, 0.0}, 0};
constexpr Columns kIntegrationColumns{{1.0, 1.0, 0.45, 0.35, 0.0}, 1};

/// Of a row's score, what depends on how much of its name was asked for.
constexpr double kNameShare = 0.25;

/// What the scoring function needs of the query that is running.
struct Plan {
  struct Phrase {
    std::optional<std::size_t> term{};  ///< none: it filters
    double quality = 0;
  };
  Columns const* columns = nullptr;
  std::vector<Phrase> phrases{};  ///< in the order of the expression
  std::vector<double> weights{};
  double total_weight = 0;
};

std::string quote_word(std::string_view word) { return "\"" + replace_all(word, "\"", "\"\"") + "\""; }

/// Writes the expression of FTS5, and the plan in step with it.
class ExpressionWriter {
 public:
  explicit ExpressionWriter(Plan& plan) : plan_(plan) {}

  /// Any of the term's forms.
  std::string forms_of(IndexTerm const& term) {
    std::size_t const number = plan_.weights.size();
    plan_.weights.push_back(term.weight);
    plan_.total_weight += term.weight;
    std::string any;
    for (IndexTerm::Form const& form : term.forms) {
      if (!any.empty()) any += " OR ";
      any += quote_word(form.word) + (form.prefix ? "*" : "");
      plan_.phrases.push_back({.term = number, .quality = form.quality});
    }
    return any;
  }
  std::string one_of(std::vector<std::string> const& facets) {
    std::string any;
    for (std::string const& name : facets) {
      any += (any.empty() ? "" : " OR ") + ("facets:" + quote_word(name));
      plan_.phrases.push_back({});
    }
    return any;
  }

 private:
  Plan& plan_;
};

std::string write_expression(IndexQuery const& query, Plan& plan) {
  ExpressionWriter out{plan};
  std::string text;
  auto const both = [&](std::string const& part) { text += (text.empty() ? "(" : " AND (") + part + ")"; };
  std::string one_of;
  for (IndexTerm const& term : query.terms) {
    if (term.forms.empty() || term.need != IndexTerm::Need::one_of) continue;
    one_of += (one_of.empty() ? "" : " OR ") + out.forms_of(term);
  }
  if (!one_of.empty()) both(one_of);
  for (IndexTerm const& term : query.terms) {
    if (term.forms.empty() || term.need == IndexTerm::Need::one_of) continue;
    std::string forms = out.forms_of(term);
    // What every row has makes a term optional, and costs next to nothing beside the terms that are not.
    if (term.need == IndexTerm::Need::optional) forms += " OR " + out.one_of({"all0"});
    both(forms);
  }
  for (std::string const& name : query.every_facet) both(out.one_of({name}));
  if (!query.some_facet.empty()) both(out.one_of(query.some_facet));
  if (!query.no_facet.empty()) text = "(" + text + ") NOT (" + out.one_of(query.no_facet) + ")";
  return text;
}

/// The row at which `fts` stands, against the plan: from 0 to 1.
double score_row(Fts5ExtensionApi const& api, Fts5Context* fts, Plan const& plan) {
  constexpr std::size_t kMostTerms = 32;
  std::array<double, kMostTerms> covered{};
  std::array<double, kMostTerms> named{};
  auto const phrases = std::min(static_cast<std::size_t>(api.xPhraseCount(fts)), plan.phrases.size());
  for (std::size_t i = 0; i < phrases; ++i) {
    Plan::Phrase const& phrase = plan.phrases[i];
    if (!phrase.term || *phrase.term >= kMostTerms) continue;
    Fts5PhraseIter at{};
    int column = -1;
    int const found = api.xPhraseFirstColumn(fts, static_cast<int>(i), &at, &column);
    for (; found == SQLITE_OK && column >= 0; api.xPhraseNextColumn(fts, &at, &column)) {
      auto const index = static_cast<std::size_t>(column);
      if (index >= plan.columns->weights.size()) continue;
      double const quality = phrase.quality * plan.columns->weights[index];
      covered[*phrase.term] = std::max(covered[*phrase.term], quality);
      if (column == plan.columns->naming) named[*phrase.term] = std::max(named[*phrase.term], phrase.quality);
    }
  }
  double sum = 0;
  double name = 0;
  for (std::size_t term = 0; term < std::min(kMostTerms, plan.weights.size()); ++term) {
    sum += plan.weights[term] * covered[term];
    name += named[term];
  }
  int size = 0;
  api.xColumnSize(fts, plan.columns->naming, &size);
  double const share = size > 0 ? std::min(1.0, name / size) : 0;
  return plan.total_weight > 0 ? sum / plan.total_weight * (1 - kNameShare + kNameShare * share) : 0;
}

void score(Fts5ExtensionApi const* api, Fts5Context* fts, sqlite3_context* context, int, sqlite3_value**) {
  auto const* const plan = *static_cast<Plan const* const*>(api->xUserData(fts));
  sqlite3_result_double(context, plan == nullptr ? 0 : score_row(*api, fts, *plan));
}

fts5_api* find_fts5(sqlite3* connection) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &statement, nullptr) != SQLITE_OK) return nullptr;
  sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
  sqlite3_step(statement);
  sqlite3_finalize(statement);
  return api;
}

/// The best of what is offered, kept in a heap whose front is the worst of them.
class Best {
 public:
  explicit Best(std::size_t keep) : keep_(keep) {}
  void offer(IndexMatch match) {
    if (matches_.size() == keep_ && !is_better(match, matches_.front())) return;
    if (matches_.size() == keep_) {
      std::ranges::pop_heap(matches_, is_better);
      matches_.pop_back();
    }
    matches_.push_back(match);
    std::ranges::push_heap(matches_, is_better);
  }
  std::vector<IndexMatch> take() && {
    std::ranges::sort(matches_, is_better);
    return std::move(matches_);
  }

 private:
  static bool is_better(IndexMatch const& a, IndexMatch const& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
  }
  std::size_t keep_;
  std::vector<IndexMatch> matches_{};
};

}  // namespace

struct ToolIndex::State {
  ~State() {
    if (tokenizer != nullptr) kind.xDelete(tokenizer);
  }
  Plan const* plan = nullptr;  ///< of the query that is running, under the database's lock
  fts5_tokenizer kind{};
  Fts5Tokenizer* tokenizer = nullptr;
  Statement find_tools{"SELECT rowid, relevance(tool_index) FROM tool_index WHERE tool_index MATCH ?1"};
  Statement find_integrations{
      "SELECT rowid, relevance(integration_index) FROM integration_index WHERE integration_index MATCH ?1"};
  Statement tool_words{"SELECT action, service FROM tools"};
  Statement services{"SELECT slug, name FROM integrations"};
  Statement any_row{"SELECT 1 FROM tool_index WHERE tool_index MATCH ?1 LIMIT 1"};
};

ToolIndex::ToolIndex(Database& database, std::unique_ptr<State> state)
    : database_(database), state_(std::move(state)) {}
ToolIndex::~ToolIndex() {
  Locked const db{database_};
  state_.reset();
}

Result<std::unique_ptr<ToolIndex>> ToolIndex::open(Database& database) {
  Locked db{database};
  auto state = std::make_unique<State>();
  fts5_api* const api = find_fts5(db.connection());
  if (api == nullptr) {
    return fail(ErrorCode::internal,
                "this build of SQLite has no full-text search (FTS5), which search needs");
  }
  int code = api->xCreateFunction(api, "relevance", static_cast<void*>(&state->plan), &score, nullptr);
  void* factory = nullptr;
  if (code == SQLITE_OK) code = api->xFindTokenizer(api, "unicode61", &factory, &state->kind);
  if (code == SQLITE_OK) code = state->kind.xCreate(factory, nullptr, 0, &state->tokenizer);
  if (code != SQLITE_OK) return fail(db.failure(code));
  return std::unique_ptr<ToolIndex>{new ToolIndex{database, std::move(state)}};
}

Result<IndexMatches> ToolIndex::find_tools(IndexQuery const& query) {
  return find(state_->find_tools, query);
}

Result<IndexMatches> ToolIndex::find_integrations(IndexQuery const& query) {
  return find(state_->find_integrations, query);
}

/// Without forms that are no single word: two in one would be a phrase, which the index does not keep.
IndexQuery ToolIndex::in_single_words(IndexQuery query) {
  std::vector<std::string> words;
  for (IndexTerm& term : query.terms) {
    std::erase_if(term.forms, [&](IndexTerm::Form const& form) {
      words.clear();
      split_into(words, form.word);
      return words.size() != 1;
    });
  }
  return query;
}

Result<IndexMatches> ToolIndex::find(Statement& statement, IndexQuery const& query) {
  Plan plan;
  plan.columns = &statement == &state_->find_tools ? &kToolColumns : &kIntegrationColumns;
  IndexMatches matches;
  Locked db{database_};
  std::string const expression = write_expression(in_single_words(query), plan);
  if (plan.weights.empty()) return matches;

  state_->plan = &plan;
  Best best{std::max<std::size_t>(query.keep, 1)};
  auto row = statement.use(db, expression);
  for (;;) {
    auto const found = row.next();
    if (!found || !*found) state_->plan = nullptr;
    if (!found) return fail(found.error());
    if (!*found) break;
    best.offer({.id = row.integer(0), .score = row.real(1)});
    ++matches.total;
  }
  matches.best = std::move(best).take();
  return matches;
}

namespace {

int take_word(void* context, int, char const* text, int size, int, int) {
  static_cast<std::vector<std::string>*>(context)->emplace_back(text, static_cast<std::size_t>(size));
  return SQLITE_OK;
}

}  // namespace

void ToolIndex::split_into(std::vector<std::string>& words, std::string_view text) {
  state_->kind.xTokenize(state_->tokenizer, static_cast<void*>(&words), FTS5_TOKENIZE_DOCUMENT, text.data(),
                         static_cast<int>(text.size()), &take_word);
}

std::vector<std::string> ToolIndex::split_words(std::string_view text) {
  Locked const db{database_};
  std::vector<std::string> words;
  split_into(words, text);
  return words;
}

Result<std::vector<IndexWord>> ToolIndex::list_words() {
  std::map<std::string, IndexWord> known;
  auto const see_tool = [&](std::vector<std::string> const& action, std::vector<std::string> const& service) {
    for (std::string const& word : std::set<std::string>{action.begin(), action.end()}) {
      IndexWord& entry = known[word];
      ++entry.rows;
      if (std::ranges::find(service, word) == service.end()) ++entry.actions;
    }
    for (std::string const& word : std::set<std::string>{service.begin(), service.end()}) {
      if (std::ranges::find(action, word) == action.end()) ++known[word].rows;
    }
  };
  {
    Locked db{database_};
    std::vector<std::string> action;
    std::vector<std::string> service;
    auto row = state_->tool_words.use(db);
    for (;;) {
      AGENTA_TRY(bool const found, row.next());
      if (!found) break;
      action.clear();
      service.clear();
      split_into(action, row.text(0));
      split_into(service, row.text(1));
      see_tool(action, service);
    }
  }
  // An integration whose tools are not here is a word all the same.
  AGENTA_TRY(auto const services, list_services());
  for (std::string const& service : services) {
    for (std::string const& word : split(service, ' ')) known[word];
  }
  std::vector<IndexWord> list;
  list.reserve(known.size());
  for (auto& [word, entry] : known) {
    entry.word = word;
    list.push_back(std::move(entry));
  }
  return list;
}

Result<std::vector<std::string>> ToolIndex::list_services() {
  Locked db{database_};
  std::vector<std::string> services;
  auto row = state_->services.use(db);
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return services;
    for (int const column : {0, 1}) {
      std::vector<std::string> words;
      split_into(words, row.text(column));
      if (!words.empty()) services.push_back(join(words, " "));
    }
  }
}

Result<bool> ToolIndex::has_word(std::string_view word) {
  Locked db{database_};
  return state_->any_row.use(db, quote_word(word)).next();
}

}  // namespace agenta::daemon::store
