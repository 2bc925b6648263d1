#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shared/domain/error.hpp"

namespace agenta::cli {

/// One statement of a TOML text: a table's header, or a key with its value.
struct TomlStatement {
  enum class Kind { table, array_of_tables, pair };
  Kind kind = Kind::pair;
  std::vector<std::string> path{};  ///< whole: of a pair, with its table's
  std::size_t key_count = 0;        ///< of a pair: how many of them its own line says
  std::size_t begin = 0;            ///< of its first line
  std::size_t end = 0;              ///< behind its last line's end
  std::size_t value_begin = 0;      ///< of a pair
  std::size_t value_end = 0;
  std::size_t table = 0;  ///< of a pair: the index of its header, or its own where it stands above all
};

/// The statements of a TOML text in their order. `USAGE`, worded `LINE: what`, where it cannot be read. A
/// date or a number is taken for what it looks like, and a table that is there twice is not noticed.
Result<std::vector<TomlStatement>> scan_toml(std::string_view text);

/// A value without blanks, comments and commas that say nothing, each string spelled in one way.
std::string plain_toml(std::string_view value);

std::string write_toml_string(std::string_view text);
/// A key as it may stand bare, else in quotes.
std::string write_toml_key(std::string_view key);

}  // namespace agenta::cli
