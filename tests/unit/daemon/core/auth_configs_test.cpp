#include "daemon/core/auth_configs.hpp"

#include "shared/protocol/codec.hpp"
#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

struct AuthConfigsTest : CoreTest {
  ProviderAccess const access = value_of(credentials.access_for(caller));
  ProviderCall const call{access, caller.deadline, {}};
  IntegrationDetail zoom;
  AuthConfigRequest made;

  AuthConfigsTest() {
    zoom.integration.slug.text = "zoom";
    AuthScheme scheme;
    scheme.mode = "OAUTH2";
    scheme.auth_config_fields.resize(3);
    scheme.auth_config_fields[0].name = "client_id";
    scheme.auth_config_fields[1].name = "client_secret";
    scheme.auth_config_fields[1].secret = true;
    scheme.auth_config_fields[0].required = scheme.auth_config_fields[1].required = true;
    scheme.auth_config_fields[2].name = "oauth_redirect_uri";
    scheme.auth_config_fields[2].default_value = "https://composio.example/callback";
    zoom.auth.push_back(std::move(scheme));
    auto const works = provider.on_create_auth_config;
    provider.on_create_auth_config = [this, works](auto const& request) {
      made = request;
      return works(request);
    };
  }
  static Fields own_app(std::string secret = "s3cret") {
    Fields fields;
    fields.emplace_back("client_id", Secret{"app"});
    fields.emplace_back("client_secret", Secret{std::move(secret)});
    return fields;
  }
  Result<AuthConfigId> find(Fields const& fields, std::vector<std::string> const& scopes = {}) {
    return auth_configs.find_or_make(call, {zoom, zoom.auth.front(), scopes, fields});
  }
};

TEST_F(AuthConfigsTest, SayWhichFieldsAnOwnAppNeedsAndWhereItSendsPeopleBackTo) {
  auto const error = error_of(find({}));

  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_NE(error.message.find("client_id and client_secret"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("https://composio.example/callback"), std::string::npos) << error.message;
  auto const app = protocol::decode_own_app(error.context.text);
  ASSERT_TRUE(app);
  EXPECT_EQ(app->fields, zoom.auth.front().auth_config_fields);
  EXPECT_EQ(app->redirect_uri, "https://composio.example/callback");
  EXPECT_EQ(provider.count("create_auth_config"), 0);
}

TEST_F(AuthConfigsTest, MakeAnOwnAppOnceAndServeThePlainWishWithItToo) {
  EXPECT_EQ(value_of(find(own_app())).text, "ac_made");
  EXPECT_FALSE(made.managed);
  EXPECT_EQ(made.credentials.size(), 2U);
  EXPECT_EQ(value_of(find(own_app())).text, "ac_made");
  EXPECT_EQ(value_of(find({})).text, "ac_made") << "the app is there now";

  EXPECT_EQ(provider.count("create_auth_config"), 1);
}

TEST_F(AuthConfigsTest, AnotherAppOrOtherScopesAreAnotherOne) {
  ASSERT_TRUE(find(own_app()));
  ASSERT_TRUE(find(own_app("another")));
  ASSERT_TRUE(find(own_app(), {"meetings"}));

  EXPECT_EQ(provider.count("create_auth_config"), 3);
}

TEST_F(AuthConfigsTest, OneThatWasMadeBeforeACrashIsFoundAgainByItsName) {
  ASSERT_TRUE(find(own_app()));
  std::string const name = made.name;
  ASSERT_TRUE(auth_config_store.forget({"ac_made"}));
  provider.on_list_auth_configs = [&](auto const&) {
    return std::vector<AuthConfig>{{{"ac_before"}, {"zoom"}, "OAUTH2", false, true, name}};
  };

  EXPECT_EQ(value_of(find(own_app())).text, "ac_before");
  EXPECT_EQ(provider.count("create_auth_config"), 1);
}

TEST_F(AuthConfigsTest, DoNotServeAPlainWishWithOneOfOtherScopes) {
  zoom.auth.front().managed = true;
  ASSERT_TRUE(find({}, {"meetings"}));
  std::string const name = made.name;
  provider.on_list_auth_configs = [&](auto const&) {
    return std::vector<AuthConfig>{{{"ac_scoped"}, {"zoom"}, "OAUTH2", true, true, name}};
  };

  EXPECT_EQ(value_of(find({})).text, "ac_made");
  EXPECT_TRUE(made.scopes.empty());
}

TEST_F(AuthConfigsTest, RefuseFieldsThatAreMissingOrUnknown) {
  Fields half;
  half.emplace_back("client_id", Secret{"app"});
  EXPECT_EQ(error_of(find(half)).code, ErrorCode::not_configured) << "with all that an app needs";
  half.emplace_back("client_sekret", Secret{"hush"});

  auto const error = error_of(find(half));

  EXPECT_NE(error.message.find("did you mean client_secret?"), std::string::npos) << error.message;
  EXPECT_EQ(error.message.find("hush"), std::string::npos);
  EXPECT_EQ(provider.count("create_auth_config"), 0);
}

TEST_F(AuthConfigsTest, TakeAnEnabledOneOfTheUsersOwn) {
  provider.on_list_auth_configs = [](auto const&) {
    return std::vector<AuthConfig>{{{"ac_off"}, {"zoom"}, "OAUTH2", false, false, ""},
                                   {{"ac_mine"}, {"zoom"}, "OAUTH2", false, true, "whatever"}};
  };

  EXPECT_EQ(value_of(find({})).text, "ac_mine");
  EXPECT_EQ(provider.count("create_auth_config"), 0);
}

}  // namespace
}  // namespace agenta::daemon
