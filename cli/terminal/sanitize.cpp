#include "cli/terminal/sanitize.hpp"

#include <array>
#include <cstdio>

namespace agenta::cli {
namespace {

std::string escape(char const* format, std::uint32_t code) {
  std::array<char, 16> out{};
  std::snprintf(out.data(), out.size(), format, static_cast<unsigned>(code));
  return out.data();
}

std::string written_out(Decoded const& character) {
  if (character.code == '\n') return "\\n";
  if (character.code == '\t') return "\\t";
  if (character.code == '\r') return "\\r";
  if (!character.is_valid || character.code < 0x80) return escape("\\x%02x", character.code);
  return escape(character.code > 0xFFFF ? "\\U%08x" : "\\u%04x", character.code);
}

}  // namespace

Decoded decode_utf8(std::string_view text, std::size_t at) {
  auto const byte = [&](std::size_t i) -> std::uint32_t {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  std::uint32_t const first = byte(0);
  if (first < 0x80) return {.code = first, .length = 1, .is_valid = true};
  unsigned const length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return {.code = first, .length = 1, .is_valid = false};
  std::uint32_t code = first & (0xFFU >> (length + 1));
  for (unsigned i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {.code = first, .length = 1, .is_valid = false};
    code = code << 6 | (byte(i) & 0x3F);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  bool const is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kSmallest[length] || code > 0x10FFFF || is_surrogate)
    return {.code = first, .length = 1, .is_valid = false};
  return {.code = code, .length = length, .is_valid = true};
}

bool is_unseen_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E ||
         code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0xFEFF || (code >= 0xE0000 && code <= 0xE007F);
}

std::string visible(std::string_view text, Lines lines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    Decoded const character = decode_utf8(text, at);
    bool const is_line = character.code == '\n' || character.code == '\t';
    bool const is_kept = is_line ? lines == Lines::kept : !is_unseen_control(character.code);
    if (character.is_valid && is_kept) {
      out += text.substr(at, character.length);
    } else {
      out += written_out(character);
    }
    at += character.length;
  }
  return out;
}

}  // namespace agenta::cli
