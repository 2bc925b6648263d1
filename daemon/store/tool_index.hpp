#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/database.hpp"

namespace agenta::daemon::store {

class Locked;
class Statement;

/// One thing that was asked for, in every form that counts as it.
struct IndexTerm {
  struct Form {
    std::string word{};   ///< one word, as `split_words` gives it
    bool prefix = false;  ///< also the words that begin so
    double quality = 1;   ///< 1: the word itself; less for a synonym, a beginning, a correction
  };
  enum class Need {
    required,  ///< what does not have it is no find
    one_of,    ///< at least one of the terms that need is there
    optional,  ///< makes a find better
  };
  std::vector<Form> forms{};
  double weight = 1;  ///< how much it tells
  Need need = Need::required;
};

struct IndexQuery {
  std::vector<IndexTerm> terms{};
  std::vector<std::string> every_facet{};  ///< all of these
  std::vector<std::string> some_facet{};   ///< one of these; empty: no matter
  std::vector<std::string> no_facet{};     ///< none of these
  std::size_t keep = 50;                   ///< the best so many
};

struct IndexMatch {
  std::int64_t id = 0;  ///< of the row in `tools` or `integrations`
  double score = 0;     ///< from 0 to 1
};
struct IndexMatches {
  std::vector<IndexMatch> best{};  ///< best first
  std::int64_t total = 0;
};

/// A word of the names of tools and integrations.
struct IndexWord {
  std::string word{};
  std::int64_t rows = 0;     ///< tools that have it
  std::int64_t actions = 0;  ///< of these, those whose integration is not called so
};

/// Full-text search over tools and integrations (SQLite FTS5: words are stemmed and folded). The score of a
/// row says how much of the query it covers, where (an action's own words count most, a description's
/// least), and how little else its name says. Any thread.
class ToolIndex {
 public:
  /// `database` outlives the index; its connection gets the scoring function.
  static Result<std::unique_ptr<ToolIndex>> open(Database& database);
  ~ToolIndex();

  Result<IndexMatches> find_tools(IndexQuery const& query);
  Result<IndexMatches> find_integrations(IndexQuery const& query);

  /// The text's words as the index has them, folded to lower case without accents, not stemmed.
  std::vector<std::string> split_words(std::string_view text);
  /// Every word of the tools' actions and of the integrations' names, unstemmed, sorted; costs a walk over
  /// all tools.
  Result<std::vector<IndexWord>> list_words();
  /// What the integrations are called, each slug and name as its words: `google calendar`, `googlecalendar`.
  Result<std::vector<std::string>> list_services();
  /// Whether any row has the word, in whatever form.
  Result<bool> has_word(std::string_view word);

 private:
  struct State;
  ToolIndex(Database& database, std::unique_ptr<State> state);
  IndexQuery in_single_words(IndexQuery query);
  void split_into(std::vector<std::string>& words, std::string_view text);
  Result<IndexMatches> find(Statement& statement, IndexQuery const& query);

  Database& database_;
  std::unique_ptr<State> state_;
};

}  // namespace agenta::daemon::store
