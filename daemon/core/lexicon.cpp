#include "daemon/core/lexicon.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <utility>

namespace agenta::daemon {
namespace {

constexpr std::size_t kLongest = 32;  // of a word whose spelling is worth mending
constexpr std::size_t kMostCorrections = 3;

/// Damerau–Levenshtein distance (adjacent letters may be exchanged), or `limit + 1` where it is more.
int distance_within(std::string_view a, std::string_view b, int limit) {
  auto const difference = static_cast<int>(a.size()) - static_cast<int>(b.size());
  if (std::abs(difference) > limit || a.size() > kLongest || b.size() > kLongest) return limit + 1;
  std::array<std::array<int, kLongest + 1>, 3> rows{};
  auto* before_last = &rows[0];
  auto* last = &rows[1];
  auto* row = &rows[2];
  for (std::size_t j = 0; j <= b.size(); ++j) (*last)[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    (*row)[0] = static_cast<int>(i);
    int best = (*row)[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      int const same = a[i - 1] == b[j - 1] ? 0 : 1;
      int cost = std::min({(*last)[j] + 1, (*row)[j - 1] + 1, (*last)[j - 1] + same});
      bool const exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) cost = std::min(cost, (*before_last)[j - 2] + 1);
      (*row)[j] = cost;
      best = std::min(best, cost);
    }
    if (best > limit) return limit + 1;
    auto* const spare = before_last;
    before_last = last;
    last = row;
    row = spare;
  }
  return (*last)[b.size()];
}

bool begins_alike(std::string_view a, std::string_view b) {
  return a[0] == b[0] || a[1] == b[1] || a[0] == b[1] || a[1] == b[0];
}

}  // namespace

Lexicon::Lexicon(Source source) : source_(std::move(source)) { std::ranges::sort(source_.services); }

bool Lexicon::is_service(std::string_view words) const {
  return std::ranges::binary_search(source_.services, words, std::ranges::less{});
}

store::IndexWord const* Lexicon::find(std::string_view word) const {
  auto const at = std::ranges::lower_bound(source_.words, word, {}, &store::IndexWord::word);
  return at != source_.words.end() && at->word == word ? &*at : nullptr;
}

bool Lexicon::has_beginning(std::string_view beginning) const {
  auto const at = std::ranges::lower_bound(source_.words, beginning, {}, &store::IndexWord::word);
  return at != source_.words.end() && at->word.starts_with(beginning);
}

std::vector<std::string> Lexicon::corrections(std::string_view word) const {
  constexpr std::size_t kShortest = 3;
  constexpr std::size_t kShort = 5;
  if (word.size() < kShortest || word.size() > kLongest) return {};
  int limit = word.size() <= kShort ? 1 : 2;
  std::vector<store::IndexWord const*> found;
  for (store::IndexWord const& each : source_.words) {
    if (each.word.size() < kShortest || !begins_alike(word, each.word)) continue;
    int const distance = distance_within(word, each.word, limit);
    if (distance > limit) continue;
    if (distance < limit) found.clear();
    limit = distance;
    found.push_back(&each);
  }
  std::ranges::sort(found, std::ranges::greater{}, [](auto const* each) { return each->rows; });
  std::vector<std::string> words;
  for (auto const* each : found) {
    if (words.size() < kMostCorrections) words.push_back(each->word);
  }
  return words;
}

double Lexicon::weight_of(std::int64_t rows) const {
  double const all = std::log(2.0 + static_cast<double>(source_.tools));
  return std::log((2.0 + static_cast<double>(source_.tools)) / (1.0 + static_cast<double>(rows))) / all;
}

}  // namespace agenta::daemon
