#include "shared/base/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agenta {
namespace {

using Texts = std::vector<std::string>;

TEST(Case, IsAsciiWhateverTheLocale) {
  EXPECT_EQ(to_lower("GitHub_İ"), "github_İ");
  EXPECT_EQ(to_upper("github-é"), "GITHUB-é");
  EXPECT_TRUE(equal_ignoring_case("GitHub", "gITHUB"));
  EXPECT_FALSE(equal_ignoring_case("github", "githu"));
}

TEST(Trim, TakesSpaceOffBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a,,b,", ','), (Texts{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), Texts{});
  EXPECT_EQ(split("a", ','), Texts{"a"});
}

TEST(Join, IsTheReverseOfSplit) {
  Texts const parts{"a", "", "b"};

  EXPECT_EQ(join(parts, ", "), "a, , b");
  EXPECT_EQ(split(join(parts, ","), ','), parts);
}

TEST(ReplaceAll, DoesNotReadWhatItWrote) {
  EXPECT_EQ(replace_all("aaa", "a", "aa"), "aaaaaa");
  EXPECT_EQ(replace_all("a-b", "x", "y"), "a-b");
}

TEST(Nearest, FindsWhatAPersonMeant) {
  Texts const commands{"connect", "connections", "execute", "history"};

  EXPECT_EQ(nearest("conect", commands), "connect");
  EXPECT_EQ(nearest("EXECUTE", commands), "execute");
  EXPECT_EQ(nearest("hsitory", commands), "history");
  EXPECT_EQ(nearest("zzz", commands), std::nullopt);
  EXPECT_EQ(nearest("", commands), std::nullopt);
}

TEST(Nearest, AllowsOneEditInAShortWord) {
  Texts const names{"ls"};

  EXPECT_EQ(nearest("l", names), "ls");
  EXPECT_EQ(nearest("xy", names), std::nullopt);
}

TEST(Nearest, DoesNotSpendTimeOnAVeryLongWord) {
  EXPECT_EQ(nearest(std::string(201, 'a'), Texts{std::string(201, 'a')}), std::nullopt);
}

TEST(Percent, EncodesEverythingButUnreservedCharacters) {
  EXPECT_EQ(percent_encode("az-AZ_09.~"), "az-AZ_09.~");
  EXPECT_EQ(percent_encode("a b/?&=#+%é"), "a%20b%2F%3F%26%3D%23%2B%25%C3%A9");
}

TEST(Percent, ComesBackWholeForEveryByte) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);

  EXPECT_EQ(percent_decode(percent_encode(every)), every);
}

TEST(Percent, RefusesAMalformedEscape) {
  for (auto const* text : {"%", "%2", "%2x", "%x2", "a%"}) EXPECT_FALSE(percent_decode(text)) << text;
  EXPECT_EQ(percent_decode("a+b"), "a+b");
}

TEST(Query, IsReadInItsOrderAndDecoded) {
  auto const query = parse_query("a=1&b=x+y%26z&a=2&&flag");

  ASSERT_TRUE(query);
  ASSERT_EQ(query->size(), 4U);
  EXPECT_EQ((*query)[0].name, "a");
  EXPECT_EQ((*query)[1].value, "x y&z");
  EXPECT_EQ((*query)[2].value, "2");
  EXPECT_EQ((*query)[3].name, "flag");
  EXPECT_EQ((*query)[3].value, "");
}

TEST(Query, KeepsAPlusThatWasEscaped) {
  auto const query = parse_query("q=a%2Bb");

  ASSERT_TRUE(query);
  EXPECT_EQ(query->front().value, "a+b");
}

TEST(Query, RefusesAMalformedParameter) { EXPECT_FALSE(parse_query("a=%zz")); }

}  // namespace
}  // namespace agenta
