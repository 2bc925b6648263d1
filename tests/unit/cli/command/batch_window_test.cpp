#include "cli/command/batch_window.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include "cli/command/batch_progress.hpp"

namespace agenta::cli {
namespace {

using namespace std::chrono_literals;

/// Whether a call is held up, for as long as it takes to be sure.
bool is_held(std::future<void> const& call) { return call.wait_for(50ms) == std::future_status::timeout; }

struct Written {
  std::vector<std::string> lines{};
  std::function<bool(std::string const&)> take() {
    return [this](std::string const& text) {
      lines.push_back(text);
      return true;
    };
  }
};

TEST(BatchQueue, HoldsItsFillerBackByCountAndByBytes) {
  BatchQueue<int> queue{2, 100};
  ASSERT_TRUE(queue.push(1, 60, {}));
  auto by_bytes = std::async(std::launch::async, [&] { EXPECT_TRUE(queue.push(2, 60, {})); });
  EXPECT_TRUE(is_held(by_bytes));
  EXPECT_EQ(queue.pop(), 1);
  queue.finish(60);
  by_bytes.get();
  ASSERT_TRUE(queue.push(3, 1, {}));
  auto by_count = std::async(std::launch::async, [&] { EXPECT_TRUE(queue.push(4, 1, {})); });
  EXPECT_TRUE(is_held(by_count));
  EXPECT_EQ(queue.pop(), 2);
  by_count.get();

  EXPECT_EQ(queue.pop(), 3);
  EXPECT_EQ(queue.pop(), 4);
}

TEST(BatchQueue, BoundsTheBytesOfWhatIsBegunAndNotOver) {
  BatchQueue<int> queue{4, 100};
  ASSERT_TRUE(queue.push(1, 60, {}));
  EXPECT_EQ(queue.pop(), 1);
  ASSERT_TRUE(queue.push(2, 60, {}));
  auto second = std::async(std::launch::async, [&] { EXPECT_EQ(queue.pop(), 2); });

  EXPECT_TRUE(is_held(second));
  queue.finish(60);
  second.get();
}

TEST(BatchQueue, LetsAnItemThatIsLargerThanAllTheRoomInAlone) {
  BatchQueue<int> queue{2, 10};

  EXPECT_TRUE(queue.push(1, 1000, {}));
  EXPECT_EQ(queue.pop(), 1);
}

TEST(BatchQueue, GivesWhatIsLeftOnceClosedAndNothingOnceAbandoned) {
  BatchQueue<int> closed{4, 10};
  BatchQueue<int> abandoned{4, 10};
  for (BatchQueue<int>* each : {&closed, &abandoned}) {
    ASSERT_TRUE(each->push(1, 1, {}));
    ASSERT_TRUE(each->push(2, 1, {}));
  }

  closed.close();
  EXPECT_EQ(abandoned.abandon(), 2U);

  EXPECT_EQ(closed.pop(), 1);
  EXPECT_EQ(closed.pop(), 2);
  EXPECT_EQ(closed.pop(), std::nullopt);
  EXPECT_EQ(abandoned.pop(), std::nullopt);
  EXPECT_FALSE(abandoned.push(3, 1, {}));
}

TEST(BatchQueue, LetsGoOfItsFillerWhenStopped) {
  BatchQueue<int> queue{1, 10};
  ASSERT_TRUE(queue.push(1, 1, {}));
  std::stop_source stop;
  auto filler = std::async(std::launch::async, [&] { EXPECT_FALSE(queue.push(2, 1, stop.get_token())); });
  EXPECT_TRUE(is_held(filler));

  stop.request_stop();

  filler.get();
}

TEST(BatchOutlet, WritesAsTheyComeUnlessOrdered) {
  Written any;
  Written ordered;
  BatchOutlet as_completed{BatchOutlet::Order::as_completed, 4, 100, any.take()};
  BatchOutlet as_read{BatchOutlet::Order::as_read, 4, 100, ordered.take()};
  for (BatchOutlet* each : {&as_completed, &as_read}) {
    each->put(2, "c");
    each->put(0, "a");
    each->put(1, "b");
  }

  EXPECT_EQ(any.lines, (std::vector<std::string>{"c", "a", "b"}));
  EXPECT_EQ(ordered.lines, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(BatchOutlet, HoldsWhoeverIsTooFarAheadUntilTheSlowOneHasCome) {
  Written written;
  BatchOutlet outlet{BatchOutlet::Order::as_read, 2, 100, written.take()};
  outlet.put(1, "b");
  outlet.put(2, "c");
  auto ahead = std::async(std::launch::async, [&] { outlet.put(3, "d"); });
  EXPECT_TRUE(is_held(ahead));

  outlet.put(0, "a");
  ahead.get();

  EXPECT_EQ(written.lines, (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST(BatchOutlet, NeverHoldsTheOneWhoseTurnItIsHoweverMuchItBrings) {
  Written written;
  BatchOutlet outlet{BatchOutlet::Order::as_read, 1, 4, written.take()};

  outlet.put(0, "much more than four bytes");

  EXPECT_EQ(written.lines.size(), 1U);
}

TEST(BatchOutlet, WritesNothingMoreOnceItWasNotTaken) {
  int writes = 0;
  BatchOutlet outlet{BatchOutlet::Order::as_completed, 4, 100, [&](std::string const&) {
                       ++writes;
                       return false;
                     }};
  EXPECT_FALSE(outlet.is_shut());

  outlet.put(0, "a");
  outlet.put(1, "b");

  EXPECT_TRUE(outlet.is_shut());
  EXPECT_EQ(writes, 1);
}

TEST(BatchBar, TellsRateAndTimeLeftWhereTheSizeIsKnown) {
  BatchStanding standing;
  standing.succeeded = 90;
  standing.failed = 8;
  standing.unknown = 2;

  EXPECT_EQ(batch_bar(standing, 10s, 250, 1000, 100),
            "[#####...............] 25% 100 done, 8 failed, 2 unknown, 10/s, 0:30 left");
  EXPECT_EQ(batch_bar(standing, 10s, 250, std::nullopt, 100), "100 done, 8 failed, 2 unknown, 10/s");
  EXPECT_EQ(batch_bar({}, 0ms, 0, 1000, 100), "[....................] 0% 0 done, 0/s");
}

}  // namespace
}  // namespace agenta::cli
