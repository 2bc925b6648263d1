#include <algorithm>
#include <array>
#include <cstdint>

#include "daemon/sandbox/tool_session.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

constexpr std::array<std::string_view, 28> kSmallWords{
    "a",  "an", "and", "at", "by", "do",  "for",  "from", "how",  "i",  "in", "into", "is",   "it",
    "me", "my", "of",  "on", "or", "our", "that", "the",  "this", "to", "up", "us",   "with", "your"};

// A name says more than a description, which speaks of other things too.
constexpr int kInSlug = 30;
constexpr int kInText = 8;
constexpr int kUnasked = 2;  // for each word of the slug that nobody asked for

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// The words of a lower-case text.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    auto const begin = std::ranges::find_if(text, is_letter);
    auto const end = std::find_if_not(begin, text.end(), is_letter);
    if (begin != end) words.emplace_back(begin, end);
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  }
  return words;
}

/// Without the ending of a plural: `issues` asks for an issue.
std::string_view stem_of(std::string_view word) {
  if (word.size() > 3 && word.ends_with('s') && !word.ends_with("ss")) word.remove_suffix(1);
  return word;
}

/// What a search is about, each word once.
std::vector<std::string_view> asked_words(std::string_view lower) {
  std::vector<std::string_view> asked;
  for (auto const word : words_of(lower)) {
    auto const stem = stem_of(word);
    if (std::ranges::find(kSmallWords, word) == kSmallWords.end() &&
        std::ranges::find(asked, stem) == asked.end())
      asked.push_back(stem);
  }
  return asked;
}

/// Whether a word of `text` is `stem`, or its plural.
bool has_word(std::string_view text, std::string_view stem) {
  for (std::size_t at = text.find(stem); at != std::string_view::npos; at = text.find(stem, at + 1)) {
    if (at > 0 && is_letter(text[at - 1])) continue;
    std::string_view rest = text.substr(at + stem.size());
    if (rest.starts_with('s')) rest.remove_prefix(1);
    if (rest.empty() || !is_letter(rest.front())) return true;
  }
  return false;
}

int score_of(Tool const& tool, std::vector<std::string_view> const& asked) {
  std::string_view const haystack{tool.haystack};
  std::string_view const slug = haystack.substr(0, tool.slug.size());
  int score = 0;
  int met = 0;
  for (auto const word : asked) {
    if (has_word(slug, word)) {
      score += kInSlug;
      ++met;
    } else if (has_word(haystack.substr(slug.size()), word)) {
      score += kInText;
    }
  }
  if (met == 0) return score;
  return score - kUnasked * std::max(0, static_cast<int>(words_of(slug).size()) - met);
}

}  // namespace

bool ToolSession::admits(Toolkit const& toolkit) const {
  return (std::ranges::find(toolkits, toolkit.slug) != toolkits.end()) == only_named;
}

std::vector<Tool const*> search_tools(Catalog const& catalog, ToolSession const& session,
                                      std::vector<std::string> const& among, std::string_view words,
                                      std::size_t most) {
  std::string const lower = to_lower(words);
  auto const asked = asked_words(lower);
  struct Find {
    int score = 0;
    Tool const* tool = nullptr;
  };
  std::vector<Find> finds;
  for (auto const& toolkit : catalog.toolkits()) {
    bool const is_meant = among.empty() || std::ranges::find(among, toolkit.slug) != among.end();
    if (!is_meant || !session.admits(toolkit)) continue;
    for (auto const index : toolkit.tools) {
      auto const& tool = catalog.tools()[index];
      if (!tool.deprecated) finds.push_back({score_of(tool, asked), &tool});
    }
  }
  std::ranges::stable_sort(finds, std::ranges::greater{}, &Find::score);
  std::vector<Tool const*> best;
  for (std::size_t at = 0; at < std::min(most, finds.size()); ++at) best.push_back(finds[at].tool);
  return best;
}

}  // namespace agenta::daemon::sandbox
