#include <future>
#include <thread>

#include "tests/unit/daemon/core/connect_flow_support.hpp"

namespace agenta::daemon {
namespace {

using ConnectLink = ConnectFlowTest;

TEST_F(ConnectLink, LeavesAPendingRowAndWatchesIt) {
  auto const reply = value_of(flow.begin(caller, to("GitHub")));

  EXPECT_EQ(reply.status, ConnectionStatus::pending);
  EXPECT_EQ(reply.slug, "github");
  EXPECT_EQ(reply.redirect_url, "https://connect.example/ln_1");
  EXPECT_EQ(reply.expires_at, link_ends);
  EXPECT_FALSE(reply.joined);
  auto const row = row_of(reply);
  EXPECT_EQ(row.status, ConnectionStatus::pending);
  EXPECT_EQ(row.account.text, "ca_1");
  EXPECT_EQ(row.auth_config.text, "ac_made");
  EXPECT_EQ(row.key_scope, "scope of key-1");
  EXPECT_EQ(row.created_by.user, "ada");
  EXPECT_EQ(watcher.events(),
            (std::vector<std::string>{"open " + reply.id.text, "started " + reply.id.text}));
  EXPECT_EQ(watcher.last().access.api_key.reveal(), "key-1");
  EXPECT_EQ(last_link.user_id, "agenta_project_" + project.text);
  EXPECT_EQ(last_link.callback_url, "http://127.0.0.1:1/callback/" + reply.id.text);
}

TEST_F(ConnectLink, GoesOnWithoutADoor) {
  watcher.door = false;

  EXPECT_TRUE(flow.begin(caller, to("github")));
  EXPECT_EQ(last_link.callback_url, "");
}

TEST_F(ConnectLink, TheRowIsThereBeforeTheAccountIsMade) {
  std::size_t rows_seen = 0;
  auto const works = provider.on_create_link;
  provider.on_create_link = [&, works](auto const& request) {
    rows_seen = all_rows().size();
    return works(request);
  };

  ASSERT_TRUE(flow.begin(caller, to("github")));

  EXPECT_EQ(rows_seen, 1U);
}

TEST_F(ConnectLink, JoinsAnIdenticalLoginThatIsPending) {
  finish_as(AccountStatus::initiated);
  auto const first = value_of(flow.begin(caller, to("github")));
  auto const second = value_of(flow.begin(caller, to("github")));

  EXPECT_TRUE(second.joined);
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.redirect_url, first.redirect_url);
  EXPECT_EQ(links, 1);
}

TEST_F(ConnectLink, DoesNotJoinALinkThatIsOverAtComposio) {
  auto const first = value_of(flow.begin(caller, to("github")));
  finish_as(AccountStatus::expired);
  clock.advance(std::chrono::seconds{2});

  auto const second = value_of(flow.begin(caller, to("github")));

  EXPECT_FALSE(second.joined);
  EXPECT_NE(second.id, first.id);
  EXPECT_EQ(second.slug, "github") << "a login that came to nothing gives its slug up";
}

TEST_F(ConnectLink, RefusesALinkThatIsNoWebAddress) {
  for (char const* url : {"file:///etc/passwd", "javascript:alert(1)", "http://x/\x1b]0;pwn", "-h", ""}) {
    provider.on_create_link = [url](auto const&) -> Result<Link> {
      Link link;
      link.account.text = "ca_1";
      link.redirect_url = url;
      return link;
    };

    EXPECT_EQ(error_of(flow.begin(caller, to("github"))).code, ErrorCode::composio_error) << url;
    EXPECT_TRUE(all_rows().empty()) << url;
  }
}

TEST_F(ConnectLink, DoesNotJoinALoginOfAnotherName) {
  finish_as(AccountStatus::initiated);
  auto named = to("github");
  named.slug = "work";
  ASSERT_TRUE(flow.begin(caller, named));

  auto const plain = value_of(flow.begin(caller, to("github")));

  EXPECT_FALSE(plain.joined);
  EXPECT_EQ(plain.slug, "github");
}

TEST_F(ConnectLink, ForgetsARememberedAuthConfigThatIsGoneAtComposio) {
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

TEST_F(ConnectLink, TwoThreadsWithTheSameLoginMakeOne) {
  finish_as(AccountStatus::initiated);
  test::Gate gate;
  auto const works = provider.on_create_link;
  provider.on_create_link = [&, works](auto const& request) {
    gate.pass();
    return works(request);
  };

  auto first = std::async(std::launch::async, [&] { return flow.begin(caller, to("github")); });
  gate.await_arrivals(1);
  auto second = std::async(std::launch::async, [&] { return flow.begin(caller, to("github")); });
  gate.open();

  EXPECT_EQ(value_of(first.get()).id, value_of(second.get()).id);
  EXPECT_EQ(links, 1);
}

TEST_F(ConnectLink, DoesNotJoinALinkThatIsAboutToEnd) {
  auto const first = value_of(flow.begin(caller, to("github")));
  clock.advance(std::chrono::minutes{10} - std::chrono::seconds{30});

  auto const second = value_of(flow.begin(caller, to("github")));

  EXPECT_FALSE(second.joined);
  EXPECT_NE(second.id, first.id);
  EXPECT_EQ(second.slug, "github-2");
}

TEST_F(ConnectLink, DoesNotJoinAnotherKeysLogin) {
  auto const first = value_of(flow.begin(caller, to("github")));

  auto const second = value_of(flow.begin(make_caller(clock, "key-2"), to("github")));

  EXPECT_FALSE(second.joined);
  EXPECT_NE(second.id, first.id);
}

TEST_F(ConnectLink, DoesNotJoinWhereAnotherSlugOrOwnScopesAreAskedFor) {
  auto const first = value_of(flow.begin(caller, to("github")));
  auto other = to("github");
  other.slug = "work";
  auto scoped = to("github");
  scoped.scopes = {"repo"};

  EXPECT_FALSE(value_of(flow.begin(caller, other)).joined);
  EXPECT_FALSE(value_of(flow.begin(caller, scoped)).joined);
  EXPECT_EQ(all_rows().size(), 3U);
}

TEST_F(ConnectLink, RefusesATakenSlugBeforeAnythingIsMade) {
  add_connection("work", "gmail");
  auto request = to("github");
  request.slug = "Work";

  auto const error = error_of(flow.begin(caller, request));

  EXPECT_EQ(error.code, ErrorCode::connection_already_exists);
  EXPECT_EQ(provider.calls(), (std::vector<std::string>{"get_integration github"}));
  EXPECT_TRUE(watcher.events().empty());
}

TEST_F(ConnectLink, RefusesASlugThatCannotBeOne) {
  auto request = to("github");
  request.slug = "no spaces";

  EXPECT_EQ(error_of(flow.begin(caller, request)).code, ErrorCode::invalid_request);
  EXPECT_TRUE(provider.calls().empty());
}

TEST_F(ConnectLink, ALoginThatFailedGivesItsSlugUp) {
  auto failed = add_connection("github");
  failed.status = ConnectionStatus::failed;
  ASSERT_TRUE(rows.update(failed, store::Durability::normal));

  auto const reply = value_of(flow.begin(caller, to("github")));

  EXPECT_EQ(reply.slug, "github");
  EXPECT_FALSE(value_of(rows.find(failed.id)));
}

TEST_F(ConnectLink, AFailedLoginThatIsActiveAtComposioKeepsItsSlug) {
  auto failed = add_connection("github");
  failed.status = ConnectionStatus::failed;
  ASSERT_TRUE(rows.update(failed, store::Durability::normal));
  finish_as(AccountStatus::active);

  EXPECT_EQ(value_of(flow.begin(caller, to("github"))).slug, "github-2");
  EXPECT_EQ(provider.count("delete_account"), 0);
}

TEST_F(ConnectLink, AFailingLinkLeavesNothingBehind) {
  provider.on_create_link = [](auto const&) {
    return Result<Link>{fail(ErrorCode::provider_unavailable, "away")};
  };

  EXPECT_EQ(error_of(flow.begin(caller, to("github"))).code, ErrorCode::provider_unavailable);

  EXPECT_TRUE(all_rows().empty());
  ASSERT_EQ(watcher.events().size(), 2U);
  EXPECT_TRUE(watcher.events().back().starts_with("settled ")) << "the door is closed again";
}

TEST_F(ConnectLink, ForgetsAnAuthConfigThatTheProviderNoLongerHas) {
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

TEST_F(ConnectLink, MakesAnAuthConfigOnceAndRemembersIt) {
  ASSERT_TRUE(flow.begin(caller, to("github")));
  auto second = to("github");
  second.slug = "second";
  ASSERT_TRUE(flow.begin(caller, second));

  EXPECT_EQ(provider.count("create_auth_config"), 1);
  EXPECT_EQ(provider.count("list_auth_configs"), 1);
}

TEST_F(ConnectLink, TwoThreadsMakeOneAuthConfig) {
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

TEST_F(ConnectLink, TakesAnEnabledAuthConfigOfTheSameSchemeThatIsThere) {
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

TEST_F(ConnectLink, OwnScopesMeanAnOwnAuthConfigThatIsNotShared) {
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

TEST_F(ConnectLink, SaysThatAnAppIsNeededWhereTheProviderHasNone) {
  auto const error = error_of(flow.begin(caller, to("gitea")));

  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_NE(error.message.find("--auth-config"), std::string::npos);
  EXPECT_EQ(provider.count("create_auth_config"), 0);
  EXPECT_TRUE(all_rows().empty());
}

TEST_F(ConnectLink, TakesTheAuthConfigThatIsGiven) {
  auto request = to("gitea");
  request.auth_config_id = "ac_mine";
  provider.on_list_auth_configs = [](auto const&) {
    return std::vector<AuthConfig>{{{"ac_mine"}, {"gitea"}, "OAUTH2", false, true, ""}};
  };

  ASSERT_TRUE(flow.begin(caller, request));

  EXPECT_EQ(last_link.auth_config.text, "ac_mine");
  EXPECT_EQ(provider.count("create_auth_config"), 0);
}

TEST_F(ConnectLink, RefusesAnAuthConfigThatIsNotThereOrIsForAnotherScheme) {
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

TEST_F(ConnectLink, JoinsTheLoginThatADefaultNameWouldMakeAgain) {
  add_connection("github");
  finish_as(AccountStatus::initiated);
  auto const first = value_of(flow.begin(caller, to("github")));
  auto const second = value_of(flow.begin(caller, to("github")));

  EXPECT_EQ(first.slug, "github-2");
  EXPECT_TRUE(second.joined);
  EXPECT_EQ(second.id, first.id);
}

TEST_F(ConnectLink, CarriesTheSlugToComposioAsTheAlias) {
  auto request = to("github");
  request.slug = "Work";
  ASSERT_TRUE(flow.begin(caller, request));

  EXPECT_EQ(last_link.alias, "work");
}

TEST_F(ConnectLink, AnAliasThatIsTakenAtComposioIsAFailureOnlyWhereItWasAskedFor) {
  auto const works = provider.on_create_link;
  provider.on_create_link = [works](LinkRequest const& request) -> Result<Link> {
    if (!request.alias.empty()) return fail(ErrorCode::connection_already_exists, "taken");
    return works(request);
  };
  auto named = to("github");
  named.slug = "work";

  auto const error = error_of(flow.begin(caller, named));

  EXPECT_EQ(error.code, ErrorCode::connection_already_exists);
  EXPECT_EQ(error.next_step, (std::vector<std::string>{"agenta-tools", "connections", "sync"}));
  EXPECT_TRUE(all_rows().empty());
  EXPECT_TRUE(flow.begin(caller, to("github")));
}

TEST_F(ConnectLink, ALoginThatACrashCutOffGivesItsNameUpAtComposio) {
  Account cut_off;
  cut_off.id.text = "ca_cut_off";
  cut_off.user_id = user_id_of(project);
  cut_off.integration.text = "github";
  cut_off.alias = "work";
  cut_off.status = AccountStatus::initializing;
  auto const works = provider.on_create_link;
  provider.on_create_link = [&, works](LinkRequest const& request) -> Result<Link> {
    if (!cut_off.id.empty()) return fail(ErrorCode::connection_already_exists, "taken");
    return works(request);
  };
  provider.on_list_accounts = [&] { return std::vector{cut_off}; };
  provider.on_delete_account = [&](auto const& id) {
    if (id == cut_off.id) cut_off.id = {};
    return Result<void>{};
  };
  auto named = to("github");
  named.slug = "work";

  auto const reply = value_of(flow.begin(caller, named));

  EXPECT_EQ(last_link.alias, "work");
  EXPECT_EQ(reply.slug, "work");
  EXPECT_EQ(provider.count("delete_account"), 1);
}

TEST_F(ConnectLink, ALoginThatIsARowsKeepsItsNameAtComposio) {
  auto const first = value_of(flow.begin(caller, to("github")));
  Account pending;
  pending.id.text = "ca_1";
  pending.user_id = user_id_of(project);
  pending.integration.text = "github";
  pending.alias = "work";
  pending.status = AccountStatus::initializing;
  provider.on_list_accounts = [&] { return std::vector{pending}; };
  provider.on_create_link = [](auto const&) {
    return Result<Link>{fail(ErrorCode::connection_already_exists, "taken")};
  };
  auto named = to("github");
  named.slug = "work";

  EXPECT_EQ(error_of(flow.begin(caller, named)).code, ErrorCode::connection_already_exists);
  EXPECT_EQ(provider.count("delete_account"), 0);
  EXPECT_EQ(row_of(first).status, ConnectionStatus::pending);
}

TEST_F(ConnectLink, GivesWhatTheIntegrationAsksForToTheLink) {
  provider.on_get_integration = [](auto const& slug) {
    IntegrationDetail detail;
    detail.integration.slug = slug;
    AuthField shop;
    shop.name = "shop";
    shop.required = true;
    AuthField region = shop;
    region.name = "region";
    region.default_value = "eu";
    detail.auth = {scheme("OAUTH2", true)};
    detail.auth[0].connection_fields = {shop, region};
    return Result<IntegrationDetail>{std::move(detail)};
  };
  EXPECT_EQ(error_of(flow.begin(caller, to("shopify"))).code, ErrorCode::invalid_credentials);
  auto request = to("shopify");
  request.credentials.emplace_back("shop", Secret{"acme"});

  ASSERT_TRUE(flow.begin(caller, request));

  ASSERT_EQ(last_link.fields.size(), 2U);
  EXPECT_EQ(last_link.fields[0].second.reveal(), "acme");
  EXPECT_EQ(last_link.fields[1].second.reveal(), "eu") << "a default is given where nothing else is";
}

TEST_F(ConnectLink, RefusesASchemeThatTheIntegrationDoesNotKnow) {
  auto request = to("github");
  request.auth_type = "BASIC";

  auto const error = error_of(flow.begin(caller, request));

  EXPECT_EQ(error.code, ErrorCode::invalid_request);
  EXPECT_NE(error.message.find("OAUTH2, API_KEY"), std::string::npos);
}

TEST_F(ConnectLink, AnIntegrationThatNeedsNoAuthNeedsNoConnection) {
  auto const reply = value_of(flow.begin(caller, to("hackernews")));

  EXPECT_EQ(reply.status, ConnectionStatus::active);
  EXPECT_TRUE(reply.id.empty());
  EXPECT_TRUE(all_rows().empty());
  EXPECT_EQ(provider.calls(), (std::vector<std::string>{"get_integration hackernews"}));
}

TEST_F(ConnectLink, AnUnknownIntegrationMakesNothing) {
  EXPECT_EQ(error_of(flow.begin(caller, to("nope"))).code, ErrorCode::integration_not_found);
  EXPECT_TRUE(all_rows().empty());
}

TEST_F(ConnectLink, ReconnectingKeepsTheOldAccountUntilTheNewOneWorks) {
  auto expired = add_connection("work");
  expired.status = ConnectionStatus::expired;
  expired.error = ConnectionError{ErrorCode::connection_expired, "dead"};
  ASSERT_TRUE(rows.update(expired, store::Durability::normal));
  auto request = to("github");
  request.reconnect = "work";

  auto const reply = value_of(flow.begin(caller, request));

  EXPECT_EQ(reply.id, expired.id);
  auto const row = row_of(reply);
  EXPECT_EQ(row.status, ConnectionStatus::pending);
  EXPECT_EQ(row.account.text, "ca_1");
  EXPECT_FALSE(row.error);
  EXPECT_EQ(provider.count("delete_account"), 0);
  EXPECT_EQ(last_link.alias, "") << "the old account has the name still";
  EXPECT_EQ(all_rows().size(), 1U);
  finish_as(AccountStatus::active);

  auto const renewed = value_of(settle(reply.id));

  EXPECT_EQ(renewed.status, ConnectionStatus::active);
  EXPECT_EQ(renewed.account.text, "ca_1");
  EXPECT_FALSE(renewed.renewal);
  auto const calls = provider.calls();
  EXPECT_EQ(calls[calls.size() - 2], "delete_account ca_work");
  EXPECT_EQ(calls.back(), "set_alias ca_1 work");
}

TEST_F(ConnectLink, AFailingReconnectLeavesTheRowAsItWas) {
  auto expired = add_connection("work");
  expired.status = ConnectionStatus::expired;
  ASSERT_TRUE(rows.update(expired, store::Durability::normal));
  provider.on_create_link = [](auto const&) {
    return Result<Link>{fail(ErrorCode::provider_unavailable, "away")};
  };
  auto request = to("github");
  request.reconnect = "work";

  EXPECT_FALSE(flow.begin(caller, request));

  EXPECT_EQ(value_of(rows.find(expired.id)), expired);
  EXPECT_EQ(provider.count("delete_account"), 0);
}

TEST_F(ConnectLink, RefusesToRenewWhatWorksOrIsNotThereOrIsOfAnotherIntegration) {
  add_connection("work");
  add_connection("mail", "gmail");
  auto request = to("github");

  request.reconnect = "work";
  EXPECT_EQ(error_of(flow.begin(caller, request)).code, ErrorCode::invalid_request);
  request.reconnect = "mail";
  EXPECT_EQ(error_of(flow.begin(caller, request)).code, ErrorCode::invalid_request);
  request.reconnect = "nothing";
  EXPECT_EQ(error_of(flow.begin(caller, request)).code, ErrorCode::connection_not_found);
  EXPECT_EQ(links, 0);
}

}  // namespace
}  // namespace agenta::daemon
