#include "daemon/core/search_plan.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "daemon/core/search_words.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

using store::IndexTerm;
using store::IndexWord;
using Role = SearchPlan::Role;

constexpr double kBegun = 0.85;      // the beginning of a word
constexpr double kMaybeBegun = 0.7;  // the last word: whole, or still being typed
constexpr double kMended = 0.8;      // a misspelt word
/// A word below this tells little: that tools create or list things.
constexpr double kTelling = 0.35;
/// People are surest of the service; beside a rare noun it still counts less.
constexpr double kServiceWeight = 0.55;
/// A word that nothing here is called may still be in a description.
constexpr double kUnheardWeight = 0.2;
/// Who says `my` means what belongs to whoever is logged in.
constexpr double kOwnWeight = 0.08;
/// An integration called by a word that this many tools of others use is not named by that word alone.
constexpr std::int64_t kOrdinary = 15;
constexpr std::size_t kMostTerms = 12;
constexpr std::size_t kLongestService = 4;  // words

/// The word without what English adds to it; the index stems, the lexicon does not.
std::vector<std::string> bases_of(std::string const& word) {
  std::vector<std::string> bases{word};
  auto const cut = [&](std::string_view ending, std::string_view instead) {
    if (word.size() > ending.size() + 2 && word.ends_with(ending)) {
      bases.push_back(word.substr(0, word.size() - ending.size()).append(instead));
    }
  };
  cut("ies", "y");
  cut("es", "");
  cut("s", "");
  for (std::string_view const ending : {"ing", "ed"}) {
    cut(ending, "");
    cut(ending, "e");
    // `planning`, `stopped`: the doubled letter goes too.
    if (!word.ends_with(ending) || word.size() < ending.size() + 4) continue;
    std::string const stem = word.substr(0, word.size() - ending.size());
    if (stem[stem.size() - 1] == stem[stem.size() - 2]) bases.push_back(stem.substr(0, stem.size() - 1));
  }
  return bases;
}

void add_form(IndexTerm& term, std::string word, bool prefix, double quality) {
  auto const same = [&](IndexTerm::Form const& form) { return form.word == word && form.prefix == prefix; };
  if (std::ranges::any_of(term.forms, same)) return;
  term.forms.push_back({.word = std::move(word), .prefix = prefix, .quality = quality});
}

class TermWriter {
 public:
  TermWriter(Lexicon const& lexicon, std::function<bool(std::string const&)> const& is_written, bool is_last)
      : lexicon_(lexicon), is_written_(is_written), is_last_(is_last) {}

  SearchPlan::Term write(std::string const& word) {
    SearchPlan::Term out;
    add_form(out.term, word, false, 1);
    bool const is_known = see(out.term, word, 1);
    bool const is_guessed = !is_known && guess(out.term, word);
    if (is_known && is_last_ && word.size() > 1) add_form(out.term, word, true, kMaybeBegun);
    out.term.weight = is_known || is_guessed ? lexicon_.weight_of(rows_) : kUnheardWeight;
    out.role = is_guessed                    ? Role::guessed
               : !is_known                   ? Role::unheard
               : out.term.weight >= kTelling ? Role::telling
                                             : Role::common;
    return out;
  }

 private:
  /// Notes what the lexicon knows of the word, and adds its synonyms. Whether it knows anything.
  bool see(IndexTerm& term, std::string const& word, double quality) {
    bool is_known = false;
    for (std::string const& base : bases_of(word)) {
      if (IndexWord const* const entry = lexicon_.find(base)) {
        is_known = true;
        rows_ = std::max(rows_, entry->rows);
      }
      for (Synonym const& synonym : synonyms_of(base)) {
        std::string text{synonym.word};
        IndexWord const* const entry = lexicon_.find(text);
        if (entry == nullptr) continue;
        is_known = true;
        rows_ = std::max(rows_, entry->rows);
        add_form(term, std::move(text), false, quality * synonym.quality);
      }
    }
    return is_known;
  }

  bool guess(IndexTerm& term, std::string const& word) {
    if (word.size() > 1 && lexicon_.has_beginning(word)) {
      add_form(term, word, true, kBegun);
      return true;
    }
    if (is_written_(word)) return false;
    bool is_mended = false;
    for (std::string const& mended : lexicon_.corrections(word)) {
      add_form(term, mended, false, kMended);
      (void)see(term, mended, kMended);
      is_mended = true;
    }
    return is_mended;
  }

  Lexicon const& lexicon_;
  std::function<bool(std::string const&)> const& is_written_;
  bool is_last_;
  std::int64_t rows_ = 0;
};

/// What `word` is short for, where the catalogue knows that and knows it better than the word itself.
std::optional<std::vector<std::string>> find_long_form(std::string const& word, Lexicon const& lexicon) {
  constexpr std::size_t kShortForm = 3;
  IndexWord const* const own = lexicon.find(word);
  for (Synonym const& synonym : synonyms_of(word)) {
    auto parts = split(synonym.word, '+');
    bool const joins = parts.size() > 1 || word.find('+') != std::string::npos;
    if (!joins && (own != nullptr || word.size() > kShortForm)) continue;
    bool const is_better = std::ranges::all_of(parts, [&](std::string const& part) {
      IndexWord const* const entry = lexicon.find(part);
      return entry != nullptr && (own == nullptr || own->rows < entry->rows);
    });
    if (is_better) return parts;
  }
  return std::nullopt;
}

/// `pr` is what people type for two words, `money back` for one, and `gh` for a service.
std::vector<std::string> expand_short_forms(std::vector<std::string> const& words, Lexicon const& lexicon) {
  std::vector<std::string> expanded;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::optional<std::vector<std::string>> instead;
    if (i + 1 < words.size()) instead = find_long_form(words[i] + "+" + words[i + 1], lexicon);
    if (instead) {
      ++i;
    } else {
      instead = find_long_form(words[i], lexicon);
    }
    if (!instead) instead = std::vector<std::string>{words[i]};
    std::ranges::move(*instead, std::back_inserter(expanded));
  }
  return expanded;
}

/// How many of the words from `at` on name an integration together: 0 where they do not.
std::size_t service_length(std::vector<std::string> const& words, std::size_t at, Lexicon const& lexicon) {
  for (std::size_t length = std::min(kLongestService, words.size() - at); length > 0; --length) {
    std::string spaced;
    std::string joined;
    for (std::size_t i = at; i < at + length; ++i) {
      spaced += (i > at ? " " : "") + words[i];
      joined += words[i];
    }
    if (!lexicon.is_service(spaced) && !lexicon.is_service(joined)) continue;
    if (length > 1) return length;
    IndexWord const* const entry = lexicon.find(words[at]);
    bool const is_ordinary = entry != nullptr && entry->actions > kOrdinary;
    return is_ordinary || is_stop_word(words[at]) ? 0 : 1;
  }
  return 0;
}

/// Each of the words may stand for itself or, `hub spot`, for all of them in one.
void add_service(SearchPlan& plan, std::vector<std::string> const& words, std::size_t at, std::size_t length,
                 Lexicon const& lexicon) {
  std::string joined;
  for (std::size_t i = at; i < at + length; ++i) joined += words[i];
  for (std::size_t i = at; i < at + length; ++i) {
    SearchPlan::Term out;
    out.role = Role::service;
    add_form(out.term, words[i], false, 1);
    if (length > 1 && lexicon.find(joined) != nullptr) add_form(out.term, joined, false, 1);
    if (i + 1 == words.size() && length == 1) add_form(out.term, words[i], true, kMaybeBegun);
    out.term.weight = kServiceWeight / static_cast<double>(length);
    plan.terms.push_back(std::move(out));
  }
}

bool speaks_of_oneself(std::vector<std::string> const& words) {
  constexpr std::array<std::string_view, 5> kOwn{"my", "me", "i", "mine", "myself"};
  return std::ranges::find_first_of(words, kOwn) != words.end();
}

SearchPlan::Term own_term() {
  SearchPlan::Term out;
  out.role = Role::unheard;
  add_form(out.term, "authenticated", false, 1);
  add_form(out.term, "my", false, 1);
  add_form(out.term, "me", false, 1);
  out.term.weight = kOwnWeight;
  return out;
}

}  // namespace

SearchPlan plan_search(std::vector<std::string> const& typed, Lexicon const& lexicon,
                       std::function<bool(std::string const& word)> const& is_written) {
  auto const words = expand_short_forms(typed, lexicon);
  bool const all_stop = std::ranges::all_of(words, is_stop_word);
  SearchPlan plan;
  for (std::size_t at = 0; at < words.size() && plan.terms.size() < kMostTerms;) {
    std::size_t const length = service_length(words, at, lexicon);
    if (length > 0) {
      add_service(plan, words, at, length, lexicon);
      at += length;
      continue;
    }
    if (!is_stop_word(words[at]) || all_stop) {
      bool const is_last = at + 1 == words.size();
      plan.terms.push_back(TermWriter{lexicon, is_written, is_last}.write(words[at]));
    }
    ++at;
  }
  if (speaks_of_oneself(words) && !plan.terms.empty()) plan.terms.push_back(own_term());
  return plan;
}

std::vector<store::IndexQuery> relaxations_of(SearchPlan const& plan) {
  using Need = IndexTerm::Need;
  auto const has = [&](Role role) {
    return std::ranges::any_of(plan.terms, [&](auto const& term) { return term.role == role; });
  };
  std::vector<store::IndexQuery> queries;
  auto const add = [&](auto need_of) {
    store::IndexQuery query;
    bool narrows = false;
    for (SearchPlan::Term const& each : plan.terms) {
      query.terms.push_back(each.term);
      query.terms.back().need = need_of(each.role);
      narrows = narrows || query.terms.back().need != Need::optional;
    }
    auto const same = [&](store::IndexQuery const& other) {
      return std::ranges::equal(other.terms, query.terms, {}, &IndexTerm::need, &IndexTerm::need);
    };
    if (narrows && (queries.empty() || !same(queries.back()))) queries.push_back(std::move(query));
  };
  add([](Role role) { return role == Role::unheard ? Need::optional : Need::required; });
  add([](Role role) {
    return role == Role::service || role == Role::telling ? Need::required : Need::optional;
  });
  if (has(Role::service)) {
    add([](Role role) {
      if (role == Role::service) return Need::required;
      return role == Role::telling || role == Role::guessed ? Need::one_of : Need::optional;
    });
    add([](Role role) { return role == Role::service ? Need::required : Need::optional; });
  }
  add([](Role role) {
    return role == Role::common || role == Role::unheard ? Need::optional : Need::one_of;
  });
  add([](Role) { return Need::one_of; });
  return queries;
}

}  // namespace agenta::daemon
