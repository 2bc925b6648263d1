#include "cli/browse/key.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace agenta::cli::browse {
namespace {

std::vector<Key> decode(KeyDecoder& decoder, std::string_view bytes) {
  std::vector<Key> keys;
  for (char const byte : bytes) {
    if (auto key = decoder.decode(static_cast<unsigned char>(byte))) keys.push_back(*key);
  }
  return keys;
}

std::string text_of(std::vector<Key> const& keys) {
  std::string text;
  for (Key const& key : keys) text += key.name == Key::Name::text ? key.text : "<>";
  return text;
}

TEST(KeyDecoder, PutsACharacterTogetherHoweverItsBytesCome) {
  KeyDecoder decoder;

  EXPECT_EQ(text_of(decode(decoder, "a\xE5\x8D")), "a");
  EXPECT_EQ(text_of(decode(decoder, "\x8F\xF0\x9F\x8D\x95")), "\u534F\U0001F355");
}

TEST(KeyDecoder, DropsWhatIsNoCharacter) {
  KeyDecoder decoder;

  EXPECT_EQ(text_of(decode(decoder, "\x80\xFF\xC0\xAFx\xE5y")), "xy");
}

TEST(KeyDecoder, DropsCharactersThatWouldActOnTheTerminal) {
  KeyDecoder decoder;

  EXPECT_EQ(text_of(decode(decoder, "a\u202E\u009Bb")), "ab");
}

TEST(KeyDecoder, KnowsTheControlKeys) {
  KeyDecoder decoder;

  auto const keys = decode(decoder, "\r\x1B\x7F\t\x15\x0F\x19\x03\x11");

  std::vector<Key> const expected{{Key::Name::enter}, {Key::Name::escape},    {Key::Name::backspace},
                                  {Key::Name::tab},   {Key::Name::erase_all}, {Key::Name::connect},
                                  {Key::Name::copy},  {Key::Name::quit},      {Key::Name::quit}};
  EXPECT_EQ(keys, expected);
}

TEST(KeyDecoder, TakesNoCommandsFromAPaste) {
  KeyDecoder decoder;

  decoder.begin_paste();
  EXPECT_EQ(text_of(decode(decoder, "create\r\nissue\t\x0F\x03\x1B")), "create  issue ");
  decoder.end_paste();
  EXPECT_EQ(decode(decoder, "\r").at(0).name, Key::Name::enter);
}

}  // namespace
}  // namespace agenta::cli::browse
