#include <gtest/gtest.h>

#include <string>

#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/table.hpp"
#include "cli/terminal/width.hpp"

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

TEST(Table, ShowsControlCharactersOfItsCells) {
  Table table{{"NAME"}};
  table.add({"a\x1b[2Jb\nc"});

  EXPECT_EQ(table.render(80, false), "NAME\na\\x1b[2Jb\\nc\n");
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
