#include "shared/base/clock.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "shared/base/readable_time.hpp"

namespace agenta {
namespace {

using namespace std::chrono_literals;

TEST(Rfc3339, WritesUtcWithMilliseconds) {
  WallTime const time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 20h + 45min + 7s + 89ms};

  EXPECT_EQ(format_rfc3339(time), "2026-11-23T20:45:07.089Z");
  EXPECT_EQ(format_rfc3339(WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(WallTime{-1ms}), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, ReadsBackWhatItWrites) {
  for (WallTime const time : {WallTime{}, WallTime{-1ms}, WallTime{1'795'466'707'089ms}}) {
    EXPECT_EQ(parse_rfc3339(format_rfc3339(time)), time);
  }
}

TEST(Rfc3339, ReadsEveryOffsetAndFraction) {
  auto const noon = parse_rfc3339("2026-11-23T12:00:00Z");
  ASSERT_TRUE(noon);

  EXPECT_EQ(parse_rfc3339("2026-11-23T14:00:00+02:00"), noon);
  EXPECT_EQ(parse_rfc3339("2026-11-23T06:30:00-05:30"), noon);
  EXPECT_EQ(parse_rfc3339("2026-11-23t12:00:00.000000z"), noon);
  EXPECT_EQ(parse_rfc3339("2026-11-23T12:00:00.1234567Z"), *noon + 123ms);
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (auto const* text :
       {"", "2026-11-23", "2026-11-23T12:00:00", "2026-02-30T12:00:00Z", "2026-13-01T12:00:00Z",
        "2026-11-23T24:00:00Z", "2026-11-23T12:60:00Z", "2026-11-23T12:00:00Zjunk",
        "2026-11-23T12:00:00+2:00", "2026-11-23T12:00:00+24:00", "26-11-23T12:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Duration, ReadsTheUnitsOfTheContract) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("3s"), 3s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("8h"), 8h);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("0s"), 0ms);
}

TEST(Duration, RefusesWhatHasNoUnitOrNoSense) {
  for (auto const* text :
       {"", "5", "-1s", "s", "5 s", "5d", "nan", "infs", "1e3s", "5ss", "999999999999h", "+5s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, WritesTheShortestTextThatComesBackWhole) {
  EXPECT_EQ(format_duration(0ms), "0s");
  EXPECT_EQ(format_duration(1ms), "1ms");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(5min), "5m");
  EXPECT_EQ(format_duration(8h), "8h");
  for (auto const value : {0ms, 1ms, 999ms, 1000ms, 61'000ms, 3'600'000ms, 3'600'001ms}) {
    EXPECT_EQ(parse_duration(format_duration(value)), value);
  }
}

TEST(ReadableTime, IsToTheSecondAndWithoutLetters) {
  EXPECT_EQ(readable_time(*parse_rfc3339("2026-11-23T22:45:07.861+02:00")), "2026-11-23 20:45:07");
}

TEST(SystemClock, DoesNotGoBackWhereItIsForWaiting) {
  SystemClock const clock;

  auto const first = clock.steady();

  EXPECT_GE(clock.steady(), first);
  EXPECT_GT(clock.wall(), parse_rfc3339("2020-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace agenta
