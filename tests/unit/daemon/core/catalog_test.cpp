#include "daemon/core/catalog.hpp"

#include <future>
#include <thread>

#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

struct CatalogTest : CoreTest {
  ProviderAccess access{kEndpoint, Secret{"key-1"}, "scope"};
  ProviderCall call{access, clock.steady() + std::chrono::minutes{1}};

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
      page.items.emplace_back().slug.text = "GITHUB_CREATE_AN_ISSUE";
      page.items.back().input_schema.text = R"({"type":"object"})";
      return page;
    };
    provider.on_get_tool = [](ToolSlug const& slug, std::string const&) -> Result<Tool> {
      if (slug.text != "GITHUB_CREATE_AN_ISSUE")
        return fail(ErrorCode::tool_not_found, "there is no tool " + slug.text);
      Tool tool;
      tool.slug = slug;
      return tool;
    };
  }
  void go_away(ErrorCode code) {
    provider.on_list_integrations = [code](auto const&) {
      return Result<Page<Integration>>{fail(code, "away")};
    };
  }
};

TEST_F(CatalogTest, AsksOnceInAnHour) {
  ASSERT_TRUE(catalog.integrations(call));
  clock.advance(std::chrono::minutes{60} - std::chrono::milliseconds{1});
  ASSERT_TRUE(catalog.integrations(call));
  EXPECT_EQ(provider.count("list_integrations"), 1);

  clock.advance(std::chrono::milliseconds{1});
  ASSERT_TRUE(catalog.integrations(call));

  EXPECT_EQ(provider.count("list_integrations"), 2);
}

TEST_F(CatalogTest, KeepsKeysAndEndpointsApart) {
  ProviderAccess const other_key{kEndpoint, Secret{"key-2"}, "scope 2"};
  ProviderAccess const other_endpoint{"http://127.0.0.1:1", Secret{"key-1"}, "scope"};
  ProviderCall const with_other_key{other_key, call.deadline};
  ProviderCall const elsewhere{other_endpoint, call.deadline};

  ASSERT_TRUE(catalog.integrations(call));
  ASSERT_TRUE(catalog.integrations(with_other_key));
  ASSERT_TRUE(catalog.integrations(elsewhere));

  EXPECT_EQ(provider.count("list_integrations"), 3);
}

TEST_F(CatalogTest, ServesTheOldAnswerWhileTheProviderIsAway) {
  ASSERT_TRUE(catalog.integrations(call));
  clock.advance(std::chrono::hours{48});

  for (ErrorCode const code : {ErrorCode::provider_unavailable, ErrorCode::timeout, ErrorCode::rate_limited,
                               ErrorCode::composio_error}) {
    go_away(code);
    auto const served = catalog.integrations(call);
    ASSERT_TRUE(served);
    EXPECT_EQ((*served)->size(), 3U);
  }
}

TEST_F(CatalogTest, DoesNotServeTheOldAnswerUnderARefusedKey) {
  ASSERT_TRUE(catalog.integrations(call));
  clock.advance(std::chrono::hours{2});
  go_away(ErrorCode::api_key_rejected);

  EXPECT_EQ(error_of(catalog.integrations(call)).code, ErrorCode::api_key_rejected);
}

TEST_F(CatalogTest, SaysThatTheProviderIsAwayWhereNothingIsKnown) {
  go_away(ErrorCode::provider_unavailable);

  EXPECT_EQ(error_of(catalog.integrations(call)).code, ErrorCode::provider_unavailable);
}

TEST_F(CatalogTest, DoesNotRememberAFailure) {
  auto const works = provider.on_list_integrations;
  go_away(ErrorCode::provider_unavailable);
  EXPECT_FALSE(catalog.integrations(call));
  provider.on_list_integrations = works;

  EXPECT_TRUE(catalog.integrations(call));
}

TEST_F(CatalogTest, TwoThreadsThatAskForTheSameMakeOneRequest) {
  test::Gate gate;
  auto const works = provider.on_list_integrations;
  provider.on_list_integrations = [&, works](auto const& filter) {
    gate.pass();
    return works(filter);
  };

  auto first = std::async(std::launch::async, [&] { return catalog.integrations(call); });
  gate.await_arrivals(1);
  auto second = std::async(std::launch::async, [&] { return catalog.integrations(call); });
  gate.open();

  EXPECT_EQ(value_of(first.get()), value_of(second.get()));
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

  auto const all = value_of(catalog.integrations(call));

  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ(all->back().slug.text, "after-3");
}

TEST_F(CatalogTest, AListThatRepeatsACursorIsAnErrorAndNotAHang) {
  provider.on_list_integrations = [](auto const&) {
    Page<Integration> page;
    page.next_cursor = "again";
    return page;
  };

  EXPECT_EQ(error_of(catalog.integrations(call)).code, ErrorCode::composio_error);
  EXPECT_EQ(provider.count("list_integrations"), 2);
}

TEST_F(CatalogTest, AListWithoutAnEndIsAnErrorAndNotAHang) {
  provider.on_list_integrations = [n = 0](auto const&) mutable {
    Page<Integration> page;
    page.next_cursor = std::to_string(++n);
    return page;
  };

  EXPECT_EQ(error_of(catalog.integrations(call)).code, ErrorCode::composio_error);
  EXPECT_EQ(provider.count("list_integrations"), 100);
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
  EXPECT_EQ(error_of(catalog.tools(call, {"gtihub"})).code, ErrorCode::integration_not_found);
  EXPECT_EQ(provider.count("list_tools"), 0);
}

TEST_F(CatalogTest, AListOfToolsCarriesNoSchemas) {
  auto const tools = value_of(catalog.tools(call, {"github"}));

  ASSERT_EQ(tools->size(), 1U);
  EXPECT_EQ(tools->front().input_schema, JsonText{});
}

TEST_F(CatalogTest, KeepsTheVersionsOfAToolApart) {
  ASSERT_TRUE(catalog.tool(call, {"GITHUB_CREATE_AN_ISSUE"}, ""));
  ASSERT_TRUE(catalog.tool(call, {"GITHUB_CREATE_AN_ISSUE"}, "20250101_00"));
  ASSERT_TRUE(catalog.tool(call, {"GITHUB_CREATE_AN_ISSUE"}, ""));

  EXPECT_EQ(provider.count("get_tool"), 2);
}

TEST_F(CatalogTest, AToolWhoseSchemaCannotBeReadIsLeftToTheService) {
  provider.on_get_tool = [](auto const& slug, auto const&) {
    Tool tool;
    tool.slug = slug;
    tool.input_schema.text = "[1]";
    return tool;
  };

  EXPECT_FALSE(value_of(catalog.tool(call, {"GITHUB_CREATE_AN_ISSUE"}, ""))->schema.has_value());
}

}  // namespace
}  // namespace agenta::daemon
