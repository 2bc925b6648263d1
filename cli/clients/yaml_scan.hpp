#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/domain/error.hpp"

namespace agenta::cli {

/// One member of a mapping in block style: `key: value`, with the lines that belong to it.
struct YamlMember {
  std::string key{};
  std::size_t begin = 0;        ///< of its line
  std::size_t value_begin = 0;  ///< behind the colon
  std::size_t line_end = 0;     ///< of what its own line says, without blanks and a comment behind it
  std::size_t end = 0;          ///< behind the last line that belongs to it; empty lines and comments do not
};

/// A mapping in block style.
struct YamlMapping {
  std::size_t indent = 0;  ///< columns before its keys
  std::vector<YamlMember> members{};
};

/// The mapping whose members stand in `[begin, end)`, whole lines; nothing where no line says anything.
/// `USAGE`, worded `LINE: what`, where the lines hold something else, or quotes and brackets that do not
/// close.
Result<std::optional<YamlMapping>> read_yaml_mapping(std::string_view text, std::size_t begin,
                                                     std::size_t end);

/// A scalar as it is meant: plain, or in quotes. Nothing for what is none.
std::optional<std::string> read_yaml_scalar(std::string_view value);
/// A sequence of scalars, in block or in flow style, from behind the colon to the member's end.
std::optional<std::vector<std::string>> read_yaml_texts(std::string_view value);

/// Plain where that cannot be misread, else in double quotes.
std::string write_yaml_scalar(std::string_view text);

}  // namespace agenta::cli
