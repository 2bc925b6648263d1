#include "daemon/core/account_state.hpp"

#include <gtest/gtest.h>

namespace agenta::daemon {
namespace {

struct AccountState : testing::Test {
  WallTime const now{std::chrono::milliseconds{1'795'000'000'000}};
  Connection row;
  Account account;

  AccountState() {
    row.project.text = "p1";
    row.integration.text = "github";
    row.account.text = "ca_1";
    row.auth_config.text = "ac_1";
    row.expires_at = now + std::chrono::minutes{10};
    account.id = row.account;
    account.user_id = "agenta_project_p1";
    account.integration = row.integration;
    account.auth_config = row.auth_config;
    account.status = AccountStatus::active;
  }
  Settlement judge() const { return judge_account(row, account, now); }
  void expect_failed(ErrorCode code) const {
    auto const settlement = judge();
    EXPECT_EQ(settlement.status, ConnectionStatus::failed);
    ASSERT_TRUE(settlement.error);
    EXPECT_EQ(settlement.error->code, code) << settlement.error->message;
  }
};

TEST_F(AccountState, AnActiveAccountOfThisLoginMakesAnActiveConnection) {
  EXPECT_EQ(judge().status, ConnectionStatus::active);
  EXPECT_FALSE(judge().error);
}

TEST_F(AccountState, AnAccountOfAnotherUserNeverBecomesActive) {
  account.user_id = "agenta_project_p2";

  expect_failed(ErrorCode::oauth_failed);
}

TEST_F(AccountState, AnAccountWithoutAUserNeverBecomesActive) {
  account.user_id.clear();

  expect_failed(ErrorCode::oauth_failed);
}

TEST_F(AccountState, AnAccountOfAnotherAuthConfigNeverBecomesActive) {
  account.auth_config.text = "ac_2";

  expect_failed(ErrorCode::oauth_failed);
}

TEST_F(AccountState, AnotherAccountNeverBecomesActive) {
  account.id.text = "ca_2";

  expect_failed(ErrorCode::oauth_failed);
}

TEST_F(AccountState, AnAccountOfAnotherIntegrationNeverBecomesActive) {
  account.integration.text = "gmail";

  expect_failed(ErrorCode::oauth_failed);
}

TEST_F(AccountState, AnAccountWhoseIntegrationIsNotToldIsJudgedByTheRest) {
  account.integration.text.clear();

  EXPECT_EQ(judge().status, ConnectionStatus::active);
}

TEST_F(AccountState, ADisabledAccountIsInactive) {
  account.disabled = true;

  EXPECT_EQ(judge().status, ConnectionStatus::inactive);
}

TEST_F(AccountState, AnInactiveAccountIsInactive) {
  account.status = AccountStatus::inactive;

  EXPECT_EQ(judge().status, ConnectionStatus::inactive);
}

TEST_F(AccountState, DenialIsNotTheSameAsFailure) {
  account.status = AccountStatus::failed;
  account.error = "access_denied";
  account.error_description = "The user said no";

  expect_failed(ErrorCode::oauth_denied);
  EXPECT_NE(judge().error->message.find("The user said no"), std::string::npos);

  account.error = "server_error";

  expect_failed(ErrorCode::oauth_failed);
}

TEST_F(AccountState, ExpiryAndRevocationAreTold) {
  account.status = AccountStatus::expired;
  expect_failed(ErrorCode::oauth_expired);

  account.status = AccountStatus::revoked;
  expect_failed(ErrorCode::oauth_failed);
}

TEST_F(AccountState, AnUnfinishedLoginStaysPendingUntilAMinuteAfterItsLink) {
  for (AccountStatus const status :
       {AccountStatus::initializing, AccountStatus::initiated, AccountStatus::unknown}) {
    account.status = status;

    row.expires_at = now - std::chrono::minutes{1};
    EXPECT_EQ(judge().status, ConnectionStatus::pending);

    row.expires_at = now - std::chrono::minutes{1} - std::chrono::milliseconds{1};
    expect_failed(ErrorCode::oauth_expired);
  }
}

TEST_F(AccountState, AnUnfinishedLoginWithoutAnEndStaysPending) {
  account.status = AccountStatus::initiated;
  row.expires_at.reset();

  EXPECT_EQ(judge().status, ConnectionStatus::pending);
}

TEST_F(AccountState, ALateClickStillConnects) {
  row.expires_at = now - std::chrono::hours{1};

  EXPECT_EQ(judge().status, ConnectionStatus::active);
}

TEST_F(AccountState, TheMostTellingWordsAreShown) {
  EXPECT_EQ(words_of(account), "no reason was given");
  account.error = "code";
  EXPECT_EQ(words_of(account), "code");
  account.status_reason = "reason";
  EXPECT_EQ(words_of(account), "reason");
  account.error_description = "description";
  EXPECT_EQ(words_of(account), "description");
}

TEST_F(AccountState, AnAccountThatIsGoneIsAFailure) {
  EXPECT_EQ(account_vanished().status, ConnectionStatus::failed);
  EXPECT_EQ(account_vanished().error->code, ErrorCode::oauth_failed);
}

struct Standing : AccountState {
  Standing() { row.status = ConnectionStatus::active; }
  Settlement stand() const { return judge_standing(row, account); }
};

TEST_F(Standing, EveryStatusOfComposioIsOneOfOursWithItsReason) {
  struct Case {
    AccountStatus there;
    ConnectionStatus here;
  };
  for (auto const& [there, here] : {Case{AccountStatus::active, ConnectionStatus::active},
                                    Case{AccountStatus::inactive, ConnectionStatus::inactive},
                                    Case{AccountStatus::expired, ConnectionStatus::expired},
                                    Case{AccountStatus::revoked, ConnectionStatus::expired},
                                    Case{AccountStatus::failed, ConnectionStatus::expired},
                                    Case{AccountStatus::initializing, ConnectionStatus::expired},
                                    Case{AccountStatus::initiated, ConnectionStatus::expired},
                                    Case{AccountStatus::unknown, ConnectionStatus::active}}) {
    account.status = there;
    account.status_reason = "Max auth failures reached";
    auto const settlement = stand();
    EXPECT_EQ(settlement.status, here);
    bool const tells = there == AccountStatus::inactive || there == AccountStatus::expired ||
                       there == AccountStatus::revoked || there == AccountStatus::failed;
    if (tells) {
      EXPECT_NE(settlement.error->message.find("Max auth failures reached"), std::string::npos);
    }
  }
}

TEST_F(Standing, AnAccountOfAnotherUserIsExpiredAndOneOfAnUntoldUserIsNot) {
  account.user_id = "agenta_project_p2";
  EXPECT_EQ(stand().status, ConnectionStatus::expired);
  account.user_id.clear();
  EXPECT_EQ(stand().status, ConnectionStatus::active);
}

TEST_F(Standing, WhatWasProvedDeadIsNotAliveByComposiosWord) {
  row.status = ConnectionStatus::expired;
  row.error = ConnectionError{ErrorCode::connection_expired, "Bad credentials"};

  EXPECT_EQ(stand().status, ConnectionStatus::expired);
  EXPECT_EQ(stand().error, row.error);
}

TEST_F(Standing, ADisabledAuthConfigDisablesTheConnection) {
  account.disabled = true;
  account.status_reason = "Auth config is disabled";

  EXPECT_EQ(stand().status, ConnectionStatus::inactive);
}

}  // namespace
}  // namespace agenta::daemon
