#include "daemon/core/catalog_sync.hpp"

#include <algorithm>

#include "shared/base/text.hpp"
#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

/// A provider with integrations `a00`, `a01`, …, each with as many tools as its list says.
struct CatalogSyncTest : CoreTest {
  ProviderAccess access{kEndpoint, Secret{"key-1"}, "scope"};
  ProviderCall call{access, clock.steady() + std::chrono::minutes{1}};
  CatalogSync sync{catalog};
  std::vector<Integration> integrations{};
  std::vector<std::vector<std::string>> asked{};  ///< the integrations of each request for tools

  CatalogSyncTest() {
    provider.on_list_integrations = [this](auto const&) {
      Page<Integration> page;
      page.items = integrations;
      return page;
    };
    provider.on_list_tools = [this](ToolFilter const& filter) { return tools(filter); };
  }
  void add(std::string slug, std::int64_t tools_count) {
    Integration& each = integrations.emplace_back();
    each.slug.text = std::move(slug);
    each.tools_count = tools_count;
    each.version = "1";
  }
  Result<Page<Tool>> tools(ToolFilter const& filter) {
    Page<Tool> page;
    std::vector<std::string> slugs;
    for (IntegrationSlug const& slug : filter.integrations) {
      slugs.push_back(slug.text);
      auto const found = std::ranges::find(integrations, slug, &Integration::slug);
      for (std::int64_t i = 0; i < found->tools_count; ++i) {
        Tool& tool = page.items.emplace_back();
        tool.slug.text = to_upper(slug.text) + "_TOOL_" + std::to_string(i);
        tool.integration = slug;
      }
    }
    asked.push_back(std::move(slugs));
    return page;
  }
  Result<void> run(CatalogRun run = {}) {
    for (int steps = 0; steps < 100; ++steps) {
      auto const stepped = sync.step(call, run);
      if (!stepped) return fail(stepped.error());
      if (*stepped == CatalogSync::Step::done) return {};
    }
    ADD_FAILURE() << "the run does not end";
    return {};
  }
  store::CatalogCounts counts() { return value_of(value_of(catalog.account(access))->store->counts()); }
};

TEST_F(CatalogSyncTest, FetchesEverythingInAsFewRequestsAsThereArePages) {
  for (int i = 0; i < 10; ++i) add("a0" + std::to_string(i), 300);

  ASSERT_TRUE(run());

  EXPECT_EQ(counts().tools, 3000);
  EXPECT_EQ(counts().unfetched, 0);
  EXPECT_EQ(provider.count("list_integrations"), 1);
  EXPECT_EQ(asked.size(), 4U) << "three integrations fit a page";
}

TEST_F(CatalogSyncTest, ARunOverWhatHasNotChangedIsOneRequest) {
  add("a", 3);
  ASSERT_TRUE(run());
  asked.clear();

  ASSERT_TRUE(run());

  EXPECT_TRUE(asked.empty());
  EXPECT_EQ(provider.count("list_integrations"), 2);
}

TEST_F(CatalogSyncTest, FetchesOnlyWhatChanged) {
  add("a", 3);
  add("b", 3);
  ASSERT_TRUE(run());
  asked.clear();
  integrations[1].version = "2";
  integrations[1].tools_count = 2;

  ASSERT_TRUE(run());

  EXPECT_EQ(asked, (std::vector<std::vector<std::string>>{{"b"}}));
  EXPECT_EQ(counts().tools, 5);
}

TEST_F(CatalogSyncTest, FetchesAllOfItWhereThatIsAskedFor) {
  add("a", 3);
  ASSERT_TRUE(run());
  asked.clear();

  ASSERT_TRUE(run({.everything = true}));

  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(CatalogSyncTest, LeavesAloneWhatWasNeverAskedForWhereItShould) {
  add("a", 3);
  ASSERT_TRUE(run());
  add("b", 3);
  integrations[0].version = "2";
  asked.clear();

  ASSERT_TRUE(run({.only_kept = true}));

  EXPECT_EQ(asked, (std::vector<std::vector<std::string>>{{"a"}}));
}

TEST_F(CatalogSyncTest, ARunThatWasCutOffIsTakenUpWhereItEnded) {
  for (int i = 0; i < 4; ++i) add("a0" + std::to_string(i), 600);
  CatalogRun cut_off;
  ASSERT_TRUE(sync.step(call, cut_off));
  ASSERT_TRUE(sync.step(call, cut_off));
  ASSERT_TRUE(sync.step(call, cut_off));
  ASSERT_EQ(asked, (std::vector<std::vector<std::string>>{{"a00"}, {"a01"}}));
  asked.clear();

  ASSERT_TRUE(run());

  EXPECT_EQ(asked, (std::vector<std::vector<std::string>>{{"a02"}, {"a03"}}));
}

TEST_F(CatalogSyncTest, AFailedStepIsSteppedAgain) {
  add("a", 3);
  CatalogRun progress;
  ASSERT_TRUE(sync.step(call, progress));
  auto const works = provider.on_list_tools;
  provider.on_list_tools = [](auto const&) {
    return Result<Page<Tool>>{fail(ErrorCode::rate_limited, "slow down")};
  };
  EXPECT_EQ(error_of(sync.step(call, progress)).code, ErrorCode::rate_limited);
  provider.on_list_tools = works;

  ASSERT_TRUE(run(progress));

  EXPECT_EQ(counts().unfetched, 0);
}

TEST_F(CatalogSyncTest, AsksSinglyWhereTheProviderKnowsNoListOfIntegrations) {
  add("a", 3);
  add("b", 2);
  provider.on_list_tools = [this](ToolFilter const& filter) -> Result<Page<Tool>> {
    if (filter.integrations.size() > 1) return Page<Tool>{};
    return tools(filter);
  };

  ASSERT_TRUE(run());

  EXPECT_EQ(counts().tools, 5);
}

TEST_F(CatalogSyncTest, AnIntegrationThatTheProviderRefusesHoldsUpNoOther) {
  add("bad", 3);
  add("good", 2);
  provider.on_list_tools = [this](ToolFilter const& filter) -> Result<Page<Tool>> {
    bool const refused =
        std::ranges::any_of(filter.integrations, [](auto const& slug) { return slug.text == "bad"; });
    if (refused) return fail(ErrorCode::integration_not_found, "there is no integration bad");
    return tools(filter);
  };

  auto const error = error_of(run());

  EXPECT_EQ(error.code, ErrorCode::composio_error);
  EXPECT_EQ(error.retryable, Retryable::no);
  EXPECT_NE(error.message.find("bad"), std::string::npos) << "what was given up is named: " << error.message;

  EXPECT_EQ(counts().tools, 2);
  EXPECT_EQ(counts().unfetched, 1);
}

TEST_F(CatalogSyncTest, AnAnswerThatNobodyCanReadHoldsUpNoOther) {
  add("bad", 3);
  add("good", 2);
  provider.on_list_tools = [this](ToolFilter const& filter) -> Result<Page<Tool>> {
    bool const is_bad =
        std::ranges::any_of(filter.integrations, [](auto const& slug) { return slug.text == "bad"; });
    if (is_bad) return fail(ErrorCode::composio_error, "this is no list of tools");
    return tools(filter);
  };

  EXPECT_EQ(error_of(run()).code, ErrorCode::composio_error);

  EXPECT_EQ(counts().tools, 2);
}

TEST_F(CatalogSyncTest, AnEmptyListTakesNothingAwayThatIsHere) {
  add("a", 3);
  ASSERT_TRUE(run());
  integrations.clear();

  EXPECT_EQ(error_of(run()).code, ErrorCode::composio_error);

  EXPECT_EQ(counts().tools, 3);
}

TEST_F(CatalogSyncTest, ToolsOfOthersThatAFilterLetThroughAreNotTakenForAWholeList) {
  add("a", 1);
  ASSERT_TRUE(run());
  add("b", 1);
  provider.on_list_tools = [this](ToolFilter const& filter) -> Result<Page<Tool>> {
    auto page = value_of(tools(filter));
    page.items.emplace_back().slug.text = "OTHER_TOOL";
    page.items.back().integration.text = "other";
    return page;
  };

  ASSERT_TRUE(run());

  EXPECT_EQ(counts().tools, 2);
}

TEST_F(CatalogSyncTest, ARejectedKeyEndsTheRun) {
  provider.on_list_integrations = [](auto const&) {
    return Result<Page<Integration>>{fail(ErrorCode::api_key_rejected, "no")};
  };

  EXPECT_EQ(error_of(run()).code, ErrorCode::api_key_rejected);
}

}  // namespace
}  // namespace agenta::daemon
