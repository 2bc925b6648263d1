#include "tests/unit/daemon/core/connection_life_support.hpp"

namespace agenta::daemon {
namespace {

using ConnectionCheckTest = ConnectionLife;

TEST_F(ConnectionCheckTest, AsksTheServiceWhoItIs) {
  auto const check = value_of(checks.check(caller, "work"));

  EXPECT_EQ(check.health, Health::alive);
  EXPECT_EQ(check.probe, "GET /user");
  EXPECT_EQ(check.connection.last_checked_at, clock.wall());
  EXPECT_EQ(provider.calls().back(), "proxy GET /user");
}

TEST_F(ConnectionCheckTest, AGrantThatTheServiceRefusesIsExpiredFromThenOn) {
  provider.on_proxy = [](auto const&) { return ProxyReply{401, R"({"message":"Bad credentials"})"}; };

  auto const check = value_of(checks.check(caller, "work"));

  EXPECT_EQ(check.health, Health::dead);
  EXPECT_NE(check.detail.find("Bad credentials"), std::string::npos);
  EXPECT_EQ(check.connection.status, ConnectionStatus::expired);
  EXPECT_EQ(row_of("work").error->code, ErrorCode::connection_expired);
}

TEST_F(ConnectionCheckTest, ANetworkThatIsDeadSaysNothingOfTheGrant) {
  provider.on_proxy = [](auto const&) {
    return Result<ProxyReply>{fail(ErrorCode::provider_unavailable, "no route")};
  };

  EXPECT_EQ(error_of(checks.check(caller, "work")).code, ErrorCode::provider_unavailable);
  EXPECT_EQ(row_of("work").status, ConnectionStatus::active);
}

TEST_F(ConnectionCheckTest, AServiceInTroubleSaysNothingOfTheGrant) {
  provider.on_proxy = [](auto const&) { return ProxyReply{503, ""}; };

  auto const check = value_of(checks.check(caller, "work"));

  EXPECT_EQ(check.health, Health::unknown);
  EXPECT_EQ(row_of("work").status, ConnectionStatus::active);
}

TEST_F(ConnectionCheckTest, RunsAReadOnlyToolWhereThereIsNoSuchEndpoint) {
  endpoint.clear();
  provider.on_list_tools = [](auto const&) {
    Page<Tool> page;
    for (char const* slug : {"GITHUB_DELETE_ALL", "GITHUB_GET_ME"}) {
      Tool tool;
      tool.slug.text = slug;
      tool.integration.text = "github";
      tool.version = "1";
      tool.input_schema.text = R"({"type":"object"})";
      if (tool.slug.text == "GITHUB_GET_ME") tool.tags = {"readOnlyHint"};
      page.items.push_back(std::move(tool));
    }
    page.total = 2;
    return page;
  };

  auto const check = value_of(checks.check(caller, "work"));

  EXPECT_EQ(check.health, Health::alive);
  EXPECT_EQ(check.probe, "GITHUB_GET_ME");
  EXPECT_EQ(history().size(), 1U) << "journaled as any run";
  answer_with({test::tool_said_no("invalid_grant")});
  auto const dead = value_of(checks.check(caller, "work"));
  EXPECT_EQ(dead.health, Health::dead);
  EXPECT_EQ(dead.connection.status, ConnectionStatus::expired);
  EXPECT_EQ(value_of(checks.check(caller, "work")).detail, dead.detail) << "and says no more each time";
  answer_with({test::succeeded()});
  EXPECT_EQ(value_of(checks.check(caller, "work")).connection.status, ConnectionStatus::active);
}

TEST_F(ConnectionCheckTest, TakesComposiosWordWhereNothingCanBeCalled) {
  endpoint.clear();

  auto const check = value_of(checks.check(caller, "work"));

  EXPECT_EQ(check.health, Health::unknown);
  EXPECT_EQ(check.probe, "status");
}

TEST_F(ConnectionCheckTest, WhatComposioSaysIsOverIsNotCalled) {
  for (auto const status : {AccountStatus::expired, AccountStatus::revoked, AccountStatus::inactive}) {
    there["ca_work"].status = status;
    there["ca_work"].status_reason = "the reason";

    auto const check = value_of(checks.check(caller, "work"));

    EXPECT_EQ(check.health, Health::dead);
    EXPECT_NE(check.detail.find("the reason"), std::string::npos);
    EXPECT_EQ(check.connection.status,
              status == AccountStatus::inactive ? ConnectionStatus::inactive : ConnectionStatus::expired);
  }
  EXPECT_EQ(provider.count("proxy"), 0);
}

TEST_F(ConnectionCheckTest, WhatWasProvedDeadComesBackOnlyByACallThatWorks) {
  mark("work", ConnectionStatus::expired);

  EXPECT_EQ(value_of(checks.refresh(caller, "work")).status, ConnectionStatus::expired);
  EXPECT_EQ(value_of(checks.check(caller, "work")).connection.status, ConnectionStatus::active);
}

TEST_F(ConnectionCheckTest, AnAccountThatVanishedIsDead) {
  there.clear();

  auto const check = value_of(checks.check(caller, "work"));

  EXPECT_EQ(check.health, Health::dead);
  EXPECT_EQ(row_of("work").status, ConnectionStatus::expired);
}

TEST_F(ConnectionCheckTest, IsNotMadeUnderAnotherKey) {
  EXPECT_EQ(error_of(checks.check(make_caller(clock, "key-2"), "work")).code, ErrorCode::not_configured);
  EXPECT_EQ(provider.count("get_account"), 0);
}

}  // namespace
}  // namespace agenta::daemon
