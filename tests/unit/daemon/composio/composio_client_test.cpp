#include "daemon/composio/composio_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "shared/base/version.hpp"
#include "tests/support/scripted_server.hpp"

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;
using testing::always;
using testing::http_reply;
using testing::Peer;
using testing::ScriptedServer;

constexpr auto kDone = R"({"data":{"n":1},"error":null,"successful":true,"log_id":"log_1"})";

/// A client, and one call's frame against a server.
struct Fixture {
  explicit Fixture(ScriptedServer const& server) : access{server.url(), Secret{"ak_canary_0123456789"}, {}} {}

  ProviderCall call() const { return {access, std::chrono::steady_clock::now() + 20s, stop.get_token()}; }

  HttpPool pool{{.ca_file = {}, .proxy = {}}};
  ComposioClient client{pool};
  ProviderAccess access;
  std::stop_source stop{};
};

ExecuteRequest send_mail() {
  auto request = ExecuteRequest{};
  request.tool.text = "GMAIL_SEND_EMAIL";
  request.version = "20251107_00";
  request.arguments.text = R"({"to":"a"})";
  request.user_id = "agenta_project_1";
  request.account.text = "ca_1";
  return request;
}

std::string first_line(std::string const& request) { return request.substr(0, request.find("\r\n")); }

std::size_t count(std::string const& text, std::string const& what) {
  auto found = std::size_t{0};
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

TEST(ComposioClient, ExecutesWithAccountUserAndVersionUnderOneCredential) {
  ScriptedServer server{always(http_reply(200, kDone))};
  Fixture fixture{server};

  auto const outcome = fixture.client.execute(fixture.call(), send_mail());

  ASSERT_EQ(outcome.fate, Fate::answered);
  EXPECT_EQ(outcome.result->data.text, "{\"n\":1}");
  auto const request = server.requests().at(0);
  EXPECT_EQ(first_line(request), "POST /api/v3.1/tools/execute/GMAIL_SEND_EMAIL HTTP/1.1");
  EXPECT_TRUE(request.ends_with(
      R"({"user_id":"agenta_project_1","connected_account_id":"ca_1","version":"20251107_00","arguments":{"to":"a"}})"))
      << request;
  EXPECT_EQ(count(request, "ak_canary_0123456789"), 1U);
  EXPECT_EQ(count(to_lower(request), "-api-key:"), 1U);
  EXPECT_EQ(count(to_lower(request), "authorization:"), 0U);
  EXPECT_NE(request.find("agenta-tools/" + std::string{product_version()}), std::string::npos);
  EXPECT_NE(to_lower(request).find("content-type: application/json\r\n"), std::string::npos);
}

TEST(ComposioClient, AReplyLostAfterTheEffectIsUnknownAndTheRequestIsSeenOnce) {
  for (auto const is_reused : {false, true}) {
    ScriptedServer server{[is_reused](Peer& peer) {
      if (is_reused) {
        peer.read();
        peer.write(http_reply(200, kDone));
      }
      peer.read();
      peer.reset();
    }};
    Fixture fixture{server};
    if (is_reused) (void)fixture.client.execute(fixture.call(), send_mail());
    auto const before = server.requests().size();

    auto const outcome = fixture.client.execute(fixture.call(), send_mail());

    EXPECT_EQ(outcome.fate, Fate::unknown);
    EXPECT_EQ(outcome.error->code, ErrorCode::outcome_unknown);
    EXPECT_EQ(server.requests().size(), before + 1);
    EXPECT_EQ(server.connections(), 1U);
  }
}

TEST(ComposioClient, ATruncatedAndAGarbledResultAreUnknown) {
  for (auto const* reply : {"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"data\":{},\"succ",
                            "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n<html/>", "\r\n\r\n\r\n\r\n"}) {
    ScriptedServer server{[reply](Peer& peer) {
      peer.read();
      peer.write(reply);
    }};
    Fixture fixture{server};

    auto const outcome = fixture.client.execute(fixture.call(), send_mail());

    EXPECT_EQ(outcome.fate, Fate::unknown) << reply;
    EXPECT_EQ(server.requests().size(), 1U) << reply;
  }
}

TEST(ComposioClient, AnUnreachableServerRanNothing) {
  ScriptedServer server{always({})};
  Fixture fixture{server};
  server.stop();

  auto const outcome = fixture.client.execute(fixture.call(), send_mail());

  EXPECT_EQ(outcome.fate, Fate::nothing_ran);
  EXPECT_EQ(outcome.error->code, ErrorCode::provider_unavailable);
}

TEST(ComposioClient, ADeadlineAfterTheRequestIsUnknownAndOneBeforeRanNothing) {
  ScriptedServer server{[](Peer& peer) {
    peer.read();
    peer.await_close();
  }};
  Fixture fixture{server};
  auto const now = std::chrono::steady_clock::now();

  auto const after = fixture.client.execute({fixture.access, now + 100ms, {}}, send_mail());
  auto const before = fixture.client.execute({fixture.access, now, {}}, send_mail());

  EXPECT_EQ(after.fate, Fate::unknown);
  EXPECT_EQ(before.fate, Fate::nothing_ran);
  EXPECT_EQ(before.error->code, ErrorCode::timeout);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(ComposioClient, AStopAfterTheRequestIsUnknown) {
  ScriptedServer server{[](Peer& peer) {
    peer.read();
    peer.await_close();
  }};
  Fixture fixture{server};
  auto stopper = std::jthread{[&] {
    server.wait_for_requests(1);
    fixture.stop.request_stop();
  }};

  auto const outcome = fixture.client.execute(fixture.call(), send_mail());

  EXPECT_EQ(outcome.fate, Fate::unknown);
}

TEST(ComposioClient, RunsAHundredExecutionsAtOnceEachOnce) {
  ScriptedServer server{always(http_reply(200, kDone))};
  Fixture fixture{server};
  auto succeeded = std::atomic<int>{0};
  auto threads = std::vector<std::jthread>{};

  for (auto i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      auto const outcome = fixture.client.execute(fixture.call(), send_mail());
      if (outcome.result && outcome.result->successful) ++succeeded;
    });
  }
  threads.clear();

  EXPECT_EQ(succeeded, 100);
  EXPECT_EQ(server.requests().size(), 100U);
}

TEST(ComposioClient, AsksForListsByTheNamesComposioKnows) {
  ScriptedServer server{always(http_reply(200, R"({"items":[],"total_items":0})"))};
  Fixture fixture{server};

  (void)fixture.client.verify_key(fixture.call());
  (void)fixture.client.list_integrations(
      fixture.call(), {.search = "a b&c", .category = "dev", .cursor = "x=", .limit = 5000});
  (void)fixture.client.list_tools(fixture.call(),
                                  {.integrations = {{"github"}}, .search = "issue", .limit = 20});
  (void)fixture.client.list_tools(fixture.call(), {.integrations = {{"github"}, {"gmail"}}, .cursor = "x="});
  (void)fixture.client.list_tools(fixture.call(), {.slugs = {{"GITHUB_A"}, {"GMAIL_B"}}, .limit = 5000});
  (void)fixture.client.list_auth_configs(fixture.call(), {"github"});
  (void)fixture.client.list_accounts(fixture.call(), "agenta_project_1");

  auto lines = std::vector<std::string>{};
  for (auto const& request : server.requests()) lines.push_back(first_line(request));
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "GET /api/v3.1/toolkits?limit=1 HTTP/1.1",
                       "GET /api/v3.1/toolkits?category=dev&search=a%20b%26c&cursor=x%3D&limit=1000 HTTP/1.1",
                       "GET /api/v3.1/tools?toolkit_slug=github&query=issue&toolkit_versions=latest&"
                       "include_deprecated=false&limit=20 HTTP/1.1",
                       "GET /api/v3.1/tools?toolkit_slug=github%2Cgmail&cursor=x%3D&toolkit_versions=latest&"
                       "include_deprecated=false&limit=100 HTTP/1.1",
                       "GET /api/v3.1/tools?tool_slugs=GITHUB_A%2CGMAIL_B&toolkit_versions=latest&"
                       "include_deprecated=false&limit=1000 HTTP/1.1",
                       "GET /api/v3.1/auth_configs?toolkit_slug=github&limit=50 HTTP/1.1",
                       "GET /api/v3.1/connected_accounts?user_ids=agenta_project_1&limit=50 HTTP/1.1",
                   }));
}

TEST(ComposioClient, EncodesWhatBecomesPartOfAPath) {
  ScriptedServer server{always(http_reply(404, "{}"))};
  Fixture fixture{server};

  (void)fixture.client.get_integration(fixture.call(), {"a/../b?c"});
  (void)fixture.client.get_tool(fixture.call(), {"github_x"}, "20251107_00");
  (void)fixture.client.get_tool(fixture.call(), {".."}, "");
  (void)fixture.client.delete_account(fixture.call(), {"ca_1-"});

  auto lines = std::vector<std::string>{};
  for (auto const& request : server.requests()) lines.push_back(first_line(request));
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "GET /api/v3.1/toolkits/a%2F..%2Fb%3Fc HTTP/1.1",
                       "GET /api/v3.1/tools/GITHUB_X?version=20251107_00 HTTP/1.1",
                       "GET /api/v3.1/tools/%2E%2E?toolkit_versions=latest HTTP/1.1",
                       "DELETE /api/v3.1/connected_accounts/ca_1-?revoke_on_delete=true HTTP/1.1",
                   }));
}

TEST(ComposioClient, ReadsAllPagesOfAccountsAndLeavesOtherUsersOut) {
  ScriptedServer server{[](Peer& peer) {
    while (auto const request = peer.read()) {
      auto const is_second = request->find("cursor=c2") != std::string::npos;
      peer.write(http_reply(200, is_second ? R"({"items":[{"id":"ca_3"}],"next_cursor":null})"
                                           : R"({"items":[{"id":"ca_1","user_id":"u"},
                                                          {"id":"ca_2","user_id":"other"}],"next_cursor":"c2"})"));
    }
  }};
  Fixture fixture{server};

  auto const accounts = fixture.client.list_accounts(fixture.call(), "u");

  ASSERT_EQ(accounts->size(), 2U);
  EXPECT_EQ(accounts->at(0).id.text, "ca_1");
  EXPECT_EQ(accounts->at(1).id.text, "ca_3");
  EXPECT_EQ(accounts->at(1).user_id, "u");
}

TEST(ComposioClient, GivesUpOnPagesThatRepeatOrNeverEnd) {
  auto page = std::atomic<int>{0};
  ScriptedServer repeating{always(http_reply(200, R"({"items":[],"next_cursor":"same"})"))};
  ScriptedServer endless{[&](Peer& peer) {
    while (peer.read())
      peer.write(http_reply(200, R"({"items":[],"next_cursor":"c)" + std::to_string(++page) + "\"}"));
  }};
  Fixture repeats{repeating};
  Fixture never_ends{endless};

  auto const repeated = repeats.client.list_accounts(repeats.call(), "u");
  auto const unending = never_ends.client.list_auth_configs(never_ends.call(), {"github"});

  EXPECT_EQ(repeated.error().code, ErrorCode::composio_error);
  EXPECT_EQ(repeating.requests().size(), 2U);
  EXPECT_EQ(unending.error().code, ErrorCode::composio_error);
}

TEST(ComposioClient, LeavesOutAuthConfigsOfOthersAndDisabledOnes) {
  ScriptedServer server{always(http_reply(200, R"({"items":[
      {"id":"ac_1","toolkit":{"slug":"github"},"status":"ENABLED"},
      {"id":"ac_2","toolkit":{"slug":"github"},"status":"DISABLED"},
      {"id":"ac_3","toolkit":{"slug":"gmail"},"status":"ENABLED"}]})"))};
  Fixture fixture{server};

  auto const configs = fixture.client.list_auth_configs(fixture.call(), {"github"});

  ASSERT_EQ(configs->size(), 1U);
  EXPECT_EQ(configs->at(0).id.text, "ac_1");
}

TEST(ComposioClient, RefusesAnAccountOtherThanTheOneAskedFor) {
  ScriptedServer server{always(http_reply(200, R"({"id":"ca_other","status":"ACTIVE"})"))};
  Fixture fixture{server};

  EXPECT_EQ(fixture.client.get_account(fixture.call(), {"ca_1"}).error().code, ErrorCode::composio_error);
}

TEST(ComposioClient, RefusesAToolOrAnIntegrationOtherThanTheOneAskedFor) {
  ScriptedServer server{always(http_reply(200, R"({"slug":"OTHER","toolkit":{"slug":"other"}})"))};
  Fixture fixture{server};

  EXPECT_EQ(fixture.client.get_tool(fixture.call(), {"WANTED"}, "").error().code, ErrorCode::composio_error);
  EXPECT_EQ(fixture.client.get_integration(fixture.call(), {"wanted"}).error().code,
            ErrorCode::composio_error);
  EXPECT_TRUE(fixture.client.get_tool(fixture.call(), {"other"}, ""));
}

TEST(ComposioClient, AKeyIsNotVerifiedByAPageThatSaysYesToEverything) {
  ScriptedServer portal{always(http_reply(200, "<html>Welcome to the hotel</html>", "X-Request-Id: r1\r\n"))};
  ScriptedServer composio{always(http_reply(
      401,
      R"({"error":{"message":"Invalid API key: ak_**6789","code":801,"slug":"APIKey_InvalidAPIKey"}})"))};
  Fixture at_the_hotel{portal};
  Fixture rejected{composio};

  auto const portals = at_the_hotel.client.verify_key(at_the_hotel.call());
  auto const composios = rejected.client.verify_key(rejected.call());

  EXPECT_EQ(portals.error().code, ErrorCode::composio_error);
  EXPECT_EQ(portals.error().request_id, "r1");
  EXPECT_EQ(composios.error().code, ErrorCode::api_key_rejected);
}

TEST(ComposioClient, CreatesAuthConfigsLinksAndAccounts) {
  ScriptedServer server{[](Peer& peer) {
    while (auto const request = peer.read()) {
      auto const is = [&](char const* path) {
        return request->starts_with(std::string{"POST /api/v3.1"} + path + " ");
      };
      if (is("/auth_configs")) peer.write(http_reply(201, R"({"auth_config":{"id":"ac_1"}})"));
      if (is("/connected_accounts/link"))
        peer.write(http_reply(201, R"({"connected_account_id":"ca_1","redirect_url":"https://c/lk"})"));
      if (is("/connected_accounts")) peer.write(http_reply(201, R"({"id":"ca_2","status":"ACTIVE"})"));
    }
  }};
  Fixture fixture{server};

  auto const config = fixture.client.create_auth_config(fixture.call(), {.integration = {"github"}});
  auto const link = fixture.client.create_link(fixture.call(), {.auth_config = {"ac_1"}, .user_id = "u"});
  auto const account =
      fixture.client.create_account(fixture.call(), {.auth_config = {"ac_1"}, .user_id = "u"});

  EXPECT_EQ(config->id.text, "ac_1");
  EXPECT_EQ(config->integration.text, "github");
  EXPECT_EQ(link->account.text, "ca_1");
  EXPECT_EQ(account->id.text, "ca_2");
  EXPECT_EQ(account->status, AccountStatus::active);
}

}  // namespace
}  // namespace agenta::daemon
