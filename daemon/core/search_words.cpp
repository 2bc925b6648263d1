#include "daemon/core/search_words.hpp"

#include <algorithm>
#include <array>

namespace agenta::daemon {
namespace {

/// Words that stand for others. They widen a search and never replace the word that was typed: many are
/// names of integrations too (`make`, `close`, `bill`, `box`), and what has the word itself comes first. Only
/// words that are interchangeable when looking for a tool; inflected forms need no entry.
struct Group {
  std::string_view words{};      ///< separated by spaces
  std::string_view stand_for{};  ///< likewise; two words that belong together are joined by `+`
  bool both_ways = false;        ///< all of them stand for each other
};

constexpr std::array kGroups{
    // Verbs.
    Group{"create", "add insert", true},
    Group{"new make open raise write compose generate register declare book schedule", "create"},
    Group{"update", "edit modify change patch", true},
    Group{"alter adjust amend revise rename set", "update"},
    Group{"delete", "remove", true},
    Group{"erase destroy discard wipe purge cancel bin", "delete"},
    Group{"delete remove", "archive"},
    Group{"get", "retrieve fetch read", true},
    Group{"show see display view check browse", "get list"},
    Group{"list", "get"},
    Group{"find", "search", true},
    Group{"look lookup locate", "find"},
    Group{"send", "post", true},
    Group{"publish submit", "post create"},
    Group{"answer respond", "reply"},
    Group{"copy", "duplicate clone", true},
    Group{"run", "execute", true},
    Group{"launch kick restart rerun retry", "start trigger run"},
    Group{"done finish resolve", "close complete"},
    Group{"silence", "mute"},
    Group{"invite", "add"},
    Group{"follow", "subscribe"},
    Group{"bookmark favorite favourite", "star"},
    Group{"verify", "validate", true},
    Group{"charge pay", "payment"},
    // Nouns.
    Group{"ticket bug defect", "issue"},
    Group{"pr", "pull+request"},
    Group{"mr", "merge+request"},
    Group{"repository", "repo", true},
    Group{"email", "mail", true},
    Group{"email mail inbox", "message"},
    Group{"msg dm", "message"},
    Group{"appointment meeting", "event"},
    Group{"row", "record", true},
    Group{"sheet", "spreadsheet", true},
    Group{"image", "picture photo", true},
    Group{"user", "member", true},
    Group{"teammate colleague coworker person people", "user contact"},
    Group{"customer", "client", true},
    Group{"note remark", "comment"},
    Group{"label", "tag", true},
    Group{"todo", "task"},
    Group{"song", "track"},
    Group{"deal", "opportunity", true},
    Group{"vacation pto", "time+off"},
    Group{"tts", "text+speech"},
    Group{"money+back", "refund"},
    Group{"text+message", "sms"},
    // Abbreviations.
    Group{"organization", "org organisation", true},
    Group{"db", "database"},
    Group{"doc", "document"},
    Group{"env", "environment"},
    Group{"var", "variable"},
    Group{"cal", "calendar"},
    Group{"k8s", "kubernetes"},
    Group{"gh", "github"},
    Group{"yt", "youtube"},
    Group{"hn", "hackernews"},
    Group{"gcal", "googlecalendar"},
    Group{"gdrive", "googledrive"},
    Group{"gsheet", "googlesheets"},
};

/// Sorted.
constexpr std::array<std::string_view, 77> kStopWords{
    "a",    "am",     "an",    "and",      "any",       "are",       "as",       "at",   "be",   "been",
    "by",   "can",    "could", "did",      "do",        "does",      "for",      "from", "give", "had",
    "has",  "have",   "he",    "how",      "i",         "in",        "into",     "is",   "it",   "its",
    "let",  "me",     "my",    "need",     "now",       "of",        "on",       "or",   "our",  "please",
    "she",  "should", "some",  "somebody", "someone",   "something", "tell",     "that", "the",  "their",
    "them", "these",  "they",  "this",     "those",     "to",        "tomorrow", "us",   "via",  "want",
    "was",  "we",     "were",  "what",     "when",      "where",     "which",    "who",  "whom", "whose",
    "why",  "will",   "with",  "would",    "yesterday", "you",       "your"};
static_assert(std::ranges::is_sorted(kStopWords));

constexpr double kSame = 0.8;   // stands for it both ways
constexpr double kMaybe = 0.7;  // may be what is meant

/// The best known services, best known first.
constexpr std::array<std::string_view, 55> kFamous{
    "gmail",      "github",      "slack",      "googlecalendar",  "notion",     "googledrive", "googlesheets",
    "stripe",     "jira",        "linear",     "outlook",         "hubspot",    "salesforce",  "googledocs",
    "trello",     "asana",       "discord",    "microsoft_teams", "zoom",       "gitlab",      "airtable",
    "clickup",    "monday",      "shopify",    "zendesk",         "intercom",   "dropbox",     "one_drive",
    "sharepoint", "bitbucket",   "confluence", "figma",           "sentry",     "twilio",      "sendgrid",
    "mailchimp",  "telegram",    "whatsapp",   "youtube",         "twitter",    "linkedin",    "reddit",
    "spotify",    "googletasks", "googlemeet", "calendly",        "quickbooks", "xero",        "paypal",
    "pagerduty",  "datadog",     "supabase",   "vercel",          "pipedrive",  "todoist"};

/// Calls `see` with each word of a list.
template <class See>
void each_word(std::string_view list, See see) {
  while (!list.empty()) {
    auto const end = std::min(list.find(' '), list.size());
    see(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

bool lists(std::string_view list, std::string_view word) {
  bool found = false;
  each_word(list, [&](std::string_view each) { found = found || each == word; });
  return found;
}

}  // namespace

bool is_stop_word(std::string_view word) { return std::ranges::binary_search(kStopWords, word); }

std::vector<Synonym> synonyms_of(std::string_view word) {
  std::vector<Synonym> found;
  auto const add = [&](std::string_view list, double quality) {
    each_word(list, [&](std::string_view each) {
      if (each != word) found.push_back({.word = each, .quality = quality});
    });
  };
  for (Group const& group : kGroups) {
    bool const is_among = lists(group.words, word);
    if (is_among) add(group.stand_for, group.both_ways ? kSame : kMaybe);
    if (!group.both_ways) continue;
    bool const is_other = lists(group.stand_for, word);
    if (is_other) add(group.words, kSame);
    if (is_other) add(group.stand_for, kSame);
  }
  return found;
}

double fame_of(std::string_view integration) {
  auto const at = std::ranges::find(kFamous, integration);
  auto const place = static_cast<double>(at - kFamous.begin());
  return 1 - place / static_cast<double>(kFamous.size());
}

}  // namespace agenta::daemon
