#include "cli/command/completion_table.hpp"

#include <algorithm>
#include <set>

#include "cli/command/help_text.hpp"

namespace agenta::cli {
namespace {

ValueSource source_of(Entry const& entry) { return {.words = entry.choices, .names = entry.completes}; }

void add_entries(CommandNode& node, std::deque<Entry> const& entries) {
  for (Entry const& entry : entries) {
    if (entry.help.empty()) continue;  // for tests
    if (entry.kind == Entry::Kind::argument) {
      node.arguments.push_back(source_of(entry));
      node.repeats_last = entry.is_repeated;
      continue;
    }
    for (std::string const& name : entry.each_name()) {
      node.flags.push_back(name);
      if (!entry.placeholder.empty()) node.value_flags.push_back({.name = name, .source = source_of(entry)});
    }
  }
}

CommandNode node_of(std::string_view noun, Command const& command) {
  CommandNode node;
  node.noun = noun;
  node.verb = command.verb;
  Syntax syntax;
  auto const run = command.add(syntax);
  add_entries(node, syntax.entries());
  return node;
}

}  // namespace

std::vector<std::string> CompletionTable::value_flag_names() const {
  std::set<std::string> names;
  for (ValueFlag const& flag : globals.value_flags) names.insert(flag.name);
  for (CommandNode const& command : commands) {
    for (ValueFlag const& flag : command.value_flags) names.insert(flag.name);
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> CompletionTable::verbs_of(std::string const& noun) const {
  std::vector<std::string> verbs;
  for (CommandNode const& command : commands) {
    if (command.noun == noun && !command.verb.empty()) verbs.push_back(command.verb);
  }
  return verbs;
}

CompletionTable completion_table(std::span<Command const> commands) {
  CompletionTable table;
  auto const add = [&](std::string_view word, std::string_view noun) {
    auto const verbs = verbs_of(commands, noun);
    table.nouns.emplace_back(word);
    // A noun may be a command and have verbs beside.
    bool const has_verbs = std::ranges::any_of(verbs, [](Command const& each) { return !each.verb.empty(); });
    if (has_verbs) table.nouns_with_verbs.emplace_back(word);
    for (Command const& command : verbs) table.commands.push_back(node_of(word, command));
  };
  for (std::string const& noun : nouns_of(commands)) add(noun, noun);
  for (Alias const& alias : aliases()) add(alias.word, alias.noun);

  GlobalFlags flags;
  Syntax syntax;
  declare_globals(syntax, flags);
  add_entries(table.globals, syntax.entries());
  return table;
}

}  // namespace agenta::cli
