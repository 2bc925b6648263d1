#include "cli/terminal/width.hpp"

#include <utf8proc.h>

#include <algorithm>

#include "cli/terminal/sanitize.hpp"

namespace agenta::cli {
namespace {

int width_of(Decoded const& character) {
  constexpr std::uint32_t kFirstCombining = 0x0300;
  if (!character.is_valid || character.code < kFirstCombining) return 1;
  // Vowels and final consonants of Hangul written letter by letter join the consonant before them, which has
  // the syllable's two columns already; the library counts them as letters of their own.
  bool const is_joining_jamo = (character.code >= 0x1160 && character.code <= 0x11FF) ||
                               (character.code >= 0xD7B0 && character.code <= 0xD7FF);
  if (is_joining_jamo) return 0;
  auto const code = static_cast<utf8proc_int32_t>(character.code);
  // A mark that is said to take room of its own does so on terminals, whatever the library says.
  if (::utf8proc_category(code) == UTF8PROC_CATEGORY_MC) return 1;
  return ::utf8proc_charwidth(code);
}

/// The bytes of `text` that fit into `columns`, whole characters with what combines with them.
std::size_t fitting(std::string_view text, int columns) {
  std::size_t at = 0;
  for (int used = 0; at < text.size();) {
    Decoded const character = decode_utf8(text, at);
    used += width_of(character);
    if (used > columns) break;
    at += character.length;
  }
  return at;
}

}  // namespace

int display_width(std::string_view text) {
  int columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    Decoded const character = decode_utf8(text, at);
    columns += width_of(character);
    at += character.length;
  }
  return columns;
}

std::string fit_width(std::string_view text, int columns) {
  if (columns <= 0) return {};
  if (fitting(text, columns) == text.size()) return std::string{text};
  return std::string{text.substr(0, fitting(text, columns - 1))} + "…";
}

std::string pad_width(std::string_view text, int columns) {
  std::string out{text};
  out.append(static_cast<std::size_t>(std::max(0, columns - display_width(text))), ' ');
  return out;
}

std::pair<std::string_view, std::string_view> split_width(std::string_view text, int columns) {
  std::size_t end = fitting(text, columns);
  // A character wider than the room there is goes in all the same: whoever takes line after line must get on.
  if (end == 0 && !text.empty()) end = decode_utf8(text, 0).length;
  return {text.substr(0, end), text.substr(end)};
}

}  // namespace agenta::cli
