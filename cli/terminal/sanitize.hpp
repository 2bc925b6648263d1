#pragma once

#include <cstddef>
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

/// Whether a character acts on a terminal or on the order of text, or hides in it, instead of being seen: C0
/// and C1 controls, DEL, bidirectional controls, line and paragraph separators, what has no width, byte order
/// mark, fillers, tags.
bool is_unseen_control(std::uint32_t code);

enum class Lines { kept, folded };

/// Text from elsewhere as it may be shown on a terminal: what would be obeyed is written out (`\x1b`,
/// `\u202e`, a byte that is not UTF-8 as `\xff`). `kept`: new lines and tabs stay; `folded`: they are written
/// out too.
std::string visible(std::string_view text, Lines lines = Lines::folded);

/// At most about `longest` bytes of a text: its beginning and its last `end` bytes, and between them how much
/// was left out. What matters must not hide behind what is long.
std::string cut_middle(std::string_view text, std::size_t longest, std::size_t end);

}  // namespace agenta::cli
