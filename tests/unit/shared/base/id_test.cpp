#include "shared/base/id.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace agenta {
namespace {

std::vector<std::string> make_ids(int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) ids.push_back(make_uuid_v7());
  return ids;
}

TEST(Id, OfDifferentKindsDoNotMix) {
  using One = Id<struct OneTag>;
  using Other = Id<struct OtherTag>;

  EXPECT_FALSE((std::is_convertible_v<One, Other>));
  EXPECT_FALSE((std::is_assignable_v<One&, Other>));
}

TEST(UuidV7, HasTheFormAndTheBitsOfRfc9562) {
  std::string const id = make_uuid_v7();

  EXPECT_TRUE(is_uuid(id));
  EXPECT_EQ(id[14], '7');
  EXPECT_NE(std::string{"89ab"}.find(id[19]), std::string::npos);
}

TEST(UuidV7, BeginsWithTheTimeInMilliseconds) {
  auto const now = [] {
    auto const since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  };
  auto const before = now();
  std::string id = make_uuid_v7();
  auto const after = now();

  auto const stamp = std::stoll(id.substr(0, 8) + id.substr(9, 4), nullptr, 16);

  EXPECT_GE(stamp, before);
  EXPECT_LE(stamp, after + 1'000) << "the counter may run ahead of the clock, but not far";
}

TEST(UuidV7, IsStrictlyIncreasing) {
  auto const ids = make_ids(20'000);

  EXPECT_TRUE(std::ranges::is_sorted(ids));
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
}

TEST(UuidV7, IsUniqueAndIncreasingInEveryThread) {
  std::vector<std::vector<std::string>> of_thread(4);
  {
    std::vector<std::jthread> threads;
    for (auto& ids : of_thread) threads.emplace_back([&ids] { ids = make_ids(5'000); });
  }

  std::set<std::string> all;
  for (auto const& ids : of_thread) {
    EXPECT_TRUE(std::ranges::is_sorted(ids));
    all.insert(ids.begin(), ids.end());
  }
  EXPECT_EQ(all.size(), 20'000U);
}

TEST(IsUuid, TakesTheCanonicalFormOnly) {
  EXPECT_TRUE(is_uuid("0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"));
  EXPECT_TRUE(is_uuid("0193A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B"));
  EXPECT_FALSE(is_uuid(""));
  EXPECT_FALSE(is_uuid("0193a1b2c3d47e5f8a9b0c1d2e3f4a5b"));
  EXPECT_FALSE(is_uuid("0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5g"));
  EXPECT_FALSE(is_uuid("{0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}"));
}

TEST(RandomHex, HasTwoDigitsAByteAndDoesNotRepeat) {
  EXPECT_EQ(random_hex(16).size(), 32U);
  EXPECT_NE(random_hex(16), random_hex(16));
  EXPECT_TRUE(random_hex(0).empty());
}

TEST(EqualInConstantTime, SaysWhatEqualSays) {
  EXPECT_TRUE(equal_in_constant_time("nonce", "nonce"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_FALSE(equal_in_constant_time("nonce", "noncE"));
  EXPECT_FALSE(equal_in_constant_time("nonce", "nonc"));
}

}  // namespace
}  // namespace agenta
