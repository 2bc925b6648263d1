#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/domain/error.hpp"

/// Changes of JSON files that people wrote: everything outside the one entry keeps its bytes, comments and
/// order. An entry is a member of an object that is a member of the root: `{"mcpServers":{"agenta":{…}}}`.
namespace agenta::cli {

/// Where an entry is, and what it is to say.
struct JsonEntry {
  std::string container{};  ///< `mcpServers`
  std::string name{};       ///< `agenta`
  std::string value{};      ///< an object, compact; its members are put, others of the entry are kept
};

/// The text with the entry; the same text where it is there already. `text` is nothing where there is no
/// file. `USAGE`, worded `LINE: what`, for a text that is not JSON, or that has something else in the
/// entry's place.
Result<std::string> put_json_entry(std::optional<std::string_view> text, JsonEntry const& entry);

/// The entry's object, compact (`plain_json`); nothing where there is no entry. `USAGE` as `put_json_entry`.
Result<std::optional<std::string>> find_json_entry(std::string_view text, std::string_view container,
                                                   std::string_view name);

/// The text without the entry, as it was before `put_json_entry`; nothing where no more than a file that it
/// made is left. The same text where there is no entry.
Result<std::optional<std::string>> drop_json_entry(std::string_view text, std::string_view container,
                                                   std::string_view name);

/// A compact value over several lines; arrays of plain values stay on one. `indent` is one step, `line_start`
/// what the value's own line begins with.
std::string lay_json_out(std::string_view compact, std::string_view indent, std::string_view line_start,
                         std::string_view line_end);

}  // namespace agenta::cli
