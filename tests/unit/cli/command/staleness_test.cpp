#include "cli/command/staleness.hpp"

#include <gtest/gtest.h>

namespace agenta::cli {
namespace {

using namespace std::chrono_literals;

WallTime const kNow = parse_rfc3339("2026-11-24T12:00:00Z").value();

std::string line(std::string const& state, std::chrono::milliseconds age) {
  return staleness_line({.fetched_at = kNow - age, .state = state}, kNow);
}

TEST(Staleness, IsReadFromTheHeadersWhateverTheirCase) {
  ServiceReply reply;
  EXPECT_FALSE(find_staleness(reply));

  reply.headers = {{"agenta-tools-cached-at", "2026-11-24T09:00:00.000Z"},
                   {"agenta-tools-cache-state", "offline"}};
  auto const stale = find_staleness(reply);

  ASSERT_TRUE(stale);
  EXPECT_EQ(stale->fetched_at, kNow - 3h);
  EXPECT_EQ(stale->state, "offline");
}

TEST(Staleness, SaysHowOldAndWhy) {
  EXPECT_EQ(line("unreachable", 3h + 59min), "this is 3 h old: Composio cannot be reached");
  EXPECT_EQ(line("offline", 61min), "this is 1 h old (--offline)");
  EXPECT_EQ(line("refreshing", 90min), "this is 1 h old; newer data is being fetched");
  EXPECT_EQ(line("something-new", 49h), "this is 2 days old");
}

TEST(Staleness, SaysTheAgeInOneUnit) {
  EXPECT_EQ(line("", 30s), "this is less than a minute old");
  EXPECT_EQ(line("", 59min), "this is 59 min old");
  EXPECT_EQ(line("", 47h), "this is 47 h old");
  EXPECT_EQ(line("", -5min), "this is less than a minute old") << "the clock was put back";
  EXPECT_EQ(staleness_line({}, kNow), "this is of an unknown age");
}

TEST(Staleness, KeepsTheOldest) {
  std::optional<Staleness> oldest;

  keep_oldest(oldest, std::nullopt);
  EXPECT_FALSE(oldest);
  keep_oldest(oldest, Staleness{.fetched_at = kNow - 1h});
  keep_oldest(oldest, Staleness{.fetched_at = kNow - 3h});
  keep_oldest(oldest, Staleness{.fetched_at = kNow - 2h});

  EXPECT_EQ(oldest->fetched_at, kNow - 3h);
}

}  // namespace
}  // namespace agenta::cli
