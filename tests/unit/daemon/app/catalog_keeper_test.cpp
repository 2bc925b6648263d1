#include "daemon/app/catalog_keeper.hpp"

#include <fstream>
#include <iterator>
#include <thread>

#include "shared/base/text.hpp"
#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

/// A keeper on a loop that the test turns, with a provider of two integrations.
struct CatalogKeeperTest : CoreTest {
  boost::asio::io_context loop{1};
  log::Log log = std::move(log::open(log_options())).value();
  CatalogKeeper keeper{loop, workers, log, clock, keeper_options()};
  Catalog kept{provider, clock, shelf, kept_options()};
  ProviderAccess access{kEndpoint, Secret{"key-1"}, "scope"};
  // Last, so that its threads are joined before anything they work on goes away.
  WorkerPool workers{"test", 2};

  CatalogKeeperTest() {
    keeper.attach(kept, shelf);
    provider.on_list_integrations = [](auto const&) {
      Page<Integration> page;
      for (char const* slug : {"a", "b"}) {
        page.items.emplace_back().slug.text = slug;
        page.items.back().tools_count = 1;
      }
      return page;
    };
    provider.on_list_tools = [](ToolFilter const& filter) {
      Page<Tool> page;
      for (IntegrationSlug const& slug : filter.integrations) {
        page.items.emplace_back().slug.text = to_upper(slug.text) + "_TOOL";
        page.items.back().integration = slug;
      }
      return page;
    };
  }
  log::Options log_options() const {
    log::Options options;
    options.file = directory / "daemon.log";
    return options;
  }
  CatalogKeeper::Options keeper_options() const {
    CatalogKeeper::Options options;
    options.first_pause = options.pause = milliseconds{1};
    options.names = directory / "names";
    return options;
  }
  Catalog::Options kept_options() {
    Catalog::Options options;
    options.behind = [this](auto job) { keeper.behind(std::move(job)); };
    options.refresh = [this](ProviderAccess const& of) { keeper.refresh(of); };
    return options;
  }
  /// Turns the loop until it is so.
  template <class Predicate>
  bool turn_until(Predicate is_so) {
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!is_so()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop.restart();
      loop.run_for(milliseconds{5});
    }
    return true;
  }
  bool turn_until_ended(std::int64_t runs) {
    return turn_until([&] { return keeper.status(access).refreshes >= runs; });
  }
  std::string read(std::string const& name) const {
    std::ifstream names{directory / "names" / name};
    return {std::istreambuf_iterator<char>{names}, {}};
  }
};

TEST_F(CatalogKeeperTest, BringsEverythingHere) {
  keeper.warm_up(access);

  ASSERT_TRUE(turn_until_ended(1));

  auto const status = keeper.status(access);
  EXPECT_TRUE(status.complete);
  EXPECT_EQ(status.tools, 2);
  EXPECT_EQ(status.state, CatalogStatus::State::idle);
  EXPECT_FALSE(status.error);
  EXPECT_FALSE(keeper.busy());
}

TEST_F(CatalogKeeperTest, TellsAfterAStartWhatIsHereBeforeItFetchesAnything) {
  keeper.warm_up(access);
  ASSERT_TRUE(turn_until_ended(1));
  CatalogKeeper::Options options = keeper_options();
  options.first_pause = std::chrono::hours{1};
  CatalogKeeper later{loop, workers, log, clock, options};
  later.attach(kept, shelf);

  later.start(access);

  EXPECT_TRUE(turn_until([&] { return later.last_status().complete; }));
  EXPECT_EQ(later.last_status().tools, 2);
  later.stop();
  loop.restart();
  loop.poll();  // what was resting comes to its end before the keeper does
}

TEST_F(CatalogKeeperTest, LeavesTheNamesForShells) {
  keeper.refresh_everything(access);

  ASSERT_TRUE(turn_until([&] { return read("categories") == "" && read("tools") == "A_TOOL\nB_TOOL\n"; }));

  EXPECT_EQ(read("integrations"), "a\nb\n");
}

TEST_F(CatalogKeeperTest, RefreshesEverythingThoughNothingChanged) {
  keeper.warm_up(access);
  ASSERT_TRUE(turn_until_ended(1));
  auto const asked = provider.count("list_tools");

  keeper.refresh_everything(access);
  EXPECT_EQ(keeper.status(access).state, CatalogStatus::State::refreshing) << "shown at once";
  ASSERT_TRUE(turn_until_ended(2));

  EXPECT_GT(provider.count("list_tools"), asked);
}

TEST_F(CatalogKeeperTest, ReadersThatWantItAtTheSameTimeShareOneRun) {
  for (int i = 0; i < 20; ++i) keeper.refresh(access);

  ASSERT_TRUE(turn_until_ended(1));
  loop.restart();
  loop.poll();

  EXPECT_EQ(provider.count("list_integrations"), 1);
}

TEST_F(CatalogKeeperTest, WhoAsksForEverythingWaitsForThatRunAndNoOther) {
  test::Gate gate;
  auto const works = provider.on_list_integrations;
  provider.on_list_integrations = [&, works](auto const& filter) {
    gate.pass();
    return works(filter);
  };
  keeper.refresh(access);
  ASSERT_TRUE(turn_until([&] { return provider.count("list_integrations") == 1; }));
  keeper.refresh_everything(access);
  gate.open();

  ASSERT_TRUE(turn_until_ended(1));

  EXPECT_EQ(provider.count("list_integrations"), 2) << "the run under way began before it was asked for";
  EXPECT_EQ(keeper.status(access).refreshes, 1);
}

TEST_F(CatalogKeeperTest, TriesAgainAndThenSaysWhyItGaveUp) {
  provider.on_list_integrations = [](auto const&) {
    Error away = fail(ErrorCode::provider_unavailable, "away").error();
    away.retry_after = std::chrono::seconds{0};
    return Result<Page<Integration>>{fail(std::move(away))};
  };
  keeper.refresh_everything(access);

  ASSERT_TRUE(turn_until_ended(1));

  auto const status = keeper.status(access);
  ASSERT_TRUE(status.error);
  EXPECT_EQ(status.error->code, ErrorCode::provider_unavailable);
  EXPECT_EQ(provider.count("list_integrations"), 3);
}

TEST_F(CatalogKeeperTest, ARejectedKeyIsNotTriedAgain) {
  provider.on_list_integrations = [](auto const&) {
    return Result<Page<Integration>>{fail(ErrorCode::api_key_rejected, "no")};
  };
  keeper.refresh(access);

  ASSERT_TRUE(turn_until_ended(1));

  EXPECT_EQ(provider.count("list_integrations"), 1);
}

TEST_F(CatalogKeeperTest, StoppedItBeginsNothing) {
  keeper.stop();
  keeper.refresh_everything(access);
  keeper.behind([](std::stop_token) { FAIL(); });
  loop.restart();
  loop.run_for(milliseconds{20});

  EXPECT_TRUE(provider.calls().empty());
}

}  // namespace
}  // namespace agenta::daemon
