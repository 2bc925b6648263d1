#include "cli/browse/requester.hpp"

#include <gtest/gtest.h>

#include <future>
#include <set>

#include "shared/base/synchronized.hpp"

namespace agenta::cli::browse {
namespace {

using namespace std::chrono_literals;

Question question(std::uint64_t id, std::string words = "", bool is_typed = false) {
  Question made;
  made.id = id;
  made.words = std::move(words);
  made.is_typed = is_typed;
  return made;
}

/// A source that notes what it is asked, and answers `hang` only when it is stopped.
struct Asked {
  Synchronized<std::vector<std::string>> words{};
  std::promise<void> hanging{};

  Result<Content> answer(Question const& what, std::stop_token const& stop) {
    words.with([&](auto& all) { all.push_back(what.words); });
    if (what.words == "throw") throw std::runtime_error{"oops"};
    if (what.words == "hang") {
      std::promise<void> stopped;
      std::stop_callback const on_stop{stop, [&] { stopped.set_value(); }};
      hanging.set_value();
      stopped.get_future().wait();
    }
    return Content{Rows{}};
  }
  Source source() {
    return [this](Question const& what, std::stop_token const& stop) { return answer(what, stop); };
  }
};

/// The answers that were delivered, and the arrival of the one that ends a test.
struct Delivered {
  Synchronized<std::vector<std::uint64_t>> ids{};
  Synchronized<std::vector<std::string>> failures{};
  std::promise<void> last{};

  std::function<void(Answer)> until(std::uint64_t id) {
    return [this, id](Answer answer) {
      ids.with([&](auto& all) { all.push_back(answer.id); });
      if (!answer.content) failures.with([&](auto& all) { all.push_back(answer.content.error().message); });
      if (answer.id == id) last.set_value();
    };
  }
};

using Ids = std::vector<std::uint64_t>;

TEST(Requester, AnswersInTheOrderOfTheQuestions) {
  Asked asked;
  Delivered delivered;
  Requester requester{asked.source(), delivered.until(3), 0ms};

  requester.ask({question(1), question(2)}, true);
  requester.ask({question(3)}, false);
  delivered.last.get_future().wait();

  EXPECT_EQ(delivered.ids.with([](auto& all) { return all; }), (Ids{1, 2, 3}));
}

TEST(Requester, LeavesAHangingQuestionForANewerOne) {
  Asked asked;
  Delivered delivered;
  Requester requester{asked.source(), delivered.until(3), 0ms};

  requester.ask({question(1, "hang"), question(2)}, true);
  asked.hanging.get_future().wait();
  requester.ask({question(3)}, true);
  delivered.last.get_future().wait();

  EXPECT_EQ(delivered.ids.with([](auto& all) { return all; }), (Ids{3}));
}

TEST(Requester, EndsWhileTheSourceHangs) {
  Asked asked;
  Delivered delivered;
  {
    Requester requester{asked.source(), delivered.until(0), 0ms};
    requester.ask({question(1, "hang")}, true);
    asked.hanging.get_future().wait();
  }

  EXPECT_TRUE(delivered.ids.with([](auto& all) { return all.empty(); }));
}

TEST(Requester, AsksOnlyForTheLastOfWhatIsTypedAtOnce) {
  Asked asked;
  Delivered delivered;
  Requester requester{asked.source(), delivered.until(4), 50ms};

  requester.ask({question(1, "i", true)}, true);
  requester.ask({question(2, "is", true)}, true);
  requester.ask({question(3, "iss", true)}, true);
  requester.ask({question(4, "issue", true)}, true);
  delivered.last.get_future().wait();

  EXPECT_EQ(asked.words.with([](auto& all) { return all.back(); }), "issue");
  EXPECT_EQ(delivered.ids.with([](auto& all) { return all.back(); }), 4U);
}

TEST(Requester, DoesNotWaitForTheEndOfAPauseToEnd) {
  Asked asked;
  Delivered delivered;
  auto const begin = std::chrono::steady_clock::now();
  {
    Requester requester{asked.source(), delivered.until(0), 1h};
    requester.ask({question(1, "i", true)}, true);
  }

  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10min);
  EXPECT_TRUE(asked.words.with([](auto& all) { return all.empty(); }));
}

TEST(Requester, AnswersWithAFailureWhereTheSourceHasABug) {
  Asked asked;
  Delivered delivered;
  Requester requester{asked.source(), delivered.until(1), 0ms};

  requester.ask({question(1, "throw")}, true);
  delivered.last.get_future().wait();

  EXPECT_NE(delivered.failures.with([](auto& all) { return all.at(0); }).find("oops"), std::string::npos);
}

}  // namespace
}  // namespace agenta::cli::browse
