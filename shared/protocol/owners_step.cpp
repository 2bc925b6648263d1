#include "shared/protocol/owners_step.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "shared/base/shell_words.hpp"

namespace agenta::protocol {
namespace {

struct OwnersCommand {
  std::string_view noun;
  std::string_view verb;  ///< empty: all of the noun's
};

// What is refused over a session's socket, of what steps name.
constexpr std::array kOwners{
    OwnersCommand{"approvals", ""},     OwnersCommand{"policy", ""},
    OwnersCommand{"connect", ""},       OwnersCommand{"disconnect", ""},
    OwnersCommand{"connections", ""},   OwnersCommand{"login", ""},
    OwnersCommand{"logout", ""},        OwnersCommand{"whoami", ""},
    OwnersCommand{"daemon", ""},        OwnersCommand{"sandbox", ""},
    OwnersCommand{"batch", ""},         OwnersCommand{"proxy", ""},
    OwnersCommand{"session", ""},       OwnersCommand{"integrations", "refresh"},
    OwnersCommand{"tools", "check"},    OwnersCommand{"history", "export"},
    OwnersCommand{"history", "verify"}, OwnersCommand{"history", "gc"},
};

/// The command's own words, without the flags before them that say where it is taken.
std::vector<std::string_view> words_of(std::vector<std::string> const& step) {
  std::vector<std::string_view> words;
  if (step.empty() || step.front() != "agenta-tools") return words;
  for (std::size_t i = 1; i < step.size(); ++i) {
    bool const is_leading_flag = words.empty() && step[i].starts_with("--");
    if (!is_leading_flag) words.emplace_back(step[i]);
    if (is_leading_flag && step[i] == "--project") ++i;
  }
  return words;
}

}  // namespace

bool is_owners_step(std::vector<std::string> const& step) {
  auto const words = words_of(step);
  if (words.empty()) return false;
  std::string_view const verb = words.size() > 1 ? words[1] : std::string_view{};
  bool const is_list = words[0] == "connections" && (verb.empty() || verb == "list");
  bool const is_own = words[0] == "session" && verb == "show" && words.size() == 2;
  if (is_list || is_own) return false;
  return std::ranges::any_of(kOwners, [&](OwnersCommand const& each) {
    return each.noun == words[0] && (each.verb.empty() || each.verb == verb);
  });
}

std::string ask_owner_text(std::vector<std::string> const& step) {
  return "ask whoever runs the session: `" + shell_words(step) + "`";
}

Error told_inside(Error error) {
  if (!is_owners_step(error.next_step)) return error;
  error.message += "; " + ask_owner_text(error.next_step);
  error.next_step.clear();
  return error;
}

}  // namespace agenta::protocol
