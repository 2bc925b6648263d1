#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "daemon/composio/composio_client.hpp"
#include "tests/support/scripted_server.hpp"

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;
using testing::http_reply;
using testing::Peer;
using testing::ScriptedServer;

constexpr auto kFound = R"({"success":true,"error":null,"results":[{"primary_tool_slugs":["A_B"]}]})";

bool makes_a_session(std::string const& request) {
  return request.starts_with("POST /api/v3.1/tool_router/session HTTP/1.1");
}

/// Makes sessions `trs_1`, `trs_2`, …; and finds one tool in the last of them, and no session but it.
class Router {
 public:
  ScriptedServer::Script script() {
    return [this](Peer& peer) {
      while (auto const request = peer.read()) peer.write(answer(*request));
    };
  }
  void drop_sessions() { dropped_ = made_.load(); }

 private:
  std::string answer(std::string const& request) {
    if (makes_a_session(request)) {
      auto const id = "trs_" + std::to_string(++made_);
      return http_reply(201, R"({"session_id":")" + id + "\"}");
    }
    for (auto number = dropped_ + 1; number <= made_; ++number) {
      if (request.find("/trs_" + std::to_string(number) + "/search ") != std::string::npos)
        return http_reply(200, kFound);
    }
    return http_reply(404,
                      R"({"error":{"message":"Session not found","code":10404,"slug":"HTTP_NotFound"}})");
  }

  std::atomic<int> made_ = 0;
  std::atomic<int> dropped_ = 0;
};

class FindTools : public ::testing::Test {
 protected:
  Result<std::vector<ToolSlug>> find(ScriptedServer const& server, std::string const& words = "open a ticket",
                                     std::string const& user = "u1", std::string const& key = "ak_1") {
    auto const access = ProviderAccess{server.url(), Secret{key}, {}, {}};
    return client_.find_tools({access, std::chrono::steady_clock::now() + 20s, {}}, user, words);
  }
  /// The requests that begin a session, among all so far.
  static long sessions_of(ScriptedServer const& server) {
    auto const all = server.requests();
    return std::ranges::count_if(all, makes_a_session);
  }

  HttpPool pool_{{.ca_file = {}, .proxy = {}}};
  ComposioClient client_{pool_};
};

TEST_F(FindTools, SearchesInASessionThatCanDoNothingElse) {
  Router router;
  ScriptedServer server{router.script()};

  auto const found = find(server, "say \"hello\"\n");

  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, std::vector<ToolSlug>{{"A_B"}});
  auto const requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_TRUE(
      requests[0].ends_with(R"({"user_id":"u1","manage_connections":{"enable":false},)"
                            R"("workbench":{"enable":false},"execute":{"enable_multi_execute":false}})"))
      << requests[0];
  EXPECT_TRUE(requests[1].starts_with("POST /api/v3.1/tool_router/session/trs_1/search HTTP/1.1"));
  EXPECT_TRUE(requests[1].ends_with(R"({"queries":[{"use_case":"say \"hello\"\n"}]})")) << requests[1];
}

TEST_F(FindTools, KeepsOneSessionForEachUserAndKey) {
  Router router;
  ScriptedServer server{router.script()};

  for (auto const* user : {"u1", "u1", "u2", "u1", "u2"}) EXPECT_TRUE(find(server, "words", user)) << user;
  EXPECT_TRUE(find(server, "words", "u1", "ak_2"));
  EXPECT_TRUE(find(server, "words", "u1", "ak_2"));

  EXPECT_EQ(sessions_of(server), 3);
  EXPECT_EQ(server.requests().size(), 10U);
}

TEST_F(FindTools, MakesASessionAnewWhereTheOldOneIsGone) {
  Router router;
  ScriptedServer server{router.script()};
  ASSERT_TRUE(find(server));
  router.drop_sessions();

  auto const found = find(server);
  auto const again = find(server);

  EXPECT_TRUE(found);
  EXPECT_TRUE(again);
  EXPECT_EQ(sessions_of(server), 2);
  EXPECT_EQ(server.requests().size(), 6U);
}

TEST_F(FindTools, GivesUpOnASessionThatIsGoneAsSoonAsItIsMade) {
  ScriptedServer server{[](Peer& peer) {
    while (auto const request = peer.read())
      peer.write(makes_a_session(*request) ? http_reply(201, R"({"session_id":"trs_1"})")
                                           : http_reply(404, R"({"error":{"message":"gone","code":10404}})"));
  }};

  auto const first = find(server);
  auto const second = find(server);

  EXPECT_EQ(first.error().code, ErrorCode::composio_error);
  EXPECT_EQ(second.error().code, ErrorCode::composio_error);
  EXPECT_EQ(sessions_of(server), 2) << "one for each, and no more";
}

TEST_F(FindTools, KeepsTheSessionWhereTheSearchIsRefusedForAnotherReason) {
  auto searches = std::atomic<int>{0};
  ScriptedServer server{[&](Peer& peer) {
    while (auto const request = peer.read()) {
      if (makes_a_session(*request))
        peer.write(http_reply(201, R"({"session_id":"trs_1"})"));
      else if (++searches == 1)
        peer.write(http_reply(429, R"({"message":"Rate limit exceeded"})", "Retry-After: 9\r\n"));
      else
        peer.write(http_reply(200, kFound));
    }
  }};

  auto const limited = find(server);
  auto const found = find(server);

  EXPECT_EQ(limited.error().code, ErrorCode::rate_limited);
  EXPECT_EQ(limited.error().retry_after, 9s);
  EXPECT_TRUE(found);
  EXPECT_EQ(sessions_of(server), 1);
}

TEST_F(FindTools, AsksAgainWhereAReusedConnectionBreaks) {
  ScriptedServer server{[](Peer& peer) {
    for (auto served = 0; auto const request = peer.read(); ++served) {
      if (peer.number() == 0 && served == 1) return peer.reset();
      peer.write(makes_a_session(*request) ? http_reply(201, R"({"session_id":"trs_1"})")
                                           : http_reply(200, kFound));
    }
  }};

  auto const found = find(server);

  EXPECT_TRUE(found) << found.error().message;
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST_F(FindTools, RefusesWhatComposioWouldRefuseUnsent) {
  Router router;
  ScriptedServer server{router.script()};
  auto emoji = std::string{};
  for (auto i = 0; i < 512; ++i) emoji += "\xF0\x9F\x98\x80";  // two units each, as Composio counts

  EXPECT_EQ(find(server, " \n").error().code, ErrorCode::invalid_request);
  EXPECT_EQ(find(server, std::string(1025, 'a')).error().code, ErrorCode::invalid_request);
  EXPECT_EQ(find(server, emoji + "a").error().code, ErrorCode::invalid_request);
  EXPECT_TRUE(server.requests().empty());
  EXPECT_TRUE(find(server, std::string(1024, 'a')));
  EXPECT_TRUE(find(server, emoji));
}

TEST_F(FindTools, NeverShowsTheKeyThatASearchQuotes) {
  ScriptedServer server{[](Peer& peer) {
    while (auto const request = peer.read())
      peer.write(makes_a_session(*request)
                     ? http_reply(201, R"({"session_id":"trs_1"})")
                     : http_reply(200, R"({"success":false,"error":"bad key ak_canary\u005f0123456789"})"));
  }};

  auto const found = find(server, "words", "u1", "ak_canary_0123456789");

  EXPECT_EQ(found.error().message, "Composio's search failed: bad key [redacted]");
}

}  // namespace
}  // namespace agenta::daemon
