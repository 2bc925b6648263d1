#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/core/lexicon.hpp"
#include "daemon/store/tool_index.hpp"

namespace agenta::daemon {

/// A query, understood: its words without those that say nothing, each with its other forms, and weighted by
/// how much it tells.
struct SearchPlan {
  enum class Role {
    service,  ///< names an integration, and hardly anything else
    telling,  ///< narrows much down
    common,   ///< what many tools do
    guessed,  ///< a beginning or a mended word: may be wrong
    unheard,  ///< nothing here is called so
  };
  struct Term {
    store::IndexTerm term{};
    Role role = Role::telling;
  };
  std::vector<Term> terms{};
};

/// `words` are folded to lower case. `is_written`: whether the word stands anywhere, in a description too;
/// asked only of words that nothing is called.
SearchPlan plan_search(std::vector<std::string> const& words, Lexicon const& lexicon,
                       std::function<bool(std::string const& word)> const& is_written);

/// The same query, asked for less and less strictly; each finds what the one before it found.
std::vector<store::IndexQuery> relaxations_of(SearchPlan const& plan);

}  // namespace agenta::daemon
