#include "daemon/composio/composio_accounts.hpp"

#include <gtest/gtest.h>

#include <map>

#include "daemon/composio/composio_client.hpp"
#include "tests/support/scripted_server.hpp"

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;
using testing::http_reply;
using testing::Peer;
using testing::ScriptedServer;

/// Answers by the part of the request line that a target holds; 404 for all others.
ScriptedServer::Script answers(std::map<std::string, std::string> replies) {
  return [replies = std::move(replies)](Peer& peer) {
    while (auto const request = peer.read()) {
      auto const line = request->substr(0, request->find("\r\n"));
      auto reply = http_reply(404, R"({"error":{"message":"nothing here","code":10404}})");
      for (auto const& [part, text] : replies) {
        if (line.find(part) != std::string::npos) reply = text;
      }
      peer.write(reply);
    }
  };
}

class Accounts : public ::testing::Test {
 protected:
  ProviderCall call_to(ScriptedServer const& server, std::string key = "ak_1") {
    access_.base_url = server.url();
    access_.api_key = Secret{std::move(key)};
    return {access_, std::chrono::steady_clock::now() + 20s, {}};
  }

  ProviderAccess access_{};
  HttpPool pool_{{.ca_file = {}, .proxy = {}}};
  ComposioAccounts accounts_{pool_};
};

constexpr auto kInfo =
    R"({"project":{"id":"550e8400-e29b-41d4-a716-446655440000","nano_id":"pr_1","name":"one",
  "org":{"id":"ok_1","name":"acme","plan":"HOBBY"}},"api_key":{"key":"ak_1secret"},
  "org_member":{"email":"me@example.com"}})";

TEST_F(Accounts, TellsWhoseAKeyIsByTheIdsThatHeadersTake) {
  ScriptedServer server{answers({{"/auth/session/info", http_reply(200, kInfo)}})};

  auto const owner = accounts_.get_owner(call_to(server));

  ASSERT_TRUE(owner) << owner.error().message;
  ASSERT_TRUE(owner->project);
  EXPECT_EQ(owner->project->id, "pr_1");
  EXPECT_EQ(owner->project->org_id, "ok_1");
  EXPECT_EQ(owner->project->org_name, "acme");
  EXPECT_EQ(owner->email, "me@example.com");
}

TEST_F(Accounts, AUsersKeyGoesIntoItsOwnHeaderAloneAndWithTheProjectOnceItIsKnown) {
  ScriptedServer server{answers(
      {{"/auth/session/info", http_reply(200, kInfo)}, {"/toolkits", http_reply(200, R"({"items":[]})")}})};
  auto const call = call_to(server, "uak_1");
  ASSERT_TRUE(accounts_.get_owner(call));
  access_.org_id = "ok_1";
  access_.project_id = "pr_1";
  ComposioClient client{pool_};
  ASSERT_TRUE(client.verify_key(call));

  auto const requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  for (auto const& request : requests) {
    EXPECT_NE(to_lower(request).find("x-user-api-key: uak_1\r\n"), std::string::npos) << request;
    EXPECT_EQ(to_lower(request).find("x-api-key"), std::string::npos) << request;
  }
  EXPECT_EQ(to_lower(requests[0]).find("x-project-id"), std::string::npos);
  EXPECT_NE(to_lower(requests[1]).find("x-org-id: ok_1\r\n"), std::string::npos);
  EXPECT_NE(to_lower(requests[1]).find("x-project-id: pr_1\r\n"), std::string::npos);
}

TEST_F(Accounts, ListsAllPagesOfProjectsWithTheNamesOfTheirOrganisations) {
  ScriptedServer server{answers(
      {{"/org/project/list",
        http_reply(200, R"({"data":[{"id":"pr_1","name":"one","org_id":"ok_1"}],"next_cursor":"c2"})")},
       {"cursor=c2", http_reply(200, R"({"data":[{"id":"pr_2","name":"two","org_id":"ok_2"},
                            {"id":"pr_3","name":"gone","org_id":"ok_2","deleted":true},
                            {"id":"not an id","name":"odd","org_id":"ok_2"}],"next_cursor":null})")},
       {"/org/list", http_reply(200, R"({"organizations":[{"id":"ok_2","name":"acme"}]})")}})};

  auto const projects = accounts_.list_projects(call_to(server, "uak_1"));

  ASSERT_TRUE(projects) << projects.error().message;
  ASSERT_EQ(projects->size(), 2U);
  EXPECT_EQ(projects->front().id, "pr_1");
  EXPECT_EQ(projects->back().id, "pr_2");
  EXPECT_EQ(projects->back().org_name, "acme");
}

TEST_F(Accounts, BeginsALoginWithoutACredential) {
  ScriptedServer server{answers(
      {{"/cli/create-session",
        http_reply(
            201,
            R"({"id":"dev-1","code":"a1","expiresAt":"2026-08-01T10:10:00.000Z","status":"pending"})")}})};

  auto const session = accounts_.create_device_session(call_to(server));

  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(session->id.reveal(), "dev-1");
  EXPECT_EQ(session->code, "a1");
  EXPECT_TRUE(session->expires_at);
  auto const requests = server.requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(to_lower(requests[0]).find("api-key"), std::string::npos) << requests[0];
  EXPECT_NE(requests[0].find(R"({"scope":"project","source":"agenta-tools (linux, v)"), std::string::npos);
}

TEST_F(Accounts, SaysWhereLoginsInABrowserAreNotOffered) {
  ScriptedServer server{answers({})};

  auto const session = accounts_.create_device_session(call_to(server));

  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, ErrorCode::unsupported);
}

TEST_F(Accounts, ReadsWhereALoginStands) {
  auto const state_of = [&](unsigned status, std::string const& body) {
    ScriptedServer server{answers({{"/cli/get-session?id=dev-1 ", http_reply(status, body)}})};
    auto const answer = accounts_.get_device_session(call_to(server), Secret{"dev-1"});
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->state : DeviceAnswer::State::pending;
  };
  using enum DeviceAnswer::State;

  EXPECT_EQ(state_of(200, R"({"status":"pending","api_key":null})"), pending);
  EXPECT_EQ(state_of(200, R"({"status":"something new"})"), pending);
  EXPECT_EQ(state_of(200, R"({"status":"denied"})"), denied);
  EXPECT_EQ(state_of(200, R"({"status":"expired"})"), gone);
  EXPECT_EQ(state_of(404, R"({"error":{"message":"no"}})"), gone);
  EXPECT_EQ(state_of(200, R"({"status":"linked","api_key":"ak_new","account":{"email":"me@example.com"}})"),
            linked);
}

TEST_F(Accounts, AKeyThatCannotBeOneIsNoKey) {
  for (auto const* key : {R"("")", R"("ak\r\nx-evil: 1")", "null"}) {
    ScriptedServer server{
        answers({{"/cli/get-session",
                  http_reply(200, std::string{R"({"status":"linked","api_key":)"} + key + "}")}})};

    auto const answer = accounts_.get_device_session(call_to(server), Secret{"dev-1"});

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::composio_error);
  }
}

TEST_F(Accounts, WhatGetsTheKeyIsInNoErrorAndARestIsKept) {
  ScriptedServer server{
      answers({{"/cli/get-session", http_reply(429, R"({"error":{"message":"slow down, dev-1secret"}})",
                                               "Retry-After: 9\r\n")}})};

  auto const answer = accounts_.get_device_session(call_to(server), Secret{"dev-1secret"});

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::rate_limited);
  EXPECT_EQ(answer.error().retry_after, std::chrono::seconds{9});
  EXPECT_EQ(answer.error().message.find("dev-1secret"), std::string::npos) << answer.error().message;
}

}  // namespace
}  // namespace agenta::daemon
