#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/domain/error.hpp"

/// Changes of YAML files that people wrote: everything outside the one entry keeps its bytes, comments and
/// order. An entry is a member of a mapping that is a member of the root, both in block style.
namespace agenta::cli {

/// One line of an entry.
struct YamlField {
  /// Whether what is there is mended too, or kept as a person has it, or gets the members of an object.
  enum class Present { mended, kept, merged };
  std::string key{};
  std::string json{};  ///< the value as JSON: a scalar, an array of texts, or an object of texts
  Present present = Present::mended;
};

/// Where an entry is, and what it is to say.
struct YamlEntry {
  std::string container{};  ///< `extensions`
  std::string name{};       ///< `agenta`
  std::vector<YamlField> fields{};
};

/// The entry with its container, as it is written where there is neither: whole lines.
std::string write_yaml_entry(YamlEntry const& entry);

/// The text with the entry; the same text where it is there already. `text` is nothing where there is no
/// file. `USAGE`, worded `LINE: what`, for a text that is not YAML, or that has the entry in a form which
/// only a person can change.
Result<std::string> put_yaml_entry(std::optional<std::string_view> text, YamlEntry const& entry);

/// What an entry starts.
struct YamlServer {
  std::vector<std::string> command{};  ///< a command line; empty where the entry does not say so
  std::vector<std::pair<std::string, std::string>> variables{};  ///< of its environment
};

/// Nothing where there is no entry. `USAGE` as `put_yaml_entry`.
Result<std::optional<YamlServer>> find_yaml_server(std::string_view text, std::string_view container,
                                                   std::string_view name);

/// The text without the entry, as it was before `put_yaml_entry`; nothing where no more than a file that it
/// made is left. The same text where there is no entry.
Result<std::optional<std::string>> drop_yaml_entry(std::string_view text, std::string_view container,
                                                   std::string_view name);

}  // namespace agenta::cli
