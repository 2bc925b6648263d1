#include "cli/terminal/sanitize.hpp"

#include <algorithm>
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

bool is_inside_letter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

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
  struct Range {
    std::uint32_t first, last;
  };
  // Of Default_Ignorable_Code_Point (Unicode 15, DerivedCoreProperties) all but the joiners and the variation
  // selectors, which shape what is seen beside them; and what breaks lines or has no shape of its own.
  static constexpr std::array<Range, 18> kUnseen{{{0x00, 0x1F},
                                                  {0x7F, 0x9F},
                                                  {0xAD, 0xAD},
                                                  {0x34F, 0x34F},
                                                  {0x61C, 0x61C},
                                                  {0x115F, 0x1160},
                                                  {0x17B4, 0x17B5},
                                                  {0x180E, 0x180E},
                                                  {0x200B, 0x200B},
                                                  {0x200E, 0x200F},
                                                  {0x2028, 0x202E},
                                                  {0x2060, 0x206F},
                                                  {0x3164, 0x3164},
                                                  {0xFEFF, 0xFEFF},
                                                  {0xFFA0, 0xFFA0},
                                                  {0xFFF0, 0xFFFB},
                                                  {0x1BCA0, 0x1BCA3},
                                                  {0x1D173, 0x1D17A}}};
  if (code >= 0xE0000 && code <= 0xE0FFF) return true;
  auto const is_in = [code](Range const& range) { return code >= range.first && code <= range.last; };
  return std::ranges::any_of(kUnseen, is_in);
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

std::string cut_middle(std::string_view text, std::size_t longest, std::size_t end) {
  if (text.size() <= longest) return std::string{text};
  std::size_t head = longest - end;
  while (head > 0 && is_inside_letter(text[head])) --head;
  std::size_t tail = text.size() - end;
  while (tail < text.size() && is_inside_letter(text[tail])) ++tail;
  return std::string{text.substr(0, head)} + " … " + std::to_string(tail - head) + " bytes … " +
         std::string{text.substr(tail)};
}

}  // namespace agenta::cli
