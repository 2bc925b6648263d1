#include <gtest/gtest.h>

#include <string>

#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/table.hpp"
#include "cli/terminal/width.hpp"
#include "cli/terminal/wrap.hpp"

namespace agenta::cli {
namespace {

TEST(Visible, WritesOutWhatATerminalWouldObey) {
  EXPECT_EQ(visible("a\x1b]52;c;aGk=\x07z"), "a\\x1b]52;c;aGk=\\x07z");
  EXPECT_EQ(visible("\xC2\x9B"
                    "31m"),
            "\\u009b31m");
  EXPECT_EQ(visible("user\xE2\x80\xAEgnp.exe"), "user\\u202egnp.exe");
  EXPECT_EQ(visible("\x7f"), "\\x7f");
}

TEST(Visible, WritesOutBytesThatAreNoUtf8) {
  EXPECT_EQ(visible("\xff"
                    "a\xC3"),
            "\\xffa\\xc3");
  EXPECT_EQ(visible("\xED\xA0\x80"), "\\xed\\xa0\\x80");
}

TEST(Visible, FoldsLinesUnlessTheyAreKept) {
  EXPECT_EQ(visible("a\nb\tc\r"), "a\\nb\\tc\\r");
  EXPECT_EQ(visible("a\nb\tc\r", Lines::kept), "a\nb\tc\\r");
}

TEST(Visible, KeepsOrdinaryTextOfAnyScript) { EXPECT_EQ(visible("Grüße 世界 🎉"), "Grüße 世界 🎉"); }

TEST(DisplayWidth, CountsWideAndCombiningCharacters) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("世界"), 4);
  EXPECT_EQ(display_width("e\xCC\x81"), 1);
  EXPECT_EQ(display_width("🎉"), 2);
}

TEST(DisplayWidth, KnowsMarksOfEveryScript) {
  EXPECT_EQ(display_width("\u0915\u094D\u0937\u093F"), 3)
      << "Devanagari: a spacing vowel sign takes a column";
  EXPECT_EQ(display_width("\u0E19\u0E49\u0E33"), 2) << "Thai";
  EXPECT_EQ(display_width("\u1112\u1161\u11AB"), 2) << "a Hangul syllable written letter by letter";
  EXPECT_EQ(display_width("a\u200Bb\u200Dc\uFE0F"), 3) << "joiners and selectors";
  EXPECT_EQ(display_width("\uFF21\uFF76"), 2 + 1) << "full and half width";
  EXPECT_EQ(display_width("\xff"), 1);
}

TEST(FitWidth, KeepsAMarkWithItsLetter) {
  EXPECT_EQ(fit_width("e\u0301e\u0301e\u0301e\u0301", 3), "e\u0301e\u0301…");
}

TEST(SplitWidth, AlwaysGetsOn) {
  EXPECT_EQ(split_width("abcdef", 4), (std::pair<std::string_view, std::string_view>{"abcd", "ef"}));
  EXPECT_EQ(split_width("世界", 1), (std::pair<std::string_view, std::string_view>{"世", "界"}));
  EXPECT_EQ(split_width("", 4), (std::pair<std::string_view, std::string_view>{"", ""}));
}

TEST(Wrap, BreaksBetweenWordsAndInsideAWordOnlyWhereItMust) {
  EXPECT_EQ(wrap("one two three four", 10), (std::vector<std::string>{"one two", "three four"}));
  EXPECT_EQ(wrap("ab abcdefghijklmnop cd", 10), (std::vector<std::string>{"ab", "abcdefghij", "klmnop cd"}));
  EXPECT_EQ(wrap("世界世界 世界世界", 10), (std::vector<std::string>{"世界世界", "世界世界"}));
}

TEST(Wrap, KeepsLineEndsAndOneEmptyLine) {
  EXPECT_EQ(wrap("\n one\r\n\n\n\ttwo\nthree \n\n", 40),
            (std::vector<std::string>{"one", "", "two", "three"}));
  EXPECT_TRUE(wrap(" \n ", 40).empty());
}

TEST(Wrap, WritesOutWhatATerminalWouldObey) { EXPECT_EQ(wrapped("a\x1b[2J b", 2, 40), "  a\\x1b[2J b\n"); }

TEST(Wrap, IsQuickWithOneEndlessWord) {
  std::string const word(1 << 20, 'x');

  EXPECT_EQ(wrap(word, 64).size(), word.size() / 64);
}

TEST(FitWidth, CutsAtACharacterAndSaysSo) {
  EXPECT_EQ(fit_width("abcdef", 4), "abc…");
  EXPECT_EQ(fit_width("世界世界", 4), "世…");
  EXPECT_EQ(fit_width("abc", 3), "abc");
  EXPECT_EQ(fit_width("abc", 0), "");
}

TEST(Table, AlignsByWidthAndFitsTheTerminal) {
  Table table{{"NAME", "ABOUT"}};
  table.add({"世界", "short"});
  table.add({"abc", "a long description that cannot stay whole"});

  EXPECT_EQ(table.render(24, false), "NAME  ABOUT\n世界  short\nabc   a long descriptio…\n");
}

TEST(Table, CutsAKeptColumnLast) {
  Table table{{"ID", "TOOL"}};
  table.keep(0).add({"0192f3a4-0000", "GITHUB_CREATE_AN_ISSUE"});

  EXPECT_EQ(table.render(24, false), "ID             TOOL\n0192f3a4-0000  GITHUB_C…\n");
}

TEST(Table, LeavesOutWhatIsSparedAndCutsWhatIsWholeNever) {
  Table table{{"ID", "KIND", "WHY"}};
  table.whole(0).spare(1);
  table.add({"a-long-identifier", "OAUTH2", "because"});

  EXPECT_EQ(table.render(80, false),
            "ID                 KIND    WHY\n"
            "a-long-identifier  OAUTH2  because\n");
  EXPECT_EQ(table.render(28, false),
            "ID                 WHY\n"
            "a-long-identifier  because\n");
  EXPECT_NE(table.render(10, false).find("a-long-identifier  "), std::string::npos);
}

TEST(Table, ShowsControlCharactersOfItsCells) {
  Table table{{"NAME"}};
  table.add({"a\x1b[2Jb\nc"});

  EXPECT_EQ(table.render(80, false), "NAME\na\\x1b[2Jb\\nc\n");
}

TEST(Table, PaintsAColumnByItsWordsAndKeepsItsPlaces) {
  Table table{{"NAME", "STATE", "X"}};
  table.paint(1, [](std::string_view cell) { return cell == "on" ? Ink::green : Ink::plain; });
  table.add({"a", "on", "1"});
  table.add({"b", "off", "2"});

  EXPECT_EQ(table.render(80, false), "NAME  STATE  X\na     on     1\nb     off    2\n");
  EXPECT_EQ(table.render(80, true),
            "\x1b[1mNAME  STATE  X\x1b[0m\na     \x1b[32mon\x1b[0m     1\nb     off    2\n");
}

TEST(PrettyJson, IndentsWithoutChangingWhatItSays) {
  EXPECT_EQ(pretty_json(R"({"a":[1,2.50],"b":{},"c":"x,y:{\"}"})", false),
            "{\n  \"a\": [\n    1,\n    2.50\n  ],\n  \"b\": {},\n  \"c\": \"x,y:{\\\"}\"\n}");
}

TEST(PrettyJson, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(pretty_json("\"\xE2\x80\xAE\x7f\xF3\xA0\x80\xA1\"", false), "\"\\u202e\\u007f\\udb40\\udc21\"");
}

TEST(PrintJson, LeavesThePipeItsBytes) {
  Capture capture;
  {
    Terminal terminal = Terminal::captured(capture, Shape{});

    print_json(terminal, "{\"a\" : \"\xE2\x80\xAE\"}");
  }

  EXPECT_EQ(capture.out, "{\"a\" : \"\xE2\x80\xAE\"}\n");
}

}  // namespace
}  // namespace agenta::cli
