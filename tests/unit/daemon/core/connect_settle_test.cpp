#include <future>
#include <thread>

#include "tests/unit/daemon/core/connect_flow_support.hpp"

namespace agenta::daemon {
namespace {

using ConnectSettle = ConnectFlowTest;
using ConnectFields = ConnectFlowTest;

TEST_F(ConnectSettle, BecomesActiveByAskingTheProvider) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  finish_as(AccountStatus::active);

  auto const row = value_of(settle(reply.id));

  EXPECT_EQ(row.status, ConnectionStatus::active);
  EXPECT_EQ(row.redirect_url, "") << "the link is a credential by another name";
  EXPECT_EQ(value_of(rows.find(reply.id)), row);
  EXPECT_EQ(watcher.events().back(), "settled " + reply.id.text);
}

TEST_F(ConnectSettle, StaysPendingWhileTheUserHasNotFinished) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  finish_as(AccountStatus::initiated);
  auto const before = row_of(reply);

  EXPECT_EQ(value_of(settle(reply.id)), before);
  EXPECT_EQ(watcher.events().back(), "started " + reply.id.text);
}

TEST_F(ConnectSettle, ADeniedLoginFailsWithItsOwnCode) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  finish_as(AccountStatus::failed, "access_denied");

  auto const row = value_of(settle(reply.id));

  EXPECT_EQ(row.status, ConnectionStatus::failed);
  EXPECT_EQ(row.error->code, ErrorCode::oauth_denied);
}

TEST_F(ConnectSettle, ALinkThatEndedUnusedFailsAsExpired) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  finish_as(AccountStatus::initiated);
  clock.advance(std::chrono::minutes{12});

  auto const row = value_of(settle(reply.id));

  EXPECT_EQ(row.status, ConnectionStatus::failed);
  EXPECT_EQ(row.error->code, ErrorCode::oauth_expired);
}

TEST_F(ConnectSettle, AnAccountOfAnotherUserIsNeverUsed) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  finish_as(AccountStatus::active);
  auto const genuine = provider.on_get_account;
  provider.on_get_account = [genuine](AccountId const& id) {
    auto account = genuine(id);
    account->user_id = "agenta_project_another";
    return account;
  };

  auto const row = value_of(settle(reply.id));

  EXPECT_EQ(row.status, ConnectionStatus::failed);
  EXPECT_EQ(row.error->code, ErrorCode::oauth_failed);
}

TEST_F(ConnectSettle, AnAccountThatVanishedIsAFailure) {
  auto const reply = value_of(flow.begin(caller, to("github")));

  EXPECT_EQ(value_of(settle(reply.id)).error->code, ErrorCode::oauth_failed);
}

TEST_F(ConnectSettle, AProviderThatIsAwayChangesNothing) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  auto const before = row_of(reply);
  provider.on_get_account = [](auto const&) {
    return Result<Account>{fail(ErrorCode::provider_unavailable, "away")};
  };

  EXPECT_EQ(error_of(settle(reply.id)).code, ErrorCode::provider_unavailable);
  EXPECT_EQ(row_of(reply), before);
}

TEST_F(ConnectSettle, ARowThatWasRemovedIsNoLongerWatched) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  ASSERT_TRUE(rows.erase(row_of(reply), store::Durability::normal));

  EXPECT_EQ(error_of(settle(reply.id)).code, ErrorCode::connection_not_found);
  EXPECT_EQ(watcher.events().back(), "settled " + reply.id.text);
}

TEST_F(ConnectSettle, AsksNothingUnderAnotherKeyNorOfASettledRow) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  auto const foreign = value_of(credentials.access_for(make_caller(clock, "key-2")));
  EXPECT_EQ(value_of(flow.settle(foreign, reply.id, AskedBy::visit, caller.deadline, {})).status,
            ConnectionStatus::pending);
  EXPECT_EQ(provider.count("get_account"), 0);

  finish_as(AccountStatus::active);
  ASSERT_TRUE(settle(reply.id));
  EXPECT_EQ(value_of(settle(reply.id)).status, ConnectionStatus::active);

  EXPECT_EQ(provider.count("get_account"), 1);
}

TEST_F(ConnectSettle, ARestartWatchesOnWhatIsPendingAndForgetsWhatHadNoLink) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  auto linkless = add_connection("linkless");
  linkless.status = ConnectionStatus::pending;
  linkless.account.text.clear();
  ASSERT_TRUE(rows.update(linkless, store::Durability::normal));
  FakeWatcher after;
  ConnectFlow restarted{projects, rows, turns, auth_configs, catalog, credentials, provider, after, clock};

  ASSERT_TRUE(restarted.forget_unmade());
  ASSERT_TRUE(restarted.resume_pending(caller));

  EXPECT_EQ(after.events(), (std::vector<std::string>{"started " + reply.id.text}));
  EXPECT_EQ(after.last().expires_at, link_ends);
  EXPECT_FALSE(value_of(rows.find(linkless.id)));
}

TEST_F(ConnectSettle, ARestartWithoutTheKeyWatchesNothingAndKeepsTheRow) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  FakeWatcher after;
  ConnectFlow restarted{projects, rows, turns, auth_configs, catalog, credentials, provider, after, clock};
  Caller owner;

  ASSERT_TRUE(restarted.resume_pending(owner));
  EXPECT_TRUE(after.events().empty());

  ASSERT_TRUE(restarted.resume(caller, row_of(reply)));
  EXPECT_EQ(after.events(), (std::vector<std::string>{"started " + reply.id.text}));
}

TEST_F(ConnectFields, ConnectsFromGivenFieldsAtOnce) {
  AccountRequest seen;
  auto const works = provider.on_create_account;
  provider.on_create_account = [&, works](auto const& request) {
    seen = request;
    return works(request);
  };

  auto const reply = value_of(flow.begin(caller, to_stripe()));

  EXPECT_EQ(reply.status, ConnectionStatus::active);
  EXPECT_EQ(reply.redirect_url, "");
  EXPECT_EQ(row_of(reply).status, ConnectionStatus::active);
  EXPECT_EQ(seen.user_id, user_id_of(project));
  ASSERT_EQ(seen.fields.size(), 1U);
  EXPECT_EQ(seen.fields[0].second.reveal(), "sk_1");
  EXPECT_TRUE(watcher.events().empty()) << "no browser is waited for";
}

TEST_F(ConnectFields, ListsTheFieldsThatAreMissingBeforeAnythingIsMade) {
  auto const error = error_of(flow.begin(caller, to("stripe")));

  EXPECT_EQ(error.code, ErrorCode::invalid_credentials);
  EXPECT_NE(error.message.find("api_key"), std::string::npos);
  EXPECT_EQ(error.next_step,
            (std::vector<std::string>{"agenta-tools", "connect", "stripe", "--field", "api_key=@FILE"}));
  EXPECT_EQ(provider.calls(), (std::vector<std::string>{"get_integration stripe"}));
}

TEST_F(ConnectFields, RefusesAFieldThatIsNotOneWithTheNearestName) {
  auto request = to("stripe");
  request.credentials.emplace_back("api_kee", Secret{"sk_secret"});

  auto const error = error_of(flow.begin(caller, request));

  EXPECT_EQ(error.code, ErrorCode::invalid_request);
  EXPECT_NE(error.message.find("did you mean api_key?"), std::string::npos);
  EXPECT_EQ(error.message.find("sk_secret"), std::string::npos);
}

TEST_F(ConnectFields, RefusedCredentialsLeaveNothingBehind) {
  auto const works = provider.on_create_account;
  provider.on_create_account = [works](auto const& request) {
    auto account = works(request);
    account->status = AccountStatus::failed;
    account->status_reason = "the key is wrong";
    return account;
  };

  auto const error = error_of(flow.begin(caller, to_stripe("bad")));

  EXPECT_EQ(error.code, ErrorCode::invalid_credentials);
  EXPECT_NE(error.message.find("the key is wrong"), std::string::npos);
  EXPECT_EQ(provider.calls().back(), "delete_account ca_1");
  EXPECT_TRUE(all_rows().empty());
}

TEST_F(ConnectFields, CredentialsThatTheServiceRefusesAreNotConnectedNorShown) {
  provider.on_get_integration = [](IntegrationSlug const& slug) -> Result<IntegrationDetail> {
    IntegrationDetail detail;
    detail.integration.slug = slug;
    detail.auth = {with_key_field(scheme("BEARER_TOKEN", false))};
    detail.current_user_endpoint = "/me";
    return detail;
  };
  std::string body = R"({"message":"no such token"})";
  provider.on_proxy = [&](auto const&) { return ProxyReply{401, body}; };

  auto const error = error_of(flow.begin(caller, to_stripe("tok\"en-1")));
  EXPECT_EQ(error.code, ErrorCode::invalid_credentials);
  EXPECT_NE(error.message.find("no such token"), std::string::npos);
  EXPECT_EQ(provider.calls().back(), "delete_account ca_1");
  EXPECT_TRUE(all_rows().empty());

  body = R"({"message":"tok\"en-1 is wrong"})";
  auto const echoed = error_of(flow.begin(caller, to_stripe("tok\"en-1")));
  EXPECT_EQ(echoed.code, ErrorCode::invalid_credentials);
  EXPECT_EQ(echoed.message.find("en-1"), std::string::npos) << echoed.message;
}

TEST_F(ConnectFields, AProviderThatSaysNoLeavesNothingBehind) {
  provider.on_create_account = [](auto const&) {
    return Result<Account>{fail(ErrorCode::invalid_credentials, "no")};
  };

  EXPECT_EQ(error_of(flow.begin(caller, to_stripe())).code, ErrorCode::invalid_credentials);
  EXPECT_TRUE(all_rows().empty());
}

TEST_F(ConnectFields, ASecondAccountGetsTheNextSlugAndATakenOneIsRefused) {
  ASSERT_TRUE(flow.begin(caller, to_stripe()));

  EXPECT_EQ(value_of(flow.begin(caller, to_stripe())).slug, "stripe-2");

  auto named = to_stripe();
  named.slug = "stripe";
  auto const calls_before = provider.calls().size();
  EXPECT_EQ(error_of(flow.begin(caller, named)).code, ErrorCode::connection_already_exists);
  EXPECT_EQ(provider.calls().size(), calls_before);
}

TEST_F(ConnectFields, ReconnectingReplacesTheAccount) {
  auto const reply = value_of(flow.begin(caller, to_stripe()));
  auto expired = row_of(reply);
  expired.status = ConnectionStatus::expired;
  expired.account.text = "ca_old";
  ASSERT_TRUE(rows.update(expired, store::Durability::normal));
  auto request = to_stripe();
  request.reconnect = "stripe";

  auto const renewed = value_of(flow.begin(caller, request));

  EXPECT_EQ(renewed.id, reply.id);
  EXPECT_EQ(row_of(renewed).status, ConnectionStatus::active);
  auto const calls = provider.calls();
  EXPECT_EQ(calls[calls.size() - 2], "delete_account ca_old");
  EXPECT_EQ(calls.back(), "set_alias ca_1 stripe");
}

}  // namespace
}  // namespace agenta::daemon
