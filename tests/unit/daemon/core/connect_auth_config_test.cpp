#include <future>
#include <thread>

#include "tests/unit/daemon/core/connect_flow_support.hpp"

namespace agenta::daemon {
namespace {

/// By which auth config a connection is made.
using ConnectAuthConfig = ConnectFlowTest;

TEST_F(ConnectAuthConfig, ForgetsARememberedAuthConfigThatIsGoneAtComposio) {
  finish_as(AccountStatus::initiated);
  ASSERT_TRUE(flow.begin(caller, to("github")));
  auto const works = provider.on_create_link;
  auto const gone = last_link.auth_config;
  provider.on_create_link = [&, works](auto const& request) -> Result<Link> {
    if (request.auth_config == gone) return fail(ErrorCode::composio_error, "no such auth config");
    return works(request);
  };
  provider.on_list_auth_configs = [](auto const&) { return std::vector<AuthConfig>{}; };
  auto const made_before = provider.on_create_auth_config;
  provider.on_create_auth_config = [made_before](auto const& request) {
    auto made = made_before(request);
    if (made) made->id.text = "ac_fresh";
    return made;
  };
  auto again = to("github");
  again.slug = "again";

  auto const second = flow.begin(caller, again);

  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(last_link.auth_config.text, "ac_fresh");
}

TEST_F(ConnectAuthConfig, ForgetsAnAuthConfigThatTheProviderNoLongerHas) {
  ASSERT_TRUE(flow.begin(caller, to("github")));
  auto const works = provider.on_create_link;
  provider.on_create_link = [](auto const&) {
    return Result<Link>{fail(ErrorCode::connection_not_found, "gone")};
  };
  auto second = to("github");
  second.slug = "second";
  EXPECT_FALSE(flow.begin(caller, second));
  provider.on_create_link = works;

  EXPECT_TRUE(flow.begin(caller, second));

  EXPECT_EQ(provider.count("create_auth_config"), 2);
}

TEST_F(ConnectAuthConfig, MakesAnAuthConfigOnceAndRemembersIt) {
  ASSERT_TRUE(flow.begin(caller, to("github")));
  auto second = to("github");
  second.slug = "second";
  ASSERT_TRUE(flow.begin(caller, second));

  EXPECT_EQ(provider.count("create_auth_config"), 1);
  EXPECT_EQ(provider.count("list_auth_configs"), 1);
}

TEST_F(ConnectAuthConfig, TwoThreadsMakeOneAuthConfig) {
  test::Gate gate;
  auto const works = provider.on_create_auth_config;
  provider.on_create_auth_config = [&, works](auto const& request) {
    gate.pass();
    return works(request);
  };
  auto const begin_as = [&](std::string slug) {
    auto request = to("github");
    request.slug = std::move(slug);
    return flow.begin(caller, request);
  };

  auto first = std::async(std::launch::async, begin_as, "one");
  gate.await_arrivals(1);
  auto second = std::async(std::launch::async, begin_as, "two");
  gate.open();

  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_EQ(provider.count("create_auth_config"), 1);
}

TEST_F(ConnectAuthConfig, TakesAnEnabledAuthConfigOfTheSameSchemeThatIsThere) {
  provider.on_list_auth_configs = [](auto const&) {
    std::vector<AuthConfig> configs(4);
    configs[0] = {{"ac_disabled"}, {"github"}, "OAUTH2", true, false};
    configs[1] = {{"ac_own"}, {"github"}, "OAUTH2", false, true};
    configs[2] = {{"ac_key"}, {"github"}, "API_KEY", true, true};
    configs[3] = {{"ac_right"}, {"github"}, "OAUTH2", true, true};
    return configs;
  };

  ASSERT_TRUE(flow.begin(caller, to("github")));

  EXPECT_EQ(last_link.auth_config.text, "ac_right");
  EXPECT_EQ(provider.count("create_auth_config"), 0);
}

TEST_F(ConnectAuthConfig, OwnScopesMeanAnOwnAuthConfigThatIsNotShared) {
  AuthConfigRequest seen;
  auto const works = provider.on_create_auth_config;
  provider.on_create_auth_config = [&, works](auto const& request) {
    seen = request;
    return works(request);
  };
  auto scoped = to("github");
  scoped.scopes = {"repo"};
  ASSERT_TRUE(flow.begin(caller, scoped));
  EXPECT_EQ(seen.scopes, std::vector<std::string>{"repo"});

  ASSERT_TRUE(flow.begin(caller, to("gitea")).has_value() == false);
  auto plain = to("github");
  plain.slug = "plain";
  ASSERT_TRUE(flow.begin(caller, plain));

  EXPECT_EQ(provider.count("create_auth_config"), 2);
}

TEST_F(ConnectAuthConfig, SaysThatAnAppIsNeededWhereTheProviderHasNone) {
  auto const error = error_of(flow.begin(caller, to("gitea")));

  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_NE(error.message.find("--auth-config"), std::string::npos);
  EXPECT_EQ(provider.count("create_auth_config"), 0);
  EXPECT_TRUE(all_rows().empty());
}

TEST_F(ConnectAuthConfig, TakesTheAuthConfigThatIsGiven) {
  auto request = to("gitea");
  request.auth_config_id = "ac_mine";
  provider.on_list_auth_configs = [](auto const&) {
    return std::vector<AuthConfig>{{{"ac_mine"}, {"gitea"}, "OAUTH2", false, true, ""}};
  };

  ASSERT_TRUE(flow.begin(caller, request));

  EXPECT_EQ(last_link.auth_config.text, "ac_mine");
  EXPECT_EQ(provider.count("create_auth_config"), 0);
}

TEST_F(ConnectAuthConfig, RefusesAnAuthConfigThatIsNotThereOrIsForAnotherScheme) {
  provider.on_list_auth_configs = [](auto const&) {
    return std::vector<AuthConfig>{{{"ac_key"}, {"github"}, "API_KEY", false, true, ""}};
  };
  auto request = to("github");
  request.auth_config_id = "ac_nope";
  auto const unknown = error_of(flow.begin(caller, request));
  request.auth_config_id = "ac_key";
  request.auth_type = "OAUTH2";
  auto const other = error_of(flow.begin(caller, request));

  EXPECT_EQ(unknown.code, ErrorCode::invalid_request);
  EXPECT_NE(unknown.message.find("it has ac_key"), std::string::npos) << unknown.message;
  EXPECT_EQ(other.code, ErrorCode::invalid_request);
  EXPECT_TRUE(all_rows().empty());
}

}  // namespace
}  // namespace agenta::daemon
