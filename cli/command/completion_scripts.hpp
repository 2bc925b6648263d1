#pragma once

#include <string>

#include "cli/command/completion_table.hpp"

namespace agenta::cli {

/// The scripts that complete command lines in a shell. Commands, flags and words that are known beforehand
/// are in the script; for names it asks the program (`__complete`, see `app/completer.hpp`).
std::string bash_script(CompletionTable const& table);
std::string zsh_script(CompletionTable const& table);
std::string fish_script(CompletionTable const& table);

}  // namespace agenta::cli
