#include "cli/browse/key.hpp"

#include <utility>

#include "cli/terminal/sanitize.hpp"

namespace agenta::cli::browse {
namespace {

/// How many bytes a character has that begins with this one; 0 where none does.
std::size_t length_of(unsigned char first) {
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

constexpr unsigned char control(char letter) { return static_cast<unsigned char>(letter - 'A' + 1); }

}  // namespace

std::optional<Key> KeyDecoder::decode(unsigned char byte) {
  bool const continues = (byte & 0xC0) == 0x80;
  if (!continues) partial_.clear();
  if (byte < 0x20 || byte == 0x7F) return decode_control(byte);
  if (byte < 0x80) return Key{Key::Name::text, std::string(1, static_cast<char>(byte))};
  if (continues ? partial_.empty() : length_of(byte) == 0) return std::nullopt;
  partial_ += static_cast<char>(byte);
  if (partial_.size() < length_of(static_cast<unsigned char>(partial_.front()))) return std::nullopt;
  Key key{Key::Name::text, std::exchange(partial_, {})};
  Decoded const character = decode_utf8(key.text, 0);
  if (!character.is_valid || is_unseen_control(character.code)) return std::nullopt;
  return key;
}

std::optional<Key> KeyDecoder::decode_control(unsigned char byte) const {
  bool const is_blank = byte == '\r' || byte == '\n' || byte == '\t';
  if (is_pasting_) return is_blank ? std::optional{Key{Key::Name::text, " "}} : std::nullopt;
  constexpr unsigned char kEscape = 0x1B;
  constexpr unsigned char kDelete = 0x7F;
  switch (byte) {
    case '\r':
    case '\n': return Key{Key::Name::enter};
    case '\t': return Key{Key::Name::tab};
    case kEscape: return Key{Key::Name::escape};
    case kDelete:
    case control('H'): return Key{Key::Name::backspace};
    case control('W'): return Key{Key::Name::erase_word};
    case control('U'): return Key{Key::Name::erase_all};
    case control('P'): return Key{Key::Name::up};
    case control('N'): return Key{Key::Name::down};
    case control('O'): return Key{Key::Name::connect};
    case control('Y'): return Key{Key::Name::copy};
    case control('R'): return Key{Key::Name::reload};
    case control('L'): return Key{Key::Name::redraw};
    case control('Z'): return Key{Key::Name::suspend};
    case control('C'):
    case control('Q'): return Key{Key::Name::quit};
    default: return std::nullopt;
  }
}

}  // namespace agenta::cli::browse
