#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace agenta::cli {

/// One character of a UTF-8 text.
struct Decoded {
  std::uint32_t code = 0;  ///< the code point; the byte itself where it is no part of a valid sequence
  unsigned length = 1;     ///< bytes taken
  bool is_valid = false;
};
/// Decodes the character at `at`, which is inside `text`.
Decoded decode_utf8(std::string_view text, std::size_t at);

/// Whether a character acts on a terminal or on the order of text instead of being seen: C0 and C1 controls,
/// DEL, bidirectional controls, line and paragraph separators, byte order mark, tags.
bool is_unseen_control(std::uint32_t code);

enum class Lines { kept, folded };

/// Text from elsewhere as it may be shown on a terminal: what would be obeyed is written out (`\x1b`,
/// `\u202e`, a byte that is not UTF-8 as `\xff`). `kept`: new lines and tabs stay; `folded`: they are written
/// out too.
std::string visible(std::string_view text, Lines lines = Lines::folded);

}  // namespace agenta::cli
