#include "tests/unit/daemon/core/connect_flow_support.hpp"

namespace agenta::daemon {
namespace {

/// A connection `work` that has expired, and the login that is to renew it.
struct ConnectRenewal : ConnectFlowTest {
  Connection expired = add_connection("work");
  protocol::ConnectRequest request = to("github");

  ConnectRenewal() {
    expired.status = ConnectionStatus::expired;
    expired.error = ConnectionError{ErrorCode::connection_expired, "dead"};
    expired.is_default = true;
    expired.name = "Work account";
    EXPECT_TRUE(rows.update(expired, store::Durability::normal));
    request.reconnect = "work";
  }
  std::vector<ConnectionChange> changes() {
    std::vector<ConnectionChange> kinds;
    for (auto const& each : value_of(rows.changes_after(project, 0, 100))) kinds.push_back(each.change);
    return kinds;
  }
};

TEST_F(ConnectRenewal, KeepsIdSlugNameAndDefault) {
  auto const reply = value_of(flow.begin(caller, request));
  finish_as(AccountStatus::active);

  auto const row = value_of(settle(reply.id));

  EXPECT_EQ(row.id, expired.id);
  EXPECT_EQ(row.slug, "work");
  EXPECT_EQ(row.name, "Work account");
  EXPECT_TRUE(row.is_default);
  EXPECT_EQ(row.account.text, "ca_1");
  EXPECT_FALSE(row.error);
  EXPECT_EQ(changes(), (std::vector{ConnectionChange::begun, ConnectionChange::connected}));
}

TEST_F(ConnectRenewal, ThatIsDeniedLeavesTheConnectionAsItWas) {
  auto const reply = value_of(flow.begin(caller, request));
  finish_as(AccountStatus::failed, "access_denied");

  auto const row = value_of(settle(reply.id));

  EXPECT_EQ(row.status, ConnectionStatus::expired);
  EXPECT_EQ(row.account, expired.account);
  EXPECT_EQ(row.auth_config, expired.auth_config);
  ASSERT_TRUE(row.error);
  EXPECT_EQ(row.error->code, ErrorCode::oauth_denied);
  EXPECT_EQ(provider.calls().back(), "delete_account ca_1") << "the account that came to nothing";
  EXPECT_EQ(value_of(rows.find(expired.id))->slug, "work");
}

TEST_F(ConnectRenewal, ThatIsCancelledLeavesTheConnectionAsItWas) {
  auto const reply = value_of(flow.begin(caller, request));

  auto const row = value_of(flow.cancel(caller, row_of(reply)));

  EXPECT_EQ(row.status, ConnectionStatus::expired);
  EXPECT_EQ(row.account, expired.account);
  EXPECT_EQ(provider.count("delete_account"), 1);
  EXPECT_EQ(provider.calls().back(), "delete_account ca_1");
}

TEST_F(ConnectRenewal, ThatNobodyCouldAskAboutLeavesTheConnectionAsItWas) {
  auto const reply = value_of(flow.begin(caller, request));

  ASSERT_TRUE(flow.give_up(reply.id));

  auto const row = value_of(rows.find(reply.id));
  EXPECT_EQ(row->status, ConnectionStatus::expired);
  EXPECT_EQ(row->account, expired.account);
}

TEST_F(ConnectRenewal, BegunAgainReplacesTheLoginThatWasNeverFinished) {
  auto const first = value_of(flow.begin(caller, request));
  request.scopes = {"repo"};

  auto const second = value_of(flow.begin(caller, request));

  EXPECT_EQ(second.id, first.id);
  EXPECT_NE(second.redirect_url, first.redirect_url);
  EXPECT_EQ(provider.calls().back(), "delete_account ca_1");
  EXPECT_EQ(row_of(second).renewal->account, expired.account);
}

TEST_F(ConnectRenewal, OfAWorkingConnectionIsForOtherScopesAlone) {
  expired.status = ConnectionStatus::active;
  expired.error.reset();
  ASSERT_TRUE(rows.update(expired, store::Durability::normal));
  EXPECT_EQ(error_of(flow.begin(caller, request)).code, ErrorCode::invalid_request);
  request.scopes = {"repo"};
  auto const reply = value_of(flow.begin(caller, request));
  finish_as(AccountStatus::expired);

  auto const row = value_of(settle(reply.id));

  EXPECT_EQ(row.status, ConnectionStatus::active) << "what worked works on";
  EXPECT_EQ(row.account, expired.account);
}

TEST_F(ConnectRenewal, BegunTwiceAtOnceIsOne) {
  finish_as(AccountStatus::initiated);
  auto again = request;
  again.reconnect = expired.id.text;
  auto const first = value_of(flow.begin(caller, request));
  auto const second = value_of(flow.begin(caller, again));

  EXPECT_TRUE(second.joined);
  EXPECT_EQ(second.redirect_url, first.redirect_url);
  EXPECT_EQ(links, 1);
}

TEST_F(ConnectRenewal, ASecondOneThatFailsLeavesTheFirstWatched) {
  ASSERT_TRUE(flow.begin(caller, request));
  auto const events = watcher.events();
  provider.on_create_link = [](auto const&) {
    return Result<Link>{fail(ErrorCode::invalid_request, "no such scope")};
  };
  request.scopes = {"nonsense"};

  EXPECT_FALSE(flow.begin(caller, request));

  auto now = watcher.events();
  EXPECT_EQ(std::ranges::count(now, "settled " + expired.id.text), 0);
}

TEST_F(ConnectRenewal, KeepsTheNameThatTheConnectionGotMeanwhile) {
  auto const reply = value_of(flow.begin(caller, request));
  auto const finished = [&] {
    finish_as(AccountStatus::active);
    return provider.on_get_account;
  }();
  provider.on_get_account = [&, finished](AccountId const& id) {
    auto renamed = row_of(reply);
    renamed.slug = "office";
    EXPECT_TRUE(rows.update(renamed, store::Durability::normal));
    return finished(id);
  };

  auto const row = value_of(settle(reply.id));

  EXPECT_EQ(row.slug, "office");
  EXPECT_EQ(row_of(reply).slug, "office");
}

TEST_F(ConnectRenewal, IsRefusedUnderAnotherKey) {
  auto const error = error_of(flow.begin(make_caller(clock, "key-2"), request));

  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_EQ(value_of(rows.find(expired.id)), expired);
  EXPECT_EQ(provider.count("create_link"), 0);
}

using ConnectCancel = ConnectFlowTest;

TEST_F(ConnectCancel, EndsALoginAtComposioAndHere) {
  auto const reply = value_of(flow.begin(caller, to("github")));

  auto const gone = value_of(flow.cancel(caller, row_of(reply)));

  EXPECT_EQ(gone.status, ConnectionStatus::failed);
  EXPECT_EQ(provider.calls().back(), "delete_account ca_1");
  EXPECT_TRUE(all_rows().empty());
  EXPECT_EQ(watcher.events().back(), "settled " + reply.id.text);
}

TEST_F(ConnectCancel, ChangesNothingWhereComposioIsAway) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  provider.on_delete_account = [](auto const&) {
    return Result<void>{fail(ErrorCode::provider_unavailable, "away")};
  };

  EXPECT_EQ(error_of(flow.cancel(caller, row_of(reply))).code, ErrorCode::provider_unavailable);

  EXPECT_EQ(row_of(reply).status, ConnectionStatus::pending);
}

TEST_F(ConnectCancel, RefusesWhatIsNotPending) {
  auto const error = error_of(flow.cancel(caller, add_connection("work")));

  EXPECT_EQ(error.code, ErrorCode::invalid_request);
  EXPECT_EQ(provider.count("delete_account"), 0);
}

using ConnectRest = ConnectFlowTest;

TEST_F(ConnectRest, OnlyAVisitAsksInALoginsFirstSecond) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  finish_as(AccountStatus::active);
  auto const ask = [&](AskedBy why) {
    return value_of(flow.settle(access(), reply.id, why, caller.deadline, {}));
  };

  EXPECT_EQ(ask(AskedBy::client).status, ConnectionStatus::pending);
  EXPECT_EQ(ask(AskedBy::poll).status, ConnectionStatus::pending);
  EXPECT_EQ(provider.count("get_account"), 0);
  EXPECT_EQ(ask(AskedBy::visit).status, ConnectionStatus::active);
}

TEST_F(ConnectRest, EvenAVisitWaitsAsLongAsComposioAsksFor) {
  auto const reply = value_of(flow.begin(caller, to("github")));
  provider.on_get_account = [](auto const&) {
    Error error = fail(ErrorCode::rate_limited, "slower").error();
    error.retry_after = std::chrono::seconds{5};
    return Result<Account>{fail(error)};
  };
  auto const ask = [&] { return flow.settle(access(), reply.id, AskedBy::visit, caller.deadline, {}); };
  EXPECT_FALSE(ask());
  finish_as(AccountStatus::active);

  EXPECT_EQ(value_of(ask()).status, ConnectionStatus::pending);
  clock.advance(std::chrono::seconds{6});
  EXPECT_EQ(value_of(ask()).status, ConnectionStatus::active);
}

}  // namespace
}  // namespace agenta::daemon
