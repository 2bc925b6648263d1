#include "daemon/net/wait_list.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <string>
#include <vector>

namespace agenta::daemon {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

/// Everything on one thread: the loop is run until it has nothing left to do now.
struct WaitListTest : testing::Test {
  asio::io_context loop;
  WaitList waits{loop.get_executor()};
  std::vector<std::string> woken;

  void start(std::string key, milliseconds timeout, std::stop_token stop, std::uint64_t seen) {
    asio::co_spawn(loop, wait(std::move(key), timeout, std::move(stop), seen), [](std::exception_ptr) {});
    loop.poll();
  }
  void start(std::string key) { start(std::move(key), std::chrono::hours{1}, {}, waits.generation()); }
  void settle() {
    loop.restart();
    loop.poll();
  }

 private:
  asio::awaitable<void> wait(std::string key, milliseconds timeout, std::stop_token stop,
                             std::uint64_t seen) {
    auto waiting = waits.wait(key, timeout, std::move(stop), seen);
    co_await std::move(waiting);
    woken.push_back(key);
  }
};

TEST_F(WaitListTest, WakesThoseWhoWaitForTheKeyAndNobodyElse) {
  start("a");
  start("b");
  start("a");

  waits.notify("a");
  settle();

  EXPECT_EQ(woken, (std::vector<std::string>{"a", "a"}));
  EXPECT_EQ(waits.size(), 1U);
  waits.notify("b");
  settle();
  EXPECT_EQ(woken.size(), 3U);
  EXPECT_EQ(waits.size(), 0U);
}

TEST_F(WaitListTest, EndsEveryWaitWhenItIsClosedAndLetsNoneBegin) {
  start("a");
  start("b");

  waits.close();
  settle();
  EXPECT_EQ(woken.size(), 2U);

  start("c");
  settle();
  EXPECT_EQ(woken.size(), 3U);
  EXPECT_TRUE(waits.is_closed());
}

TEST_F(WaitListTest, ANotificationBetweenTheLookAndTheWaitIsNotMissed) {
  auto const seen = waits.generation();
  waits.notify("a");

  start("a", std::chrono::hours{1}, {}, seen);

  EXPECT_EQ(woken, (std::vector<std::string>{"a"}));
}

TEST_F(WaitListTest, AnothersNotificationInBetweenIsNoneOfItsOwn) {
  auto const seen = waits.generation();
  waits.notify("b");

  start("a", std::chrono::hours{1}, {}, seen);

  EXPECT_TRUE(woken.empty());
  waits.notify("a");
  settle();
  EXPECT_EQ(woken, (std::vector<std::string>{"a"}));
}

TEST_F(WaitListTest, LooksAgainWhereTooMuchWasNotifiedToTell) {
  auto const seen = waits.generation();
  waits.notify("a");
  for (int i = 0; i < 1000; ++i) waits.notify("b");

  start("a", std::chrono::hours{1}, {}, seen);

  EXPECT_EQ(woken.size(), 1U);
}

TEST_F(WaitListTest, EndsAtItsTimeOut) {
  start("a", milliseconds{1}, {}, waits.generation());

  loop.restart();
  loop.run();

  EXPECT_EQ(woken.size(), 1U);
  EXPECT_EQ(waits.size(), 0U);
}

TEST_F(WaitListTest, EndsWhereAStopIsRequested) {
  std::stop_source stop;
  start("a", std::chrono::hours{1}, stop.get_token(), waits.generation());
  EXPECT_TRUE(woken.empty());

  stop.request_stop();
  settle();

  EXPECT_EQ(woken.size(), 1U);
  EXPECT_EQ(waits.size(), 0U);
}

TEST_F(WaitListTest, DoesNotWaitWhereTheStopCameFirst) {
  std::stop_source stop;
  stop.request_stop();

  start("a", std::chrono::hours{1}, stop.get_token(), waits.generation());

  EXPECT_EQ(woken.size(), 1U);
}

TEST_F(WaitListTest, ANotificationThatNobodyWaitsForOnlyCounts) {
  auto const before = waits.generation();

  waits.notify("a");

  EXPECT_EQ(waits.generation(), before + 1);
  start("a");
  EXPECT_TRUE(woken.empty()) << "a later wait waits for a later notification";
}

}  // namespace
}  // namespace agenta::daemon
