#include "cli/command/names_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta::cli {
namespace {

using Names = std::vector<std::string>;

class NamesFile : public ::testing::Test {
 protected:
  void write_text(std::string const& content) { ASSERT_TRUE(write_private_file(file_, content)); }
  void write(Names names) {
    std::ranges::sort(names);
    write_text(join(names, "\n") + "\n");
  }
  Names find(std::string_view prefix, std::size_t most = 200) const {
    return find_names(file_, prefix, most);
  }

  test::TemporaryDirectory directory_{};
  std::filesystem::path file_ = directory_.path() / "tools";
};

TEST_F(NamesFile, FindsWhatBeginsWithAPrefixInAnyCase) {
  write({"GITHUB_CREATE_AN_ISSUE", "GITHUB_CREATE_A_GIST", "GMAIL_SEND_EMAIL", "_21RISK_GET"});

  EXPECT_EQ(find("github_c"), (Names{"GITHUB_CREATE_AN_ISSUE", "GITHUB_CREATE_A_GIST"}));
  EXPECT_EQ(find("GMAIL_SEND_EMAIL"), Names{"GMAIL_SEND_EMAIL"});
  EXPECT_EQ(find("_21"), Names{"_21RISK_GET"});
  EXPECT_EQ(find("").size(), 4U);
  EXPECT_EQ(find("x"), Names{});
  EXPECT_EQ(find("GMAIL_SEND_EMAIL_"), Names{});
}

TEST_F(NamesFile, FindsNamesOfMixedCase) {
  write({"ABc", "Abd", "aBe", "abf", "b"});

  EXPECT_EQ(find("aB"), (Names{"ABc", "Abd", "aBe", "abf"}));
}

TEST_F(NamesFile, FindsTheSameAsLookingAtEveryName) {
  Names names;
  unsigned seed = 1;
  for (int i = 0; i < 3000; ++i) {
    std::string name;
    for (int j = 0; j < 6; ++j) {
      seed = seed * 1664525 + 1013904223;
      name += "aAbB_1\xC3"[(seed >> 16) % 6];
    }
    names.push_back(name);
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  write(names);

  for (std::string const prefix : {"", "a", "AB", "b_1", "bBaA", "1a_b1A", "_", "z"}) {
    Names expected;
    std::ranges::copy_if(names, std::back_inserter(expected), [&](std::string const& name) {
      return equal_ignoring_case(name.substr(0, prefix.size()), prefix);
    });
    EXPECT_EQ(find(prefix, 10'000), expected) << prefix;
  }
}

TEST_F(NamesFile, GivesAtMostSoMany) {
  Names names;
  for (int i = 0; i < 1000; ++i) names.push_back("T" + std::to_string(i));
  write(names);

  EXPECT_EQ(find("t", 200).size(), 200U);
}

TEST_F(NamesFile, GivesNothingWhereThereIsNoneAndSurvivesWhatIsNotSorted) {
  EXPECT_EQ(find("a"), Names{});
  write_text("");
  EXPECT_EQ(find("a"), Names{});
  write_text("b\na\n\n\nc");
  EXPECT_LE(find("").size(), 3U);
  EXPECT_LE(find("a").size(), 1U);
}

TEST_F(NamesFile, LeavesOutWhatATerminalWouldObey) {
  write({"a\x1b[2J", "ab"});

  EXPECT_EQ(find("a"), Names{"ab"});
}

}  // namespace
}  // namespace agenta::cli
