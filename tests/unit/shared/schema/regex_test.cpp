#include "shared/schema/regex.hpp"

#include <gtest/gtest.h>

#include <string>

namespace agenta::schema {
namespace {

bool finds(std::string const& pattern, std::string const& text) {
  Regex regex;
  EXPECT_EQ(read_regex(pattern, regex), RegexVerdict::fine) << pattern;
  return finds_match(regex, text);
}

RegexVerdict verdict_of(std::string const& pattern) {
  Regex regex;
  return read_regex(pattern, regex);
}

TEST(Regex, FindsAMatchAnywhere) {
  EXPECT_TRUE(finds("b+", "abbc"));
  EXPECT_FALSE(finds("^b", "abbc"));
  EXPECT_TRUE(finds("", "anything"));
  EXPECT_TRUE(finds("c$", "abbc"));
  EXPECT_FALSE(finds("^$", "a"));
}

TEST(Regex, ChoosesRepeatsAndGroups) {
  EXPECT_TRUE(finds("^(?:top|bottom|after:\\d+)$", "after:12"));
  EXPECT_FALSE(finds("^(?:top|bottom|after:\\d+)$", "after:"));
  EXPECT_TRUE(finds("^a{2,3}$", "aaa"));
  EXPECT_FALSE(finds("^a{2,3}$", "aaaa"));
  EXPECT_FALSE(finds("^a{2,3}$", "a"));
  EXPECT_TRUE(finds("^a{2,}?$", "aaaaa"));
  EXPECT_TRUE(finds("^(?<year>\\d{4})-x?$", "2026-"));
  EXPECT_TRUE(finds("^(a*)*b$", "aaab"));
}

TEST(Regex, ReadsClasses) {
  EXPECT_TRUE(finds("^[a-c\\d_-]+$", "b7_-"));
  EXPECT_FALSE(finds("^[^a-c]$", "b"));
  EXPECT_TRUE(finds("^[\\w.-]+$", "a.b-c"));
  EXPECT_FALSE(finds("^[]$", "a"));
  EXPECT_TRUE(finds("^[^]$", "\n"));
  EXPECT_FALSE(finds("^.$", "\n"));
}

TEST(Regex, CountsCodePointsNotBytes) {
  EXPECT_TRUE(finds("^.$", "é"));
  EXPECT_TRUE(finds("^🐲*$", "🐲🐲"));
  EXPECT_TRUE(finds("^[é-ü]$", "ö"));
  EXPECT_TRUE(finds("^\\ud83d\\udc32$", "🐲"));
  EXPECT_TRUE(finds("^\\u{1F432}$", "🐲"));
  EXPECT_FALSE(finds("^\\d$", "৪"));
  EXPECT_TRUE(finds("^\\s$", "\u00a0"));
}

TEST(Regex, LooksAheadAndBehind) {
  EXPECT_TRUE(finds("^(?!-)[a-z-]+(?<!-)$", "a-b"));
  EXPECT_FALSE(finds("^(?!-)[a-z-]+(?<!-)$", "-ab"));
  EXPECT_FALSE(finds("^(?!-)[a-z-]+(?<!-)$", "ab-"));
  EXPECT_TRUE(finds("^(?=.*\\d)(?=.*[a-z]).{4,}$", "ab12"));
  EXPECT_FALSE(finds("^(?=.*\\d)(?=.*[a-z]).{4,}$", "abcd"));
  EXPECT_TRUE(finds("(?<=\\$)\\d+", "costs $42"));
  EXPECT_FALSE(finds("(?<=\\$)\\d+", "costs 42"));
  EXPECT_TRUE(finds("\\bcat\\b", "a cat."));
  EXPECT_FALSE(finds("\\bcat\\b", "concat"));
}

TEST(Regex, TellsWhatIsWrongFromWhatItDoesNotKnow) {
  for (char const* const wrong :
       {"(", "a)", "*a", "[b", "a{3,2}", "\\Z", "\\a", "[z-a]", "(?i)a", "\\u12", "\\"})
    EXPECT_EQ(verdict_of(wrong), RegexVerdict::invalid) << wrong;
  for (char const* const unknown : {"(a)\\1", "\\p{L}", "(?<x>a)\\k<x>", "((a{1000}){1000}){1000}"})
    EXPECT_EQ(verdict_of(unknown), RegexVerdict::not_supported) << unknown;
  EXPECT_TRUE(finds("^a{$", "a{"));
}

TEST(Regex, IsNotHeldUpByWhatABacktrackingEngineNeverEnds) {
  std::string const text = std::string(3000, 'a') + "b";
  EXPECT_FALSE(finds("^(a+)+$", text));
  EXPECT_FALSE(finds("^(a|aa)*$", text));
  EXPECT_FALSE(finds("^(([a-z])+.)+[A-Z]([a-z])+$", text));
}

TEST(Regex, TakesATextThatWouldTakeTooLong) {
  EXPECT_TRUE(finds("^(?:.(?<=(?:a|b|c)+x{0,20}))+z$", std::string(60'000, 'a')));
}

}  // namespace
}  // namespace agenta::schema
