#include "cli/mcp/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "tests/support/gate.hpp"

namespace agenta::mcp {
namespace {

using agenta::test::Gate;

class Silent final : public ToolService {
 public:
  Result<ServiceReply> call(ServiceRequest const&, std::stop_token) override {
    return fail(ErrorCode::internal, "silent");
  }
};

TEST(WorkerPool, MakesThreadsAsTheyAreNeededAndNoMore) {
  std::atomic<int> made = 0;
  std::atomic<int> done = 0;
  Gate gate;
  {
    WorkerPool pool{3, [&] {
                      ++made;
                      return std::make_unique<Silent>();
                    }};
    EXPECT_EQ(made, 0);
    for (int i = 0; i < 10; ++i) {
      pool.post([&](ToolService&) {
        gate.pass();
        ++done;
      });
    }
    gate.await_arrivals(3);
    EXPECT_EQ(made, 3);
    gate.open();
    pool.drain(std::chrono::seconds{20});
    EXPECT_EQ(done, 10);
  }
  EXPECT_EQ(made, 3);
}

TEST(WorkerPool, WhoWaitsForAPersonKeepsNobodyElseWaiting) {
  Gate resting;
  Gate done;
  WorkerPool pool{2, [] { return std::make_unique<Silent>(); }};
  for (int i = 0; i < 5; ++i) {
    pool.post([&](ToolService&) {
      WorkerPool::Rest const rest;
      resting.pass();
    });
  }
  resting.await_arrivals(5);

  pool.post([&](ToolService&) { done.pass(); });

  done.await_arrivals(1);
  done.open();
  resting.open();
}

TEST(WorkerPool, EachThreadHasAServiceOfItsOwn) {
  std::mutex mutex;
  std::set<ToolService*> seen;
  Gate gate;
  WorkerPool pool{4, [] { return std::make_unique<Silent>(); }};

  for (int i = 0; i < 4; ++i) {
    pool.post([&](ToolService& service) {
      {
        std::lock_guard const guard{mutex};
        seen.insert(&service);
      }
      gate.pass();
    });
  }
  gate.await_arrivals(4);
  gate.open();
  pool.drain(std::chrono::seconds{20});

  EXPECT_EQ(seen.size(), 4U);
}

TEST(WorkerPool, DropsWhatHasNotBegunWhenItIsClosed) {
  std::atomic<int> done = 0;
  Gate gate;
  {
    WorkerPool pool{1, [] { return std::make_unique<Silent>(); }};
    for (int i = 0; i < 5; ++i) {
      pool.post([&](ToolService&) {
        gate.pass();
        ++done;
      });
    }
    gate.await_arrivals(1);
    pool.close();
    pool.post([&](ToolService&) { ++done; });
    gate.open();
  }

  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace agenta::mcp
