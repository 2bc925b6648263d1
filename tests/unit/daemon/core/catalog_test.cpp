#include "daemon/core/catalog.hpp"

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "shared/schema/tool_format.hpp"
#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct CatalogTest : CoreTest {
  ProviderAccess access{kEndpoint, Secret{"key-1"}, "scope"};
  ProviderCall call{access, clock.steady() + minutes{1}};
  ToolSlug const create{"GITHUB_CREATE_AN_ISSUE"};

  CatalogTest() {
    provider.on_list_integrations = [](auto const&) {
      Page<Integration> page;
      for (char const* slug : {"github", "gmail", "git"}) page.items.emplace_back().slug.text = slug;
      return page;
    };
    provider.on_get_integration = [](IntegrationSlug const& slug) -> Result<IntegrationDetail> {
      if (slug.text != "github")
        return fail(ErrorCode::integration_not_found, "there is no integration " + slug.text);
      IntegrationDetail detail;
      detail.integration.slug = slug;
      return detail;
    };
    provider.on_list_tools = [](auto const&) {
      Page<Tool> page;
      page.items.push_back(create_an_issue());
      return page;
    };
    provider.on_get_tool = [](ToolSlug const& slug, std::string const& version) -> Result<Tool> {
      if (slug.text != "GITHUB_CREATE_AN_ISSUE")
        return fail(ErrorCode::tool_not_found, "there is no tool " + slug.text);
      Tool tool = create_an_issue();
      if (!version.empty()) tool.version = version;
      return tool;
    };
  }
  static Tool create_an_issue() {
    Tool tool;
    tool.slug.text = "GITHUB_CREATE_AN_ISSUE";
    tool.name = "Create an issue";
    tool.integration.text = "github";
    tool.version = "20251107_00";
    tool.input_schema.text = R"({"type":"object","properties":{"title":{"type":"string"}}})";
    return tool;
  }
  void go_away(ErrorCode code) {
    provider.on_list_integrations = [code](auto const&) {
      return Result<Page<Integration>>{fail(code, "away")};
    };
  }
  Result<Known<Page<store::KeptItem>>> list(Network network = Network::yes) {
    return catalog.list_integrations(call, {}, network);
  }
  Result<Known<Page<Tool>>> tools_of(std::string integration, Network network = Network::yes) {
    store::ToolListFilter filter;
    filter.integration = std::move(integration);
    return catalog.list_tools(call, filter, network);
  }
};

TEST_F(CatalogTest, AsksOnceAndSaysNothingOfAge) {
  auto const first = value_of(list());
  clock.advance(hours{1} - std::chrono::milliseconds{1});
  auto const second = value_of(list());

  EXPECT_EQ(first.value.items.size(), 3U);
  EXPECT_FALSE(second.stale);
  EXPECT_EQ(provider.count("list_integrations"), 1);
  EXPECT_EQ(refreshes, 0);
}

TEST_F(CatalogTest, ServesWhatIsOutOfDateAtOnceAndHasItRefreshedBehind) {
  ASSERT_TRUE(list());
  WallTime const fetched_at = clock.wall();
  clock.advance(hours{1});

  auto const served = value_of(list());

  EXPECT_EQ(served.value.items.size(), 3U);
  ASSERT_TRUE(served.stale);
  EXPECT_EQ(*served.stale, (Staleness{fetched_at, Staleness::Why::refreshing}));
  EXPECT_EQ(provider.count("list_integrations"), 1) << "nobody waits for the new list";
  EXPECT_EQ(refreshes, 1);
}

TEST_F(CatalogTest, ACrowdOfReadersHasItRefreshedOnce) {
  ASSERT_TRUE(list());
  clock.advance(hours{2});

  for (int i = 0; i < 100; ++i) ASSERT_TRUE(list());

  EXPECT_EQ(refreshes, 1);
}

TEST_F(CatalogTest, SaysThatTheProviderCannotBeReachedWhileItCannot) {
  ASSERT_TRUE(list());
  clock.advance(hours{2});
  go_away(ErrorCode::provider_unavailable);
  EXPECT_FALSE(catalog.refresh(call, {}));

  auto const served = value_of(list());

  ASSERT_TRUE(served.stale);
  EXPECT_EQ(served.stale->why, Staleness::Why::unreachable);
}

TEST_F(CatalogTest, OfflineTellsWhatIsThereAndAsksNothing) {
  ASSERT_TRUE(list());
  ASSERT_TRUE(tools_of("github"));
  clock.advance(hours{2});
  int const asked = static_cast<int>(provider.calls().size());

  auto const served = value_of(list(Network::no));
  auto const tools = value_of(tools_of("github", Network::no));
  auto const tool = value_of(catalog.tool(call, create, "", Network::no));

  EXPECT_EQ(served.stale->why, Staleness::Why::offline);
  EXPECT_EQ(tools.stale->why, Staleness::Why::offline);
  EXPECT_EQ(tool.stale->why, Staleness::Why::offline);
  EXPECT_EQ(provider.calls().size(), static_cast<std::size_t>(asked));
  EXPECT_EQ(refreshes, 0);
  EXPECT_TRUE(behind.size() <= 1U) << "the names at most";
}

TEST_F(CatalogTest, OfflineWithoutAnythingKeptIsAnErrorThatSaysHowToGetIt) {
  for (auto const& error :
       {error_of(list(Network::no)), error_of(catalog.tool(call, create, "", Network::no)),
        error_of(catalog.integration(call, {"github"}, Network::no))}) {
    EXPECT_EQ(error.code, ErrorCode::provider_unavailable);
    EXPECT_EQ(error.next_step,
              (std::vector<std::string>{"agenta-tools", "integrations", "refresh", "--all"}));
  }
  EXPECT_TRUE(provider.calls().empty());
}

TEST_F(CatalogTest, ANewProcessServesWhatTheLastOneKnew) {
  ASSERT_TRUE(list());
  ASSERT_TRUE(catalog.tool(call, create, ""));
  ASSERT_TRUE(catalog.integration(call, {"github"}));
  CatalogShelf other_shelf{shelf_options()};
  Catalog other{provider, clock, other_shelf, {}};
  go_away(ErrorCode::provider_unavailable);
  auto const asked = provider.calls().size();

  EXPECT_EQ(value_of(other.list_integrations(call, {}, Network::yes)).value.items.size(), 3U);
  EXPECT_EQ(value_of(other.tool(call, create, "")).value->tool, create_an_issue());
  EXPECT_EQ(value_of(other.integration(call, {"github"})).value->integration.slug.text, "github");
  EXPECT_EQ(provider.calls().size(), asked);
}

TEST_F(CatalogTest, KeepsKeysAndEndpointsApart) {
  ProviderAccess const other_key{kEndpoint, Secret{"key-2"}, "scope 2"};
  ProviderAccess const other_endpoint{"http://127.0.0.1:1", Secret{"key-1"}, "scope"};

  for (ProviderAccess const* each : {&std::as_const(access), &other_key, &other_endpoint}) {
    ASSERT_TRUE(catalog.list_integrations({*each, call.deadline}, {}, Network::yes));
  }

  EXPECT_EQ(provider.count("list_integrations"), 3);
}

TEST_F(CatalogTest, SaysThatTheProviderIsAwayWhereNothingIsKnown) {
  go_away(ErrorCode::provider_unavailable);

  EXPECT_EQ(error_of(list()).code, ErrorCode::provider_unavailable);
}

TEST_F(CatalogTest, DoesNotRememberAFailure) {
  auto const works = provider.on_list_integrations;
  go_away(ErrorCode::provider_unavailable);
  EXPECT_FALSE(list());
  provider.on_list_integrations = works;

  EXPECT_TRUE(list());
}

TEST_F(CatalogTest, TwoThreadsThatAskForTheSameMakeOneRequest) {
  test::Gate gate;
  auto const works = provider.on_list_integrations;
  provider.on_list_integrations = [&, works](auto const& filter) {
    gate.pass();
    return works(filter);
  };

  auto first = std::async(std::launch::async, [&] { return list(); });
  gate.await_arrivals(1);
  auto second = std::async(std::launch::async, [&] { return list(); });
  gate.open();

  EXPECT_EQ(value_of(first.get()).value.items.size(), value_of(second.get()).value.items.size());
  EXPECT_EQ(provider.count("list_integrations"), 1);
}

TEST_F(CatalogTest, GathersAllPages) {
  provider.on_list_integrations = [](IntegrationFilter const& filter) {
    Page<Integration> page;
    page.items.emplace_back().slug.text = "after-" + filter.cursor;
    if (filter.cursor.empty()) page.next_cursor = "2";
    if (filter.cursor == "2") page.next_cursor = "3";
    if (filter.cursor == "3") page.next_cursor = "";  // some say the end so
    return page;
  };

  auto const all = value_of(list());

  ASSERT_EQ(all.value.items.size(), 3U);
  EXPECT_EQ(all.value.items.back().slug, "after-3");
}

TEST_F(CatalogTest, AListThatRepeatsACursorIsAnErrorAndNotAHang) {
  provider.on_list_integrations = [](auto const&) {
    Page<Integration> page;
    page.next_cursor = "again";
    return page;
  };

  EXPECT_EQ(error_of(list()).code, ErrorCode::composio_error);
  EXPECT_EQ(provider.count("list_integrations"), 2);
}

TEST_F(CatalogTest, AListWithoutAnEndIsAnErrorAndNotAHang) {
  provider.on_list_integrations = [n = 0](auto const&) mutable {
    Page<Integration> page;
    page.next_cursor = std::to_string(++n);
    page.items.emplace_back().slug.text = "new-" + *page.next_cursor;
    return page;
  };

  EXPECT_EQ(error_of(list()).code, ErrorCode::composio_error);
  EXPECT_EQ(provider.count("list_integrations"), 200);
}

TEST_F(CatalogTest, AListThatSaysTheSameUnderEverNewCursorsIsAnErrorAtOnce) {
  provider.on_list_integrations = [n = 0](auto const&) mutable {
    Page<Integration> page;
    page.next_cursor = std::to_string(++n);
    page.items.emplace_back().slug.text = "same";
    return page;
  };

  auto const error = error_of(list());

  EXPECT_EQ(error.code, ErrorCode::composio_error);
  EXPECT_EQ(error.retryable, Retryable::no);
  EXPECT_EQ(provider.count("list_integrations"), 2);
}

TEST_F(CatalogTest, AnIntegrationThatWasNeverLookedAtIsToldFromTheListWhereNobodyCanBeAsked) {
  provider.on_list_integrations = [](auto const&) {
    Page<Integration> page;
    page.items.emplace_back().slug.text = "github";
    page.items.back().auth_schemes = {"OAUTH2"};
    return page;
  };
  ASSERT_TRUE(list());
  provider.on_get_integration = [](auto const&) {
    return Result<IntegrationDetail>{fail(ErrorCode::provider_unavailable, "away")};
  };

  for (Network const network : {Network::no, Network::yes}) {
    auto const told = value_of(catalog.integration(call, {"github"}, network));
    EXPECT_EQ(told.value->auth.at(0).mode, "OAUTH2");
    EXPECT_EQ(told.stale.has_value(), network == Network::yes) << "the list is in date";
  }
}

TEST_F(CatalogTest, OfflineWhatDoesNotExistIsNotFoundWhereEverythingThatDoesIsHere) {
  ASSERT_TRUE(tools_of("github"));

  EXPECT_EQ(error_of(catalog.integration(call, {"gtihub"}, Network::no)).code,
            ErrorCode::integration_not_found);
}

TEST_F(CatalogTest, AVersionThatDoesNotExistIsSaidWithThoseThatDo) {
  provider.on_get_tool = [](auto const&, std::string const& version) -> Result<Tool> {
    if (!version.empty()) return fail(ErrorCode::tool_not_found, "no such tool");
    Tool tool = create_an_issue();
    tool.available_versions = {"20250101_00", "20251107_00"};
    return tool;
  };

  auto const error = error_of(catalog.tool(call, create, "19990101_00"));

  EXPECT_EQ(error.code, ErrorCode::tool_not_found);
  EXPECT_NE(error.message.find("20250101_00, 20251107_00"), std::string::npos) << error.message;
  EXPECT_EQ(error.next_step, (std::vector<std::string>{"agenta-tools", "tools", "versions", create.text}));
}

TEST_F(CatalogTest, SuggestsTheNearestIntegration) {
  auto const error = error_of(catalog.integration(call, {"gtihub"}));

  EXPECT_EQ(error.code, ErrorCode::integration_not_found);
  EXPECT_NE(error.message.find("did you mean github?"), std::string::npos) << error.message;
  EXPECT_EQ(error.next_step, (std::vector<std::string>{"agenta-tools", "integrations", "show", "github"}));
}

TEST_F(CatalogTest, PointsAtTheListWhereNothingIsNear) {
  auto const error = error_of(catalog.integration(call, {"zzzzzzzz"}));

  EXPECT_EQ(error.next_step, (std::vector<std::string>{"agenta-tools", "integrations", "list"}));
}

TEST_F(CatalogTest, SuggestsTheNearestToolOfTheIntegrationThatTheNameBeginsWith) {
  auto const error = error_of(catalog.tool(call, {"GITHUB_CREATE_AN_ISUE"}, ""));

  EXPECT_EQ(error.code, ErrorCode::tool_not_found);
  EXPECT_NE(error.message.find("did you mean GITHUB_CREATE_AN_ISSUE?"), std::string::npos) << error.message;
  EXPECT_EQ(error.next_step,
            (std::vector<std::string>{"agenta-tools", "tools", "show", "GITHUB_CREATE_AN_ISSUE"}));
}

TEST_F(CatalogTest, PointsAtTheToolsOfTheIntegrationWhereNoToolIsNear) {
  auto const error = error_of(catalog.tool(call, {"GITHUB_XXXXXXXXXXXXXXXXX"}, ""));

  EXPECT_EQ(error.next_step, (std::vector<std::string>{"agenta-tools", "tools", "list", "github"}));
}

TEST_F(CatalogTest, AnUnknownIntegrationHasNoToolsRatherThanAnEmptyList) {
  EXPECT_EQ(error_of(tools_of("gtihub")).code, ErrorCode::integration_not_found);
  EXPECT_EQ(provider.count("list_tools"), 0);
}

TEST_F(CatalogTest, FetchesAnIntegrationsToolsWhenTheyAreFirstAskedFor) {
  auto const tools = value_of(tools_of("github"));
  ASSERT_TRUE(tools_of("github"));

  ASSERT_EQ(tools.value.items.size(), 1U);
  EXPECT_EQ(tools.value.items.front().input_schema, JsonText{}) << "megabytes that a list never shows";
  EXPECT_EQ(provider.count("list_tools"), 1);
}

TEST_F(CatalogTest, AToolOfAFetchedListNeedsNoRequestOfItsOwn) {
  ASSERT_TRUE(tools_of("github"));

  auto const tool = value_of(catalog.tool(call, create, ""));

  EXPECT_EQ(tool.value->tool, create_an_issue());
  EXPECT_TRUE(tool.value->schema);
  EXPECT_EQ(provider.count("get_tool"), 0);
}

TEST_F(CatalogTest, AToolIsInDateAsLongAsTheListSaysThatItsIntegrationHasNotChanged) {
  ASSERT_TRUE(tools_of("github"));
  clock.advance(hours{5});
  ASSERT_TRUE(catalog.refresh(call, {}));  // the list alone: one request for all that has not changed

  EXPECT_FALSE(value_of(catalog.tool(call, create, "")).stale);
  EXPECT_FALSE(value_of(tools_of("github")).stale);
  EXPECT_EQ(provider.count("list_tools"), 1);
}

TEST_F(CatalogTest, AToolThatIsOutOfDateIsServedAndFetchedBehindOnce) {
  ASSERT_TRUE(catalog.tool(call, create, ""));
  clock.advance(hours{2});
  provider.on_get_tool = [](auto const&, auto const&) {
    Tool tool = create_an_issue();
    tool.name = "Renamed";
    return tool;
  };

  auto const old = value_of(catalog.tool(call, create, ""));
  ASSERT_TRUE(catalog.tool(call, create, ""));
  EXPECT_EQ(old.value->tool.name, "Create an issue");
  EXPECT_TRUE(old.stale);
  catch_up();

  auto const fresh = value_of(catalog.tool(call, create, ""));
  EXPECT_EQ(fresh.value->tool.name, "Renamed");
  EXPECT_FALSE(fresh.stale);
  EXPECT_EQ(provider.count("get_tool"), 2);
}

TEST_F(CatalogTest, KeepsTheVersionsOfAToolApart) {
  ASSERT_TRUE(catalog.tool(call, create, ""));
  auto const old = value_of(catalog.tool(call, create, "20250101_00"));
  ASSERT_TRUE(catalog.tool(call, create, "20250101_00"));
  ASSERT_TRUE(catalog.tool(call, create, ""));

  EXPECT_EQ(old.value->tool.version, "20250101_00");
  EXPECT_EQ(provider.count("get_tool"), 2);
}

TEST_F(CatalogTest, AnOldVersionIsNeverOutOfDate) {
  ASSERT_TRUE(catalog.tool(call, create, "20250101_00"));
  clock.advance(hours{24 * 365});

  EXPECT_FALSE(value_of(catalog.tool(call, create, "20250101_00")).stale);
  EXPECT_EQ(provider.count("get_tool"), 1);
}

TEST_F(CatalogTest, TheNewestVersionByItsNumberIsTheNewest) {
  ASSERT_TRUE(catalog.tool(call, create, ""));

  EXPECT_EQ(value_of(catalog.tool(call, create, "20251107_00")).value->tool, create_an_issue());
  EXPECT_EQ(provider.count("get_tool"), 1);
}

TEST_F(CatalogTest, AToolWhoseSchemaCannotBeReadIsLeftToTheService) {
  provider.on_get_tool = [](auto const& slug, auto const&) {
    Tool tool;
    tool.slug = slug;
    tool.input_schema.text = "[1]";
    return tool;
  };

  EXPECT_FALSE(value_of(catalog.tool(call, create, "")).value->schema.has_value());
}

TEST_F(CatalogTest, ANameThatWasShortenedIsTheToolsToo) {
  std::string const slug = "GITHUB_" + std::string(40, 'A') + "_" + std::string(40, 'B');
  provider.on_list_tools = [slug](auto const&) {
    Page<Tool> page;
    for (char const* ending : {"", "_OTHER"}) {
      page.items.emplace_back().slug.text = slug + ending;
      page.items.back().integration.text = "github";
    }
    return page;
  };
  ASSERT_TRUE(tools_of("github"));

  auto const found = value_of(catalog.tool(call, {schema::offered_name({slug})}, ""));

  EXPECT_EQ(found.value->tool.slug.text, slug);
}

TEST_F(CatalogTest, AClockThatWasSetBackMakesNothingFresh) {
  ASSERT_TRUE(list());
  clock.advance(-hours{24});

  EXPECT_TRUE(value_of(list()).stale);
}

TEST_F(CatalogTest, ADamagedFileIsReplacedAndNeverTheAnswer) {
  ASSERT_TRUE(list());
  ASSERT_TRUE(catalog.tool(call, create, ""));
  for (auto const& entry : std::filesystem::directory_iterator{directory / "catalog"}) {
    if (entry.path().extension() == ".db") std::ofstream{entry.path(), std::ios::trunc} << "no database";
  }
  CatalogShelf other_shelf{shelf_options()};
  Catalog other{provider, clock, other_shelf, {}};

  EXPECT_EQ(value_of(other.list_integrations(call, {}, Network::yes)).value.items.size(), 3U);
  EXPECT_EQ(value_of(other.tool(call, create, "")).value->tool, create_an_issue());
}

TEST_F(CatalogTest, RefreshingAnIntegrationFetchesItsDetailAndTools) {
  ASSERT_TRUE(tools_of("github"));
  auto const asked = provider.count("list_tools");

  ASSERT_TRUE(catalog.refresh(call, {{"github"}}));

  EXPECT_EQ(provider.count("list_tools"), asked + 1);
  EXPECT_EQ(provider.count("get_integration"), 1);
}

TEST_F(CatalogTest, RefreshingAnUnknownIntegrationSaysSo) {
  EXPECT_EQ(error_of(catalog.refresh(call, {{"gtihub"}})).code, ErrorCode::integration_not_found);
}

}  // namespace
}  // namespace agenta::daemon
