#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/command/context.hpp"

namespace agenta::cli {

/// With what a value is completed: words that are known beforehand, or names that the program is asked for.
struct ValueSource {
  std::vector<std::string> words{};
  Completes names = Completes::nothing;
  bool empty() const { return words.empty() && names == Completes::nothing; }
};

/// A flag that takes a value, under one of its names.
struct ValueFlag {
  std::string name{};
  ValueSource source{};
};

/// One command as a shell completes it.
struct CommandNode {
  std::string noun{};  ///< or another name for it
  std::string verb{};
  std::vector<std::string> flags{};
  std::vector<ValueFlag> value_flags{};  ///< among those
  std::vector<ValueSource> arguments{};
  bool repeats_last = false;  ///< the last argument may be given again and again
};

/// Every command line there is, as the scripts of all shells need it.
struct CompletionTable {
  std::vector<CommandNode> commands{};
  CommandNode globals{};             ///< the flags of every command
  std::vector<std::string> nouns{};  ///< other names included
  std::vector<std::string> nouns_with_verbs{};
  /// The names of all flags that take a value, whatever the command.
  std::vector<std::string> value_flag_names() const;
  std::vector<std::string> verbs_of(std::string const& noun) const;
};

CompletionTable completion_table(std::span<Command const> commands);

}  // namespace agenta::cli
