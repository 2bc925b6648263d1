#include "cli/app/command_line.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/command/help_text.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

constexpr std::array<std::string_view, 14> kSecretFlags{
    "--api-key", "--apikey",        "--api_key",  "--key",    "--token", "--access-token", "--bearer-token",
    "--secret",  "--client-secret", "--password", "--passwd", "--pass",  "--credential",   "--credentials"};

/// The words before `--`.
std::span<std::string const> before_end(std::span<std::string const> words) {
  return words.first(static_cast<std::size_t>(std::ranges::find(words, "--") - words.begin()));
}

bool takes_value(std::string_view word) {
  return word == "--project" || word == "--timeout" || word == "--color";
}

bool is_global(std::string_view word) {
  constexpr std::array<std::string_view, 10> kFlags{"--json",     "--sandbox", "--quiet", "--verbose",
                                                    "--no-input", "--yes",     "-h",      "--no-autostart",
                                                    "--help",     "--version"};
  return takes_value(word.substr(0, word.find('='))) || std::ranges::find(kFlags, word) != kFlags.end();
}

/// The index of the first word from `at` on that is no flag and no flag's value; `words.size()` where there
/// is none. With `stop_at_own`, a flag that is not global ends the search.
std::size_t next_word(std::span<std::string const> words, std::size_t at, bool stop_at_own) {
  for (; at < words.size(); ++at) {
    std::string const& word = words[at];
    if (word == "--" || (stop_at_own && word.starts_with('-') && !is_global(word))) return words.size();
    if (!word.starts_with('-')) return at;
    if (takes_value(word)) ++at;
  }
  return words.size();
}

unexpected<Error> unknown(std::string const& what, std::string const& word,
                          std::vector<std::string> const& known, std::vector<std::string> next_step) {
  std::string message = what;
  if (auto const meant = nearest(word, known)) message += "; did you mean " + *meant + "?";
  return fail(ErrorCode::usage, std::move(message), std::move(next_step));
}

bool asks_for_help(std::span<std::string const> words) {
  return std::ranges::any_of(words, [](std::string const& word) { return word == "--help" || word == "-h"; });
}

/// What a bare noun does.
std::string_view default_verb(std::string_view noun) {
  if (noun == "daemon") return "status";
  return noun == "sandbox" ? "" : "list";
}

/// A verb that is called otherwise here, with how to say it.
struct Otherwise {
  std::string_view noun;
  std::string_view verb;
  std::string_view instead;  ///< its words behind the program's name; `$` is the word behind the verb
  std::string_view missing;  ///< what stands for `$` where there is no such word
};

constexpr std::array kOtherwise{
    Otherwise{"mcp", "uninstall", "mcp install $ --uninstall", "CLIENT"},
    Otherwise{"mcp", "remove", "mcp install $ --uninstall", "CLIENT"},
    Otherwise{"mcp", "add", "mcp install $", "CLIENT"},
};

/// Whether a command takes words of its own, and not flags alone.
bool takes_words(Command const& command) {
  Syntax syntax;
  auto const run = command.add(syntax);
  return std::ranges::any_of(syntax.entries(),
                             [](Entry const& entry) { return entry.kind == Entry::Kind::argument; });
}

unexpected<Error> unknown_verb(std::span<Command const> commands, std::string const& noun,
                               std::string const& verb, std::string const& next) {
  std::string const what = "there is no command " + noun + " " + verb;
  auto const other = std::ranges::find_if(
      kOtherwise, [&](Otherwise const& each) { return each.noun == noun && each.verb == verb; });
  if (other != kOtherwise.end()) {
    std::string const instead =
        replace_all(other->instead, "$", next.empty() ? std::string{other->missing} : next);
    std::vector<std::string> step{"agenta-tools"};
    for (std::string& word : split(instead, ' ')) step.push_back(std::move(word));
    if (next.empty()) step = {"agenta-tools", "help", "mcp", "install"};
    return fail(ErrorCode::usage, what + "; did you mean " + instead + "?", std::move(step));
  }
  std::vector<std::string> known;
  for (Command const& each : verbs_of(commands, noun)) {
    if (!each.verb.empty()) known.emplace_back(each.verb);
  }
  return unknown(what, verb, known, {"agenta-tools", "help", noun});
}

Command const* find(std::span<Command const> commands, std::string_view noun, std::string_view verb) {
  auto const found =
      std::ranges::find_if(commands, [&](Command const& c) { return c.noun == noun && c.verb == verb; });
  return found == commands.end() ? nullptr : &*found;
}

}  // namespace

bool asks_for_json(std::span<std::string const> words) {
  auto const flags = before_end(words);
  return std::ranges::find(flags, "--json") != flags.end();
}

Result<void> refuse_secret_flags(std::span<std::string const> words) {
  for (std::string const& word : before_end(words)) {
    std::string const flag = to_lower(word.substr(0, word.find('=')));
    if (std::ranges::find(kSecretFlags, flag) == kSecretFlags.end()) continue;
    return fail(ErrorCode::usage,
                flag +
                    " is not taken: a secret on the command line is seen by others and kept in the shell's "
                    "history. Use "
                    "`agenta-tools login` (it asks, or reads stdin), COMPOSIO_API_KEY, "
                    "COMPOSIO_API_KEY_FILE, or for a "
                    "connection --field NAME=@FILE, NAME=- or NAME=env:VAR",
                {"agenta-tools", "login"});
  }
  return {};
}

Result<Invocation> find_command(std::span<Command const> commands, std::span<std::string const> words) {
  Invocation found;
  found.words.assign(words.begin(), words.end());
  std::size_t const noun_at = next_word(words, 0, false);
  if (noun_at == words.size()) return found;
  found.noun = unaliased(words[noun_at]);
  auto const verbs = verbs_of(commands, found.noun);
  if (verbs.empty()) {
    auto known = nouns_of(commands);
    for (Alias const& alias : aliases()) known.emplace_back(alias.word);
    return unknown("there is no command " + words[noun_at], words[noun_at], known, {"agenta-tools", "help"});
  }
  auto const drop = [&](std::size_t at) {
    found.words.erase(found.words.begin() + static_cast<std::ptrdiff_t>(at));
  };
  drop(noun_at);
  Command const* const plain = find(commands, found.noun, "");
  std::size_t const verb_at = next_word(found.words, noun_at, true);
  if (verb_at < found.words.size()) {
    std::string const verb = found.words[verb_at];
    if (!verb.empty()) found.command = find(commands, found.noun, verb);
    if (found.command != nullptr) {
      drop(verb_at);
      return found;
    }
  }
  // `mcp` is a command, and `mcp install` another: a word behind the noun is meant for a verb where the noun
  // by itself takes none.
  found.command = plain;
  bool const is_verb = verb_at < found.words.size();
  if (plain != nullptr && (!is_verb || verbs.size() == 1 || takes_words(*plain))) return found;
  if (is_verb) {
    std::string const verb = found.words[verb_at];
    if (verb == "help") return found;
    std::size_t const next_at = next_word(found.words, verb_at + 1, true);
    return unknown_verb(commands, found.noun, verb, next_at < found.words.size() ? found.words[next_at] : "");
  }
  if (asks_for_help(found.words)) return found;
  found.command = find(commands, found.noun, default_verb(found.noun));
  if (found.command != nullptr) return found;
  return fail(ErrorCode::usage, found.noun + " needs a verb", {"agenta-tools", "help", found.noun});
}

}  // namespace agenta::cli
