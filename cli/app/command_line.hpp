#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/command/context.hpp"

namespace agenta::cli {

/// Whether `--json` is among the words, read before anything is parsed: a usage error is a document too.
bool asks_for_json(std::span<std::string const> words);

/// Refuses a flag that would carry a secret (`--api-key`, `--token`, …), naming the other ways; its value is
/// not repeated.
Result<void> refuse_secret_flags(std::span<std::string const> words);

/// What the command line names, before its own flags are read.
struct Invocation {
  Command const* command = nullptr;  ///< null where only help or the version is asked for
  std::string noun{};                ///< of which help is asked for; may be empty
  std::vector<std::string> words{};  ///< all words but the command's own
};

/// Finds the command: the first word that is no flag, and the verb after it; a bare noun lists. `USAGE` with
/// the nearest spelling for a word that is none.
Result<Invocation> find_command(std::span<Command const> commands, std::span<std::string const> words);

}  // namespace agenta::cli
