#include "shared/base/version.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agenta {
namespace {

/// About 200 different versions, oldest first.
std::vector<std::string> many_versions() {
  std::vector<std::string> versions;
  for (int const major : {0, 1, 2, 10}) {
    for (int const minor : {0, 1, 9, 10}) {
      for (int const patch : {0, 2, 11}) {
        std::string const core =
            std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
        versions.push_back(core + "-alpha");
        versions.push_back(core + "-alpha.1");
        versions.push_back(core + "-rc.2");
        versions.push_back(core + "-rc.11");
        versions.push_back(core);
      }
    }
  }
  return versions;
}

TEST(CompareVersions, TellsEveryPairOfVersionsApartInTheirOrder) {
  auto const versions = many_versions();
  ASSERT_GE(versions.size(), 200U);

  for (std::size_t i = 0; i < versions.size(); ++i) {
    for (std::size_t j = 0; j < versions.size(); ++j) {
      int const wanted = i < j ? -1 : i > j ? 1 : 0;
      ASSERT_EQ(compare_versions(versions[i], versions[j]), wanted) << versions[i] << " and " << versions[j];
    }
  }
}

TEST(CompareVersions, FollowsTheExampleOfSemVer) {
  std::vector<std::string> const order{"1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
                                       "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",       "1.0.0"};

  for (std::size_t i = 1; i < order.size(); ++i)
    EXPECT_LT(compare_versions(order[i - 1], order[i]), 0) << order[i];
}

TEST(CompareVersions, TakesWhatIsNoVersionAsOlderThanAny) {
  for (auto const* text : {"", "1", "1.2", "1.2.x", "01.2.3", "1.2.3.4", "newest"}) {
    EXPECT_LT(compare_versions(text, "0.0.0-0"), 0) << text;
    EXPECT_EQ(compare_versions(text, text), 0) << text;
  }
  EXPECT_NE(compare_versions("1.2", "01.2"), 0);
}

TEST(ProductVersion, IsAVersionAndPartOfTheBuild) {
  EXPECT_GT(compare_versions(product_version(), "not a version"), 0);
  EXPECT_TRUE(build_id().starts_with(product_version()));
  EXPECT_LE(protocol_range().oldest, protocol_range().newest);
}

}  // namespace
}  // namespace agenta
