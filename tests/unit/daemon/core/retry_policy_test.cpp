#include "daemon/core/retry_policy.hpp"

#include <gtest/gtest.h>

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kLong{600'000};

TEST(RetryPolicy, RepeatsOnlyWhatCannotHaveTwoEffects) {
  ToolHints const writes{};
  ToolHints const reads{.read_only = true};
  ToolHints const repeatable{.idempotent = true};

  EXPECT_FALSE(may_retry(Fate::unknown, writes));
  EXPECT_TRUE(may_retry(Fate::unknown, reads));
  EXPECT_TRUE(may_retry(Fate::unknown, repeatable));
  for (ToolHints const& hints : {writes, reads, repeatable}) {
    EXPECT_TRUE(may_retry(Fate::nothing_ran, hints));
    EXPECT_FALSE(may_retry(Fate::answered, hints));
  }
}

TEST(RetryPolicy, ADestructiveOrOpenWorldHintAllowsNothing) {
  EXPECT_FALSE(may_retry(Fate::unknown, ToolHints{.destructive = true, .open_world = true}));
}

TEST(RetryPolicy, DoublesFromAQuarterSecondAndStopsAtEight) {
  EXPECT_EQ(retry_delay(2, {}, 0, kLong), milliseconds{250});
  EXPECT_EQ(retry_delay(3, {}, 0, kLong), milliseconds{500});
  EXPECT_EQ(retry_delay(4, {}, 0, kLong), milliseconds{1000});
  EXPECT_EQ(retry_delay(50, {}, 0, kLong), milliseconds{8000});
}

TEST(RetryPolicy, TakesUpToAQuarterOffAtRandom) {
  EXPECT_EQ(retry_delay(3, {}, 0.5, kLong), milliseconds{438});
  EXPECT_GE(*retry_delay(3, {}, 0.999, kLong), milliseconds{375});
}

TEST(RetryPolicy, WaitsAtLeastAsLongAsTheProviderAsked) {
  EXPECT_EQ(retry_delay(2, seconds{7}, 0.9, kLong), milliseconds{7000});
  EXPECT_EQ(retry_delay(2, seconds{0}, 0, kLong), milliseconds{250});
}

TEST(RetryPolicy, GivesUpWhereTheWaitWouldPassTheDeadline) {
  EXPECT_EQ(retry_delay(2, seconds{7}, 0, milliseconds{7000}), std::nullopt);
  EXPECT_EQ(retry_delay(2, seconds{7}, 0, milliseconds{7001}), milliseconds{7000});
  EXPECT_EQ(retry_delay(2, {}, 0, milliseconds{-5}), std::nullopt);
}

}  // namespace
}  // namespace agenta::daemon
