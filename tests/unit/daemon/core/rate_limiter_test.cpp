#include "daemon/core/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;
using Standing = RateLimiter::Standing;
using Ticket = RateLimiter::Ticket;

struct RateLimiterTest : testing::Test {
  RateLimiter limiter;
  SteadyTime now{1000h};

  Ticket join(std::string client, bool batch = false, SteadyTime::duration patience = 1h) {
    RateLimiter::Wish wish;
    wish.client = client;
    wish.owner = std::move(client);
    wish.batch = batch;
    wish.deadline = now + patience;
    return limiter.join(std::move(wish));
  }
  /// Grants all that may go, in order.
  std::vector<std::string> grant_all(std::size_t most = 1000) {
    static_cast<void>(limiter.take_news());
    std::vector<std::string> granted;
    while (granted.size() < most && limiter.grant(now)) granted.push_back(limiter.take_news().back());
    limiter.review(now);
    return granted;
  }
  Ticket granted(std::string client = "c") {
    Ticket const ticket = join(std::move(client));
    EXPECT_TRUE(limiter.grant(now));
    EXPECT_EQ(limiter.standing(ticket), Standing::granted);
    return ticket;
  }
  static RateAnswer told(std::int64_t remaining, std::int64_t limit = 100) {
    RateAnswer answer;
    answer.facts.limit = limit;
    answer.facts.remaining = remaining;
    answer.facts.window = 60s;
    return answer;
  }
  static RateAnswer refused(std::optional<std::chrono::seconds> retry_after) {
    RateAnswer answer;
    answer.limited = true;
    answer.retry_after = retry_after;
    return answer;
  }
  void answer(Ticket ticket, RateAnswer const& what) {
    limiter.finish(ticket, &what, now);
    limiter.review(now);
  }
};

TEST_F(RateLimiterTest, LimitsNothingBeforeAnythingIsKnown) {
  for (int i = 0; i < 500; ++i) join("c");

  EXPECT_EQ(grant_all().size(), 500U);
}

TEST_F(RateLimiterTest, ClientsTakeTurnsAndEachIsServedInItsOrder) {
  for (char const* client : {"a", "a", "a", "b", "c", "b"}) join(client);

  EXPECT_EQ(grant_all(), (std::vector<std::string>{"a", "b", "c", "a", "b", "a"}));
}

TEST_F(RateLimiterTest, WhatSomebodyWaitsForGoesStrictlyBeforeBatches) {
  join("batch", true);
  join("batch", true);
  join("a");
  join("b");

  EXPECT_EQ(grant_all(), (std::vector<std::string>{"a", "b", "batch", "batch"}));
}

TEST_F(RateLimiterTest, SendsNoMoreThanTheProviderSaysAreLeft) {
  auto const first = granted();
  answer(first, told(3));
  for (int i = 0; i < 10; ++i) join("c");

  EXPECT_EQ(grant_all().size(), 3U);
}

TEST_F(RateLimiterTest, CountsCallsThatAreOutAgainstWhatIsLeft) {
  auto const first = granted();
  auto const second = granted();
  granted();
  answer(second, told(5));  // the first and the third may not have been counted yet
  for (int i = 0; i < 10; ++i) join("c");

  EXPECT_EQ(grant_all().size(), 3U);

  answer(first, told(6));  // older than what is known
  EXPECT_EQ(grant_all().size(), 1U);
}

TEST_F(RateLimiterTest, AUsedUpWindowBlocksUntilItsEndAndThenOneCallFindsOut) {
  answer(granted(), told(0));
  for (int i = 0; i < 10; ++i) join("c");

  EXPECT_EQ(grant_all().size(), 0U);
  EXPECT_EQ(limiter.blocked_until(now), now + 60s);
  now += 59999ms;
  EXPECT_EQ(grant_all().size(), 0U);
  now += 1ms;
  EXPECT_EQ(grant_all().size(), 1U);
}

TEST_F(RateLimiterTest, TheCallThatFindsOutLetsTheOthersGo) {
  answer(granted(), refused(10s));
  auto const probe = join("c");
  for (int i = 0; i < 10; ++i) join("c");
  now += 10s;
  ASSERT_EQ(grant_all().size(), 1U);

  answer(probe, told(99));

  EXPECT_EQ(grant_all().size(), 10U);
}

TEST_F(RateLimiterTest, NothingIsSentAheadOfARefusalsTime) {
  answer(granted(), refused(7s));
  join("c");

  now += 6999ms;
  EXPECT_EQ(grant_all().size(), 0U);
  now += 1ms;
  EXPECT_EQ(grant_all().size(), 1U);
}

TEST_F(RateLimiterTest, ARefusalWithoutATimeIsForAWindow) {
  answer(granted(), refused(std::nullopt));
  join("c");

  EXPECT_EQ(limiter.blocked_until(now), now + 60s);
}

TEST_F(RateLimiterTest, WhatWasOneTooManyIsTheNextToGo) {
  auto const ticket = granted("late");
  for (char const* client : {"a", "b"}) join(client);
  limiter.put_back(ticket, refused(1s), now);
  EXPECT_EQ(limiter.standing(ticket), Standing::waiting);
  EXPECT_EQ(limiter.position(ticket), 1U);

  now += 1s;

  EXPECT_EQ(grant_all(), std::vector<std::string>{"late"});
}

TEST_F(RateLimiterTest, ACallThatCannotBeServedInTimeIsToldSoAtOnce) {
  auto const out = granted("out");
  auto const hasty = join("hasty", false, 5s);
  auto const patient = join("patient", false, 5min);
  static_cast<void>(limiter.take_news());

  answer(out, refused(30s));

  EXPECT_EQ(limiter.standing(hasty), Standing::hopeless);
  EXPECT_EQ(limiter.standing(patient), Standing::waiting);
  EXPECT_EQ(limiter.take_news(), (std::vector<std::string>{"hasty", "patient"}))
      << "and the first that waits on looks at the clock";
  EXPECT_EQ(limiter.look_again_at(patient, now), now + 30s);
}

TEST_F(RateLimiterTest, AsLongAsAnAnswerMayTellOfANewWindowNobodyIsGivenUp) {
  answer(granted(), told(1));
  auto const last = granted();
  auto const hasty = join("hasty", false, 5s);
  limiter.review(now);
  EXPECT_EQ(limiter.standing(hasty), Standing::waiting);

  answer(last, told(99));

  EXPECT_EQ(grant_all(), std::vector<std::string>{"hasty"});
}

TEST_F(RateLimiterTest, TheNextWatchesTheClockWhereTheFirstGoesAway) {
  answer(granted(), refused(30s));
  auto const first = join("first");
  auto const second = join("second");
  limiter.review(now);
  static_cast<void>(limiter.take_news());
  EXPECT_FALSE(limiter.look_again_at(second, now));

  limiter.leave(first);
  limiter.review(now);

  EXPECT_EQ(limiter.take_news(), std::vector<std::string>{"second"});
  EXPECT_EQ(limiter.look_again_at(second, now), now + 30s);
}

TEST_F(RateLimiterTest, AProbeThatDoesNotComeBackIsNotWaitedForForEver) {
  answer(granted(), refused(1s));
  join("lost");
  join("next");
  now += 1s;
  ASSERT_EQ(grant_all(), std::vector<std::string>{"lost"});

  now += 1min;

  EXPECT_EQ(grant_all(), std::vector<std::string>{"next"});
}

TEST_F(RateLimiterTest, SaysHowManyComeBefore) {
  answer(granted(), refused(1min));
  auto const a1 = join("a");
  auto const a2 = join("a");
  auto const b1 = join("b");
  auto const line = join("batch", true);

  EXPECT_EQ(limiter.position(a1), 1U);
  EXPECT_EQ(limiter.position(b1), 2U);
  EXPECT_EQ(limiter.position(a2), 3U);
  EXPECT_EQ(limiter.position(line), 4U);
  limiter.leave(a1);
  EXPECT_EQ(limiter.position(a2), 1U);
}

TEST_F(RateLimiterTest, TenThousandWaitWithoutMakingATurnDearer) {
  answer(granted(), refused(1s));
  for (int i = 0; i < 10'000; ++i) join("client " + std::to_string(i % 1000));
  now += 1s;

  auto const began = std::chrono::steady_clock::now();
  ASSERT_TRUE(limiter.grant(now));
  for (int i = 0; i < 1000; ++i) limiter.review(now);
  auto const took = std::chrono::steady_clock::now() - began;

  EXPECT_LT(took, 1s) << "a look at each of them each time would be ten million";
}

TEST(FairQueue, AClientThatComesBackWaitsBehindThoseWhoAreThere) {
  FairQueue queue;
  queue.push("a", 1);
  queue.push("b", 2);
  EXPECT_EQ(queue.pop(), 1U);
  queue.push("a", 3);
  EXPECT_EQ(queue.pop(), 2U);
  EXPECT_EQ(queue.pop(), 3U);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace agenta::daemon
