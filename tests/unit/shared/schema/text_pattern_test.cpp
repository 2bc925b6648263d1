#include "shared/schema/text_pattern.hpp"

#include <gtest/gtest.h>

namespace agenta::schema {
namespace {

TEST(TextPattern, FindsWhatMatchesSomewhere) {
  auto const pattern = TextPattern::parse("^a.c");
  ASSERT_TRUE(pattern);

  EXPECT_EQ(pattern->find_in("abcd"), Matching::yes);
  EXPECT_EQ(pattern->find_in("xabc"), Matching::no);
}

TEST(TextPattern, SaysSoWhereItWouldTakeTooLong) {
  auto const pattern = TextPattern::parse("x(a?){900}y(?=z)");
  ASSERT_TRUE(pattern);

  EXPECT_EQ(pattern->find_in(std::string(60'000, 'x')), Matching::too_much);
  EXPECT_EQ(pattern->find_in(std::string(70'000, 'b')), Matching::too_much);
}

TEST(TextPattern, WhatCannotBeReadIsRefused) {
  EXPECT_FALSE(TextPattern::parse("("));
  EXPECT_FALSE(TextPattern::parse("(a)\\1"));
  EXPECT_FALSE(TextPattern::parse(std::string(5'000, 'a')));
}

}  // namespace
}  // namespace agenta::schema
