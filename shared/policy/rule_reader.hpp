#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shared/custom/toml_table.hpp"
#include "shared/policy/policy.hpp"

// The parts of a policy's file, read. Seen by the sources of this room alone.
namespace agenta::policy {

using custom::Problems;
using custom::TableReader;

inline constexpr std::size_t kLargestFile = 1 << 20;

/// The tables of `[[key]]`, in their order.
std::vector<toml::table const*> tables_of(TableReader& in, std::string_view key);
std::optional<Verdict> read_verdict(TableReader& in, std::string_view key);
/// `hints = { destructive = true }`, in either spelling.
HintWishes read_hints(toml::table const& table, std::string const& subject, Problems& problems);
Rule read_rule(toml::table const& table, std::string const& subject, Problems& problems);

/// The file as a table; nothing where it cannot be read at all, which is then among the problems.
std::optional<toml::table> read_toml(std::string_view text, Problems& problems);
/// `INVALID_REQUEST` with all of them, in their order.
unexpected<Error> refuse(std::string_view source, Problems& problems);

}  // namespace agenta::policy
