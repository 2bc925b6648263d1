#include "cli/browse/wrap.hpp"

#include <gtest/gtest.h>

#include "cli/terminal/width.hpp"

namespace agenta::cli::browse {
namespace {

using Lines = std::vector<std::string>;

TEST(WrapText, BreaksAtBlanksAndKeepsTheIndent) {
  EXPECT_EQ(wrap_text("  one two three", 9), (Lines{"  one two", "  three"}));
}

TEST(WrapText, PutsTheRestOfARowUnderItsSecondColumn) {
  EXPECT_EQ(wrap_text("  about  one two three", 18), (Lines{"  about  one two", "         three"}));
}

TEST(WrapText, BreaksAWordThatIsLongerThanALine) {
  EXPECT_EQ(wrap_text("abcdefgh ij", 3), (Lines{"abc", "def", "gh", "ij"}));
}

TEST(WrapText, CountsColumnsAndNotBytes) {
  EXPECT_EQ(wrap_text("协作与管理", 5), (Lines{"协作", "与管", "理"}));
  EXPECT_EQ(wrap_text("e\u0301e\u0301e\u0301", 2), (Lines{"e\u0301e\u0301", "e\u0301"}));
}

TEST(WrapText, KeepsEmptyLinesBetweenAndNoneAtTheEnd) {
  EXPECT_EQ(wrap_text("a\n\nb\n\n", 10), (Lines{"a", "", "b"}));
  EXPECT_TRUE(wrap_text("", 10).empty());
}

TEST(WrapText, WritesOutWhatATerminalWouldObey) {
  EXPECT_EQ(wrap_text("a\tb\x1b[2J", 40), (Lines{"a  b\\x1b[2J"}));
}

TEST(WrapText, FitsEveryLineWhateverTheWidth) {
  for (int width = 1; width < 30; ++width) {
    for (std::string const& line : wrap_text("    name  a long description, with words\n\ty 协作", width)) {
      EXPECT_LE(display_width(line), std::max(width, 2)) << width << ": " << line;
    }
  }
}

}  // namespace
}  // namespace agenta::cli::browse
