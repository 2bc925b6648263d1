#include "daemon/net/worker_pool.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <future>
#include <memory>
#include <set>
#include <stdexcept>

#include "daemon/net/on_pool.hpp"
#include "tests/support/gate.hpp"
#include "tests/unit/daemon/net/loop_thread.hpp"

namespace agenta::daemon {
namespace {

TEST(WorkerPool, RunsEveryJobOnce) {
  std::atomic<int> ran = 0;
  {
    WorkerPool pool{"test", 4};
    for (int i = 0; i < 1000; ++i) pool.post([&] { ++ran; });
  }

  EXPECT_EQ(ran, 1000) << "what is queued runs before the pool ends";
}

TEST(WorkerPool, RunsAsManyAtOnceAsItIsAllowed) {
  test::Gate gate;
  std::atomic<int> ran = 0;
  WorkerPool pool{"test", 3};
  for (int i = 0; i < 4; ++i) {
    pool.post([&] {
      gate.pass();
      ++ran;
    });
  }

  gate.await_arrivals(3);

  EXPECT_EQ(pool.queued(), 1U) << "the fourth waits for a thread";
  gate.open();
}

TEST(WorkerPool, OneThreadKeepsTheOrder) {
  std::vector<int> order;
  {
    WorkerPool pool{"test", 1};
    for (int i = 0; i < 100; ++i) pool.post([&order, i] { order.push_back(i); });
  }

  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_EQ(order.size(), 100U);
}

TEST(WorkerPool, UsesAThreadAgain) {
  std::set<std::thread::id> threads;
  WorkerPool pool{"test", 8};
  for (int i = 0; i < 20; ++i) {
    std::promise<std::thread::id> who;
    pool.post([&] { who.set_value(std::this_thread::get_id()); });
    threads.insert(who.get_future().get());
  }

  // A thread that has just answered may not be waiting yet when the next job comes.
  EXPECT_LT(threads.size(), 20U);
}

TEST(WorkerPool, EndsThreadsThatNothingIsLeftFor) {
  test::Gate gate;
  WorkerPool pool{"test", 8, std::chrono::milliseconds{1}};
  for (int i = 0; i < 8; ++i) pool.post([&] { gate.pass(); });
  gate.await_arrivals(8);
  EXPECT_EQ(pool.threads(), 8U);

  gate.open();
  while (pool.threads() > 0) std::this_thread::yield();

  std::promise<int> seen;
  pool.post([&] { seen.set_value(7); });
  EXPECT_EQ(seen.get_future().get(), 7) << "work that comes later finds a thread";
}

TEST(WorkerPool, LosesNoJobWhileThreadsEnd) {
  std::atomic<int> ran = 0;
  {
    WorkerPool pool{"test", 4, std::chrono::milliseconds{0}};
    for (int i = 0; i < 5000; ++i) {
      pool.post([&] { ++ran; });
      if (i % 7 == 0) std::this_thread::yield();
    }
  }

  EXPECT_EQ(ran, 5000);
}

TEST(WorkerPool, ItsThreadsTakeNoSignalsAndHaveItsName) {
  WorkerPool pool{"agenta-test", 1};
  std::promise<std::pair<bool, std::string>> seen;

  pool.post([&] {
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    char name[16] = {};
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
    seen.set_value({::sigismember(&mask, SIGTERM) == 1 && ::sigismember(&mask, SIGINT) == 1, name});
  });

  auto const [masked, name] = seen.get_future().get();
  EXPECT_TRUE(masked);
  EXPECT_EQ(name, "agenta-test");
  sigset_t own;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &own);
  EXPECT_EQ(::sigismember(&own, SIGTERM), 0) << "the caller's mask is as it was";
}

TEST(WorkerPool, TakesJobsThatCanOnlyBeMoved) {
  std::promise<int> seen;
  WorkerPool pool{"test", 1};

  pool.post([&, value = std::make_unique<int>(7)] { seen.set_value(*value); });

  EXPECT_EQ(seen.get_future().get(), 7);
}

struct OnPool : testing::Test {
  LoopThread loop;
  WorkerPool pool{"test", 2};
};

TEST_F(OnPool, ResumesOnTheLoopWithTheResult) {
  std::promise<std::string> result;
  std::thread::id worker;
  std::thread::id resumed;
  auto const loop_thread = loop.on_loop([] { return std::this_thread::get_id(); });
  auto story = [&]() -> asio::awaitable<void> {
    auto work = on_pool(pool, [&] {
      worker = std::this_thread::get_id();
      return std::string{"done"};
    });
    std::string text = co_await std::move(work);
    resumed = std::this_thread::get_id();
    result.set_value(std::move(text));
  };

  asio::co_spawn(loop.loop(), story(), [](std::exception_ptr) {});

  EXPECT_EQ(result.get_future().get(), "done");
  EXPECT_NE(worker, loop_thread);
  EXPECT_EQ(resumed, loop_thread);
}

TEST_F(OnPool, BringsAnExceptionOfTheWorkBack) {
  std::promise<std::string> what;
  auto story = [&]() -> asio::awaitable<void> {
    auto work = on_pool(pool, []() -> int { throw std::runtime_error("broken"); });
    try {
      static_cast<void>(co_await std::move(work));
      what.set_value("nothing");
    } catch (std::runtime_error const& error) {
      what.set_value(error.what());
    }
  };

  asio::co_spawn(loop.loop(), story(), [](std::exception_ptr) {});

  EXPECT_EQ(what.get_future().get(), "broken");
}

TEST_F(OnPool, TakesResultsWithoutADefault) {
  struct Value {
    explicit Value(int n) : number(n) {}
    int number;
  };
  std::promise<int> result;
  auto story = [&]() -> asio::awaitable<void> {
    auto work = on_pool(pool, [] { return std::make_unique<Value>(3); });
    auto value = co_await std::move(work);
    result.set_value(value->number);
  };

  asio::co_spawn(loop.loop(), story(), [](std::exception_ptr) {});

  EXPECT_EQ(result.get_future().get(), 3);
}

TEST_F(OnPool, TheLoopGoesOnWhileTheWorkBlocks) {
  test::Gate gate;
  std::promise<void> over;
  auto story = [&]() -> asio::awaitable<void> {
    auto work = on_pool(pool, [&] {
      gate.pass();
      return 0;
    });
    static_cast<void>(co_await std::move(work));
    over.set_value();
  };
  asio::co_spawn(loop.loop(), story(), [](std::exception_ptr) {});
  gate.await_arrivals(1);

  EXPECT_EQ(loop.on_loop([] { return 42; }), 42);

  gate.open();
  over.get_future().get();
}

}  // namespace
}  // namespace agenta::daemon
