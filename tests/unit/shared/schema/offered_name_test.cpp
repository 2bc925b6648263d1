#include <gtest/gtest.h>

#include "shared/base/text.hpp"
#include "shared/schema/tool_format.hpp"

namespace agenta::schema {
namespace {

ToolSlug const kLong{"GITHUB_CHECK_IF_A_REPOSITORY_IS_STARRED_BY_THE_AUTHENTICATED_USER"};

TEST(OfferedName, IsTheSlugWhereItFits) {
  EXPECT_EQ(offered_name({"GITHUB_CREATE_AN_ISSUE"}), "GITHUB_CREATE_AN_ISSUE");
  EXPECT_EQ(offered_name({std::string(64, 'A')}), std::string(64, 'A'));
  EXPECT_EQ(offered_name(kLong, 65), kLong.text);
}

TEST(OfferedName, IsCutWithAHashThatNeverChanges) {
  // Models and transcripts remember the name: it is part of what users rely on.
  EXPECT_EQ(offered_name(kLong), "GITHUB_CHECK_IF_A_REPOSITORY_IS_STARRED_BY_THE_AUTHENTIC_44DE1CF");
  EXPECT_EQ(offered_name(kLong, 47), "GITHUB_CHECK_IF_A_REPOSITORY_IS_STARRED_44DE1CF");
  EXPECT_EQ(offered_name(kLong, 1).size(), 16U);
}

TEST(OfferedName, DiffersForSlugsOfOneBeginning) {
  std::string const beginning(64, 'A');

  EXPECT_NE(offered_name({beginning + "_ONE"}), offered_name({beginning + "_TWO"}));
}

TEST(OfferedName, LeadsBackToItsSlug) {
  for (std::size_t const limit : {std::size_t{16}, std::size_t{40}, std::size_t{64}}) {
    std::string const name = offered_name(kLong, limit);

    auto const prefix = shortened_prefix(name);

    ASSERT_TRUE(prefix);
    EXPECT_TRUE(kLong.text.starts_with(*prefix));
    EXPECT_EQ(offered_name(kLong, name.size()), name);
    EXPECT_EQ(shortened_prefix(to_lower(name)), to_lower(*prefix));
  }
}

TEST(OfferedName, IsNotSeenInWhatWasNotShortened) {
  EXPECT_FALSE(shortened_prefix(""));
  EXPECT_FALSE(shortened_prefix("_1234567"));
  EXPECT_FALSE(shortened_prefix("GITHUB_CREATE_AN_ISSUE"));
  EXPECT_FALSE(shortened_prefix("GITHUB_CREATE_AN_12345678"));
  EXPECT_EQ(shortened_prefix("GITHUB_CREATE_AN_1234567"),
            "GITHUB_CREATE_AN");  // it could be: the slug is asked first
}

}  // namespace
}  // namespace agenta::schema
