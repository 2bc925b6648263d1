#include "daemon/core/connection_choice.hpp"

#include <gtest/gtest.h>

namespace agenta::daemon {
namespace {

struct ConnectionChoice : testing::Test {
  ProviderAccess access{"https://backend.composio.dev", Secret{"k"}, "scope"};
  IntegrationSlug github{"github"};
  std::vector<Connection> rows;

  Connection& add(std::string slug, ConnectionStatus status = ConnectionStatus::active) {
    Connection row;
    row.id.text = make_uuid_v7();
    row.slug = std::move(slug);
    row.integration = github;
    row.key_scope = access.key_scope;
    row.base_url = access.base_url;
    row.status = status;
    return rows.emplace_back(std::move(row));
  }
  Result<Connection> choose(std::string const& named = {}) {
    return choose_connection(rows, access, github, named);
  }
};

TEST_F(ConnectionChoice, TakesTheOnlyActiveOne) {
  add("dead", ConnectionStatus::expired);
  add("work");
  add("slack").integration = {"slack"};

  EXPECT_EQ(choose().value().slug, "work");
}

TEST_F(ConnectionChoice, TakesTheDefaultAmongSeveral) {
  add("home");
  add("work").is_default = true;

  EXPECT_EQ(choose().value().slug, "work");
}

TEST_F(ConnectionChoice, NamesTheChoicesWhereSeveralServe) {
  add("work");
  add("home");

  auto const chosen = choose();

  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, ErrorCode::connection_ambiguous);
  EXPECT_EQ(chosen.error().context.text, R"({"choices":["home","work"]})");
}

TEST_F(ConnectionChoice, NeverReplacesADefaultThatCannotServe) {
  add("home");
  add("work", ConnectionStatus::expired).is_default = true;

  auto const chosen = choose();

  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, ErrorCode::connection_expired);
}

TEST_F(ConnectionChoice, SaysHowToConnectWhereThereIsNone) {
  auto const chosen = choose();

  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, ErrorCode::not_connected);
  EXPECT_EQ(chosen.error().next_step, (std::vector<std::string>{"agenta-tools", "connect", "github"}));
}

TEST_F(ConnectionChoice, SaysThatTheOnlyOneExpiredRatherThanThatThereIsNone) {
  add("pending", ConnectionStatus::pending);
  add("work", ConnectionStatus::expired);

  auto const chosen = choose();

  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, ErrorCode::connection_expired);
  EXPECT_EQ(chosen.error().next_step,
            (std::vector<std::string>{"agenta-tools", "connect", "github", "--reconnect", "work"}));
}

TEST_F(ConnectionChoice, SaysThatTheLoginIsPending) {
  auto const id = add("work", ConnectionStatus::pending).id;

  auto const chosen = choose();

  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, ErrorCode::oauth_pending);
  EXPECT_EQ(chosen.error().next_step,
            (std::vector<std::string>{"agenta-tools", "connect", "--resume", id.text}));
}

TEST_F(ConnectionChoice, WhatWorksIsUsedWhileItIsRenewedForOtherScopes) {
  add("work", ConnectionStatus::pending).renewal = Renewal{.status = ConnectionStatus::active};
  EXPECT_EQ(choose().value().slug, "work");
  EXPECT_EQ(choose("work").value().slug, "work");
  rows.clear();

  add("work", ConnectionStatus::pending).renewal = Renewal{.status = ConnectionStatus::expired};
  EXPECT_EQ(choose().error().code, ErrorCode::oauth_pending);
}

TEST_F(ConnectionChoice, SaysThatTheOnlyOneIsDisabled) {
  add("work", ConnectionStatus::inactive);

  EXPECT_EQ(choose().error().code, ErrorCode::not_connected);
  EXPECT_NE(choose().error().message.find("disabled"), std::string::npos);
}

TEST_F(ConnectionChoice, DoesNotTakeAFailedLoginForAConnection) {
  add("work", ConnectionStatus::failed);

  EXPECT_EQ(choose().error().code, ErrorCode::not_connected);
}

TEST_F(ConnectionChoice, PassesOverTheRowsOfAnotherKeyAndOfAnotherEndpoint) {
  add("foreign").key_scope = "another";
  add("elsewhere").base_url = "http://127.0.0.1:1";
  add("foreign-default").key_scope = "another";
  rows.back().is_default = true;

  EXPECT_EQ(choose().error().code, ErrorCode::not_connected);

  add("own");

  EXPECT_EQ(choose().value().slug, "own");
}

TEST_F(ConnectionChoice, KnowsTheSandboxsRowsWhateverItsPort) {
  add("work").base_url = "sandbox";
  EXPECT_EQ(choose().error().code, ErrorCode::not_connected);

  access.base_url = "http://127.0.0.1:4001";
  access.endpoint_name = "sandbox";

  EXPECT_EQ(choose().value().slug, "work");
}

TEST_F(ConnectionChoice, TakesTheNamedOneByItsSlugInAnyCase) {
  add("home");
  add("work");

  EXPECT_EQ(choose("WORK").value().slug, "work");
}

TEST_F(ConnectionChoice, TakesTheNamedOneByItsIdAheadOfTheDefault) {
  add("home").is_default = true;
  auto const id = add("work").id;

  EXPECT_EQ(choose(id.text).value().slug, "work");
}

TEST_F(ConnectionChoice, SuggestsTheNearestNameForOneThatIsNot) {
  add("work");

  auto const chosen = choose("wrok");

  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, ErrorCode::connection_not_found);
  EXPECT_NE(chosen.error().message.find("did you mean work?"), std::string::npos);
}

TEST_F(ConnectionChoice, RefusesANamedConnectionOfAnotherIntegration) {
  add("team").integration = {"slack"};

  EXPECT_EQ(choose("team").error().code, ErrorCode::invalid_request);
}

TEST_F(ConnectionChoice, RefusesANamedConnectionOfAnotherKey) {
  add("work").key_scope = "another";

  EXPECT_EQ(choose("work").error().code, ErrorCode::not_connected);
}

TEST_F(ConnectionChoice, SaysWhyANamedConnectionCannotServe) {
  add("expired", ConnectionStatus::expired);
  add("pending", ConnectionStatus::pending);
  add("inactive", ConnectionStatus::inactive);
  add("failed", ConnectionStatus::failed).error =
      ConnectionError{ErrorCode::oauth_denied, "access was denied"};

  EXPECT_EQ(choose("expired").error().code, ErrorCode::connection_expired);
  EXPECT_EQ(choose("pending").error().code, ErrorCode::oauth_pending);
  EXPECT_EQ(choose("inactive").error().code, ErrorCode::not_connected);
  EXPECT_EQ(choose("failed").error().code, ErrorCode::not_connected);
  EXPECT_NE(choose("failed").error().message.find("access was denied"), std::string::npos);
}

}  // namespace
}  // namespace agenta::daemon
