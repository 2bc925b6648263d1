#include "daemon/core/tool_search.hpp"

#include <algorithm>

#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

using Kind = SearchHit::Kind;
using Names = std::vector<std::string>;

struct ToolSearchTest : CoreTest {
  ProviderAccess access{kEndpoint, Secret{"key-1"}, "scope"};
  ProviderCall call{access, clock.steady() + std::chrono::minutes{1}};
  ToolSearch search{catalog, provider};
  std::vector<Integration> integrations{};
  std::vector<Tool> tools{};

  ToolSearchTest() {
    add("github", "GitHub", "Code hosting.");
    add("gmail", "Gmail", "Mail.");
    add("googlecalendar", "Google Calendar", "Appointments.");
    for (char const* slug :
         {"GITHUB_CREATE_AN_ISSUE", "GITHUB_CREATE_AN_ISSUE_COMMENT", "GITHUB_LIST_REPOSITORY_ISSUES",
          "GITHUB_STAR_A_REPOSITORY", "GITHUB_CREATE_A_PULL_REQUEST"})
      add_tool(slug, "github");
    for (char const* slug : {"GMAIL_SEND_EMAIL", "GMAIL_FETCH_EMAILS"}) add_tool(slug, "gmail");
    add_tool("GOOGLECALENDAR_CREATE_EVENT", "googlecalendar");
    add_tool("GOOGLECALENDAR_EVENTS_LIST", "googlecalendar");
    tools[2].tags = {"readOnlyHint"};
    provider.on_list_integrations = [this](auto const&) {
      Page<Integration> page;
      page.items = integrations;
      return page;
    };
    provider.on_list_tools = [this](ToolFilter const& filter) {
      return Result<Page<Tool>>{matching(filter)};
    };
  }
  void add(std::string slug, std::string name, std::string description) {
    Integration& each = integrations.emplace_back();
    each.slug.text = std::move(slug);
    each.name = std::move(name);
    each.description = std::move(description);
  }
  void add_tool(std::string slug, std::string of) {
    Tool& tool = tools.emplace_back();
    tool.slug.text = std::move(slug);
    tool.integration.text = std::move(of);
  }
  Page<Tool> matching(ToolFilter const& filter) const {
    Page<Tool> page;
    std::ranges::copy_if(tools, std::back_inserter(page.items), [&](Tool const& tool) {
      if (!filter.slugs.empty()) return std::ranges::find(filter.slugs, tool.slug) != filter.slugs.end();
      return filter.integrations.empty() ||
             std::ranges::find(filter.integrations, tool.integration) != filter.integrations.end();
    });
    return page;
  }
  /// As after a refresh of everything.
  void fill() {
    auto const account = value_of(catalog.account(access));
    ASSERT_TRUE(account->store->put_integrations(integrations, clock.wall()));
    std::vector<IntegrationSlug> whole;
    for (Integration const& each : integrations) whole.push_back(each.slug);
    ASSERT_TRUE(account->store->put_tools(tools, whole, clock.wall()));
  }
  Names find(SearchRequest request) {
    if (!request.kind) request.kind = Kind::tool;
    auto const known = search.search(call, request);
    EXPECT_TRUE(known) << known.error().message;
    Names slugs;
    for (SearchHit const& hit : known->value.items) slugs.push_back(hit.slug);
    return slugs;
  }
  Names find(std::string words) { return find(SearchRequest{.words = std::move(words)}); }
  std::string first(std::string words) {
    auto const found = find(std::move(words));
    return found.empty() ? "(nothing)" : found.front();
  }
};

TEST_F(ToolSearchTest, FindsByTheWordsOfTheName) {
  fill();

  EXPECT_EQ(first("create github issue"), "GITHUB_CREATE_AN_ISSUE");
  EXPECT_EQ(first("GITHUB_CREATE_AN_ISSUE"), "GITHUB_CREATE_AN_ISSUE");
  EXPECT_EQ(first("send email"), "GMAIL_SEND_EMAIL");
}

TEST_F(ToolSearchTest, FindsByOtherWordsForTheSame) {
  fill();

  EXPECT_EQ(first("open a ticket on github"), "GITHUB_CREATE_AN_ISSUE");
  EXPECT_EQ(first("read my mail"), "GMAIL_FETCH_EMAILS");
  EXPECT_EQ(first("schedule an appointment"), "GOOGLECALENDAR_CREATE_EVENT");
  EXPECT_EQ(first("create a PR"), "GITHUB_CREATE_A_PULL_REQUEST");
}

TEST_F(ToolSearchTest, FindsByMisspeltAndUnfinishedWords) {
  fill();

  EXPECT_EQ(first("crate github isue"), "GITHUB_CREATE_AN_ISSUE");
  EXPECT_EQ(first("gmial send"), "GMAIL_SEND_EMAIL");
  EXPECT_EQ(first("star repos"), "GITHUB_STAR_A_REPOSITORY");
}

TEST_F(ToolSearchTest, KnowsAServiceByItsNameInWhateverSpelling) {
  fill();

  for (char const* words : {"google calendar create", "googlecalendar create", "gcal create"}) {
    EXPECT_EQ(first(words), "GOOGLECALENDAR_CREATE_EVENT") << words;
  }
}

TEST_F(ToolSearchTest, FindsIntegrationsAndMixesThemWithTools) {
  fill();

  EXPECT_EQ(find(SearchRequest{.words = "calendar", .kind = Kind::integration}), (Names{"googlecalendar"}));
  auto const both = value_of(search.search(call, {.words = "gmail"})).value;
  EXPECT_EQ(both.items.front().kind, Kind::integration);
  EXPECT_EQ(both.items.front().slug, "gmail");
  EXPECT_EQ(both.total, 3);
}

TEST_F(ToolSearchTest, Filters) {
  fill();

  EXPECT_EQ(find(SearchRequest{.words = "github issues", .read_only = true}),
            (Names{"GITHUB_LIST_REPOSITORY_ISSUES"}));
  EXPECT_EQ(find(SearchRequest{.words = "create", .integration = "googlecalendar"}),
            (Names{"GOOGLECALENDAR_CREATE_EVENT"}));
  EXPECT_EQ(find(SearchRequest{.words = "email", .connected = true}), Names{});
  EXPECT_EQ(find(SearchRequest{.words = "email send", .connected = true, .connected_integrations = {"gmail"}})
                .front(),
            "GMAIL_SEND_EMAIL");
  EXPECT_EQ(find(SearchRequest{.words = "email", .connected = false, .connected_integrations = {"gmail"}}),
            Names{});
}

TEST_F(ToolSearchTest, AFilterThatNamesNoIntegrationIsAnError) {
  fill();

  auto const error = error_of(search.search(call, {.words = "x", .integration = "gtihub"}));

  EXPECT_EQ(error.code, ErrorCode::integration_not_found);
  EXPECT_NE(error.message.find("github"), std::string::npos);
}

TEST_F(ToolSearchTest, ScoresAreOrderedAndWithinOne) {
  fill();

  auto const result = value_of(search.search(call, {.words = "github create issue"})).value;

  EXPECT_TRUE(std::ranges::is_sorted(result.items, std::ranges::greater{}, &SearchHit::score));
  for (SearchHit const& hit : result.items) {
    EXPECT_GE(hit.score, 0);
    EXPECT_LE(hit.score, 1);
  }
}

TEST_F(ToolSearchTest, WhatIsConnectedAndNotDeprecatedComesFirstAmongEquals) {
  add_tool("GMAIL_CREATE_TASK", "gmail");
  add_tool("GITHUB_CREATE_TASK", "github");
  fill();
  EXPECT_EQ(find(SearchRequest{.words = "create task", .connected_integrations = {"github"}}).front(),
            "GITHUB_CREATE_TASK");

  tools.back().description = "<<DEPRECATED: use another>>";
  fill();

  EXPECT_EQ(find("create task").front(), "GMAIL_CREATE_TASK");
}

TEST_F(ToolSearchTest, WordsThatNothingHasDoNotHideWhatTheOthersFind) {
  fill();

  EXPECT_EQ(first("star that wonderful repository"), "GITHUB_STAR_A_REPOSITORY");
}

TEST_F(ToolSearchTest, OddQueriesFindNothingAndHarmNothing) {
  fill();

  Names const odd{"\"", "* OR NOT (", "\xff\xfe", "😀", "zzzzzz qqqqqq", std::string(400, 'x')};
  for (std::string const& words : odd) {
    EXPECT_TRUE(search.search(call, {.words = words})) << words;
  }
  EXPECT_EQ(error_of(search.search(call, {.words = " \t"})).code, ErrorCode::invalid_request);
  EXPECT_EQ(error_of(search.search(call, {.words = std::string(501, 'x')})).code, ErrorCode::invalid_request);
}

TEST_F(ToolSearchTest, OnlyStopWordsAreWordsToo) {
  fill();

  EXPECT_TRUE(search.search(call, {.words = "the of"}));
}

TEST_F(ToolSearchTest, WhileTheCatalogueIsIncompleteItFetchesWhatTheQueryNames) {
  auto const known = value_of(search.search(call, {.words = "create github issue", .kind = Kind::tool}));

  EXPECT_EQ(known.value.items.front().slug, "GITHUB_CREATE_AN_ISSUE");
  EXPECT_FALSE(known.value.complete);
  EXPECT_EQ(refreshes, 1) << "the rest is fetched behind";
  EXPECT_EQ(provider.count("list_tools"), 1) << "of one integration, not of all";
}

TEST_F(ToolSearchTest, WhileItIsIncompleteTheProviderIsAskedForWordsThatNameNothing) {
  EXPECT_EQ(first("send email"), "GMAIL_SEND_EMAIL");
  EXPECT_EQ(provider.count("list_tools"), 1);
}

TEST_F(ToolSearchTest, OfflineItSearchesWhatIsThere) {
  ASSERT_TRUE(catalog.list_integrations(call, {}, Network::yes));
  auto const asked = provider.calls().size();

  auto const known = value_of(search.search(call, {.words = "github", .network = Network::no}));

  EXPECT_FALSE(known.value.complete);
  EXPECT_EQ(known.value.items.front().slug, "github");
  EXPECT_EQ(provider.calls().size(), asked);
}

TEST_F(ToolSearchTest, CompleteItAsksNobody) {
  fill();

  auto const known = value_of(search.search(call, {.words = "github"}));

  EXPECT_TRUE(known.value.complete);
  EXPECT_TRUE(provider.calls().empty());
}

TEST_F(ToolSearchTest, MergesWhatTheProvidersOwnSearchFinds) {
  fill();
  add_tool("GITHUB_UNKNOWN_YET", "github");
  provider.on_find_tools = [](auto const&) {
    return std::vector<ToolSlug>{{"GITHUB_UNKNOWN_YET"}, {"GMAIL_SEND_EMAIL"}, {"NOT_THERE"}};
  };

  auto const found = find(SearchRequest{.words = "tell bob", .remote = true});

  ASSERT_GE(found.size(), 2U);
  EXPECT_EQ(found[0], "GITHUB_UNKNOWN_YET");
  EXPECT_EQ(found[1], "GMAIL_SEND_EMAIL");
}

TEST_F(ToolSearchTest, ARemoteSearchThatFailsIsSaid) {
  fill();
  provider.on_find_tools = [](auto const&) {
    return Result<std::vector<ToolSlug>>{fail(ErrorCode::provider_unavailable, "away")};
  };

  EXPECT_EQ(error_of(search.search(call, {.words = "tell bob", .remote = true})).code,
            ErrorCode::provider_unavailable);
}

}  // namespace
}  // namespace agenta::daemon
