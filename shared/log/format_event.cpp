#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "shared/log/log.hpp"

namespace agenta::log {
namespace {

constexpr std::size_t kLongestValue = 2048;

bool is_plain(char c) {
  auto const byte = static_cast<unsigned char>(c);
  return byte > ' ' && byte < 0x7f && c != '"' && c != '=' && c != '\\';
}

/// Reads one well-formed UTF-8 character at the start of `text`: its length, 0 where there is none.
std::size_t utf8_length(std::string_view text) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t const length = byte(0) < 0x80   ? 1
                             : byte(0) < 0xC2 ? 0
                             : byte(0) < 0xE0 ? 2
                             : byte(0) < 0xF0 ? 3
                             : byte(0) < 0xF5 ? 4
                                              : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

/// Characters beyond ASCII that end a line, steer a terminal, or turn the direction of text: C1 controls,
/// U+200E and U+200F, U+2028 to U+202E, U+2066 to U+2069.
bool is_steering(std::string_view character) {
  if (character.size() == 2) return character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
  if (character.size() != 3 || character[0] != '\xE2') return false;
  auto const last = static_cast<unsigned char>(character[2]);
  if (character[1] == '\x80') return last == 0x8E || last == 0x8F || (last >= 0xA8 && last <= 0xAE);
  return character[1] == '\x81' && last >= 0xA6 && last <= 0xA9;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  std::array<char, 8> hex{};
  std::snprintf(hex.data(), hex.size(), "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
  out += hex.data();
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t const length = utf8_length(text);
    auto const character = text.substr(0, std::max<std::size_t>(length, 1));
    bool const printable =
        length > 1 ? !is_steering(character) : is_plain(text[0]) || text[0] == ' ' || text[0] == '=';
    if (length > 0 && printable) {
      out += character;
    } else {
      for (char const c : character) append_escape(out, c);
    }
    text.remove_prefix(character.size());
  }
  out += '"';
}

struct Appender {
  std::string& out;

  void operator()(std::string_view text) const {
    bool const cut = text.size() > kLongestValue;
    text = text.substr(0, kLongestValue);
    if (!text.empty() && std::ranges::all_of(text, is_plain)) {
      out += text;
    } else {
      append_quoted(out, text);
    }
    if (cut) out += "...";
  }
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
  template <class Number>
  void operator()(Number number) const {
    std::array<char, 32> digits{};
    auto const written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), written.ptr);
  }
};

}  // namespace

std::string format_event(std::string_view event, Fields fields) {
  std::string line{event};
  for (Field const& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    std::visit(Appender{line}, field.value);
  }
  return line;
}

}  // namespace agenta::log
