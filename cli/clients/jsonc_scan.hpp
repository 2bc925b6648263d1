#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/domain/error.hpp"

namespace agenta::cli {

/// Where one member of an object stands, in bytes from the text's beginning.
struct JsoncMember {
  std::string name{};
  std::size_t begin = 0;        ///< of its name's quote
  std::size_t value_begin = 0;  ///< of its value
  std::size_t end = 0;          ///< behind its value
  std::optional<std::size_t> comma{};
};

/// Where an object stands.
struct JsoncObject {
  std::size_t open = 0;   ///< of `{`
  std::size_t close = 0;  ///< of `}`
  std::vector<JsoncMember> members{};
};

/// Where a text's one value begins; nothing where it holds blanks and comments alone. The whole text is read:
/// JSON with `//` and `/* */` comments, commas before a closing bracket, and a byte order mark. `USAGE` with
/// `LINE: what is wrong` for the rest.
Result<std::optional<std::size_t>> find_jsonc_root(std::string_view text);

/// The object that begins at `at` of a text which `find_jsonc_root` has read; nothing where another value
/// does.
std::optional<JsoncObject> read_jsonc_object(std::string_view text, std::size_t at);

/// Behind the blanks and comments that begin at `at`.
std::size_t skip_jsonc_blank(std::string_view text, std::size_t at);

/// A value without blanks, comments and commas that say nothing, each string spelled in one way: equal where
/// two values are, but for the order of members and the spelling of numbers.
std::string plain_json(std::string_view jsonc);

}  // namespace agenta::cli
