#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/domain/error.hpp"

/// Changes of TOML files that people wrote: everything outside the one entry keeps its bytes, comments and
/// order. An entry is a table `[container.name]`, with a table `[container.name.tools]` where it approves,
/// and one
/// `[container.name.env]` for variables.
namespace agenta::cli {

/// Where an entry is, and what it is to say.
struct TomlEntry {
  std::string container{};                                       ///< `mcp_servers`
  std::string name{};                                            ///< `agenta`
  std::vector<std::pair<std::string, std::string>> pairs{};      ///< keys, and values as TOML
  std::vector<std::string> approved{};                           ///< tools that are called without asking
  std::vector<std::pair<std::string, std::string>> variables{};  ///< of its environment; values as TOML
};

/// The entry as it is written where there is none: whole lines.
std::string write_toml_entry(TomlEntry const& entry);

/// The text with the entry; the same text where it is there already. `text` is nothing where there is no
/// file. Approvals that say no more than `approve` are as the entry has them afterwards; other keys of the
/// entry are kept, and other variables. `USAGE`, worded `LINE: what`, for a text that is not TOML, or that
/// has the entry in a form which only a person can change.
Result<std::string> put_toml_entry(std::optional<std::string_view> text, TomlEntry const& entry);

/// The entry as it is there, its values plain (`plain_toml`), with what it approves; nothing where no table
/// of it is. `USAGE` as `put_toml_entry`.
Result<std::optional<TomlEntry>> find_toml_entry(std::string_view text, std::string_view container,
                                                 std::string_view name);

/// The text without the entry and all its tables; nothing where no more than a file that `put_toml_entry`
/// made is left. The same text where there is no entry.
Result<std::optional<std::string>> drop_toml_entry(std::string_view text, std::string_view container,
                                                   std::string_view name);

}  // namespace agenta::cli
