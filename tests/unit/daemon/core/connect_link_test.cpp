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

TEST_F(ConnectLink, AFailingLinkLeavesNothingBehind) {
  provider.on_create_link = [](auto const&) {
    return Result<Link>{fail(ErrorCode::provider_unavailable, "away")};
  };

  EXPECT_EQ(error_of(flow.begin(caller, to("github"))).code, ErrorCode::provider_unavailable);

  EXPECT_TRUE(all_rows().empty());
  ASSERT_EQ(watcher.events().size(), 2U);
  EXPECT_TRUE(watcher.events().back().starts_with("settled ")) << "the door is closed again";
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
