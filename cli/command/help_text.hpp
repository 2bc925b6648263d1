#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/command/context.hpp"

namespace agenta::cli {

/// Declares the flags that every command takes.
void declare_globals(Syntax& syntax, GlobalFlags& flags);

/// The whole list of commands, in their groups, and the global flags.
/// What it is and which commands there are, a group on a line or two.
std::string short_help(std::span<Command const> commands);
std::string full_help(std::span<Command const> commands);
/// The verbs of one noun.
std::string noun_help(std::span<Command const> commands, std::string_view noun);
/// One command in full.
std::string command_help(Command const& command);
/// All of it as one document: what man pages and other programs read.
std::string help_document(std::span<Command const> commands);

/// The commands of a noun; of all nouns where it is empty. Each noun once, in the table's order.
std::vector<std::string> nouns_of(std::span<Command const> commands);
std::vector<Command> verbs_of(std::span<Command const> commands, std::string_view noun);

/// `exec` is `execute`, `toolkits` is `integrations`: the noun a word stands for, the word itself where it is
/// none.
std::string_view unaliased(std::string_view word);
struct Alias {
  std::string_view word;
  std::string_view noun;
};
std::span<Alias const> aliases();

}  // namespace agenta::cli
