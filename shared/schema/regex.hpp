#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

/// Regular expressions of ECMA-262 in its Unicode mode, as JSON Schema wants them: only whether a text
/// matches somewhere. Private to `shared/schema`.
///
/// The standard library's work on bytes, and know neither look-behind nor code points. Here all ways through
/// an expression are walked at once, so that none takes more than a bounded number of steps a character:
/// `(a+)+$` is as quick as `a+$`. That leaves no room for back references.
namespace agenta::schema {

/// Ranges of code points, both ends included.
struct CharClass {
  std::vector<std::pair<char32_t, char32_t>> ranges{};
  bool negated = false;
  bool holds(char32_t c) const;
};

struct RegexStep {
  enum class Kind : std::uint8_t {
    character,
    of_class,
    fork,  ///< on at `next`, and at `other`
    start,
    end,
    word_edge,
    no_word_edge,
    look,  ///< `other` is one of `looks`
    matched,
  };
  Kind kind = Kind::matched;
  char32_t character = 0;
  std::uint32_t next = 0;
  std::uint32_t other = 0;  ///< the class, the second way, or the look
};

struct RegexLook {
  std::uint32_t entry = 0;
  bool behind = false;
  bool negated = false;
};

struct Regex {
  std::vector<RegexStep> steps{};
  std::vector<CharClass> classes{};
  std::vector<RegexLook> looks{};
  std::uint32_t entry = 0;
};

enum class RegexVerdict { fine, invalid, not_supported };
/// Reads `pattern` into `out`. Not supported: back references, `\p{…}`, and what would be too large once its
/// counts are written out. A little more than the grammar is taken: escapes of signs that need none, and `{`,
/// `}`, `]` as themselves where they can mean nothing else.
RegexVerdict read_regex(std::string_view pattern, Regex& out);

/// Whether `text` (UTF-8) matches somewhere. True where that would take too long to find out.
bool finds_match(Regex const& regex, std::string_view text);
/// The same, and nothing where it would take too long.
std::optional<bool> find_match(Regex const& regex, std::string_view text);

/// The code points of a text; bytes that are no UTF-8 count one each.
std::vector<char32_t> code_points_of(std::string_view text);

}  // namespace agenta::schema
