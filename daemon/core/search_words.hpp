#pragma once

#include <string_view>
#include <vector>

namespace agenta::daemon {

/// Words of a query that say nothing of what is looked for: `a`, `the`, `please`. Lower case.
bool is_stop_word(std::string_view word);

/// A word that stands for another in the names of tools.
struct Synonym {
  std::string_view word{};
  double quality = 0;  ///< how surely: 1 would be the word itself
};
/// Other words for `word` (lower case), those that name tools most often first; empty where there are none.
std::vector<Synonym> synonyms_of(std::string_view word);

/// How likely somebody who names no integration means this one: 1 for the best known, 0 for most. Only
/// settles what would be a tie.
double fame_of(std::string_view integration);

}  // namespace agenta::daemon
