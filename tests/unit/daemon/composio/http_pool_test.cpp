#include "daemon/composio/http_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "tests/support/scripted_server.hpp"

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;
using testing::always;
using testing::http_reply;
using testing::Peer;
using testing::ScriptedServer;

SteadyTime in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

HttpPool make_pool() { return HttpPool{{.ca_file = {}, .proxy = {}}}; }

HttpCall call_to(ScriptedServer const& server, std::string method = "GET", std::string body = {}) {
  auto call = HttpCall{};
  call.base_url = server.url();
  call.method = std::move(method);
  call.target = "/x?y=%2F";
  call.fields = {{"x-api-key", "ak_secret"}};
  call.body = std::move(body);
  call.deadline = in(20s);
  return call;
}

TEST(HttpPool, SendsTheRequestAndGivesTheReplyWhole) {
  ScriptedServer server{always(http_reply(404, "not here", "X-Request-Id: r1\r\n"))};
  auto pool = make_pool();

  auto const outcome = pool.send(call_to(server, "POST", "{\"a\":1}"));

  ASSERT_EQ(outcome.progress, HttpProgress::replied) << outcome.detail;
  EXPECT_EQ(outcome.reply.status, 404U);
  EXPECT_EQ(outcome.reply.body, "not here");
  EXPECT_EQ(find_field(outcome.reply.fields, "X-Request-ID"), "r1");
  auto const request = server.requests().at(0);
  EXPECT_TRUE(request.starts_with("POST /x?y=%2F HTTP/1.1\r\n")) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\n{\"a\":1}")) << request;
  EXPECT_NE(request.find("x-api-key: ak_secret\r\n"), std::string::npos) << request;
}

TEST(HttpPool, KeepsOneConnectionForRequestsInTurn) {
  ScriptedServer server{always(http_reply(200, "{}"))};
  auto pool = make_pool();

  for (auto i = 0; i < 10; ++i) EXPECT_EQ(pool.send(call_to(server)).progress, HttpProgress::replied);

  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(pool.idle_count(), 1U);
}

TEST(HttpPool, OpensAFreshConnectionWhereTheServerClosedTheIdleOne) {
  auto closed = std::promise<void>{};
  ScriptedServer server{[&](Peer& peer) {
    while (peer.read()) {
      peer.write(http_reply(200, "{}"));
      if (peer.number() > 0) continue;
      peer.close();
      closed.set_value();
      return;
    }
  }};
  auto pool = make_pool();

  auto const first = pool.send(call_to(server, "POST", "1"));
  closed.get_future().wait();
  auto const second = pool.send(call_to(server, "POST", "2"));

  EXPECT_EQ(first.progress, HttpProgress::replied);
  EXPECT_EQ(second.progress, HttpProgress::replied) << second.detail;
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(HttpPool, NeverSendsAPostTwiceWhenAReusedConnectionBreaksAfterIt) {
  ScriptedServer server{[](Peer& peer) {
    peer.read();
    peer.write(http_reply(200, "{}"));
    peer.read();
  }};
  auto pool = make_pool();
  (void)pool.send(call_to(server, "POST", "1"));

  auto const outcome = pool.send(call_to(server, "POST", "2"));

  EXPECT_EQ(outcome.progress, HttpProgress::written_no_reply);
  EXPECT_EQ(outcome.trouble, HttpTrouble::lost);
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpPool, SendsAGetAgainWhenAReusedConnectionBreaksAfterIt) {
  ScriptedServer server{[](Peer& peer) {
    peer.read();
    peer.write(http_reply(200, "{}"));
    if (peer.number() == 0) peer.read();
  }};
  auto pool = make_pool();
  (void)pool.send(call_to(server));

  auto const outcome = pool.send(call_to(server));

  EXPECT_EQ(outcome.progress, HttpProgress::replied) << outcome.detail;
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(HttpPool, SendsAPostAgainOnlyWhereItMayBeRepeated) {
  for (auto const may_repeat : {MayRepeat::no, MayRepeat::yes}) {
    ScriptedServer server{[](Peer& peer) {
      peer.read();
      peer.write(http_reply(200, "{}"));
      if (peer.number() == 0) peer.read();
    }};
    auto pool = make_pool();
    (void)pool.send(call_to(server));
    auto call = call_to(server, "POST", "{}");
    call.may_repeat = may_repeat;

    auto const outcome = pool.send(call);

    auto const is_repeated = may_repeat == MayRepeat::yes;
    EXPECT_EQ(outcome.progress, is_repeated ? HttpProgress::replied : HttpProgress::written_no_reply);
    EXPECT_EQ(server.requests().size(), is_repeated ? 3U : 2U);
  }
}

/// A server that reads so many bytes of what comes, and breaks the connection.
ScriptedServer breaking_after(std::size_t bytes) {
  return ScriptedServer{[bytes](Peer& peer) {
    char some[1024];
    for (std::size_t seen = 0; seen < bytes;) {
      auto const got = ::recv(peer.socket(), some, sizeof some, 0);
      if (got <= 0) break;
      seen += static_cast<std::size_t>(got);
    }
    peer.reset();
  }};
}

TEST(HttpPool, ALargeBodyThatWasBegunMayHaveBeenActedOnHoweverItIsCutOff) {
  auto server = breaking_after(std::size_t{1} << 20);
  auto pool = make_pool();

  auto const outcome = pool.send(call_to(server, "POST", std::string(64 << 20, 'x')));

  EXPECT_EQ(outcome.progress, HttpProgress::written_no_reply);
  EXPECT_EQ(outcome.trouble, HttpTrouble::lost);
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpPool, AReplyThatNeverComesIsLost) {
  for (auto const is_reset : {false, true}) {
    ScriptedServer server{[is_reset](Peer& peer) {
      peer.read();
      if (is_reset) peer.reset();
    }};
    auto pool = make_pool();

    auto const outcome = pool.send(call_to(server, "POST", "{}"));

    EXPECT_EQ(outcome.progress, HttpProgress::written_no_reply);
    EXPECT_EQ(outcome.trouble, HttpTrouble::lost);
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST(HttpPool, ATruncatedReplyIsNoReply) {
  for (auto const* reply : {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"half\":\r\n"}) {
    ScriptedServer server{[reply](Peer& peer) {
      peer.read();
      peer.write(reply);
    }};
    auto pool = make_pool();

    auto const outcome = pool.send(call_to(server, "POST", "{}"));

    EXPECT_EQ(outcome.progress, HttpProgress::written_no_reply) << reply;
    EXPECT_EQ(outcome.trouble, HttpTrouble::truncated) << reply;
    EXPECT_EQ(pool.idle_count(), 0U);
  }
}

TEST(HttpPool, GarbageIsNoReply) {
  ScriptedServer server{[](Peer& peer) {
    peer.read();
    peer.write("\x01\x02 not http at all\r\n\r\n");
  }};
  auto pool = make_pool();

  auto const outcome = pool.send(call_to(server, "POST", "{}"));

  EXPECT_EQ(outcome.progress, HttpProgress::written_no_reply);
}

TEST(HttpPool, ReadsChunkedReplies) {
  ScriptedServer server{
      always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")};
  auto pool = make_pool();

  auto const outcome = pool.send(call_to(server));

  EXPECT_EQ(outcome.reply.body, "abcde");
}

TEST(HttpPool, StopsReadingAtTheLimit) {
  ScriptedServer server{always(http_reply(200, std::string(5000, 'x')))};
  auto pool = make_pool();
  auto call = call_to(server);
  call.max_body = 4999;

  auto const outcome = pool.send(call);
  call.max_body = 5000;
  auto const within = pool.send(call);

  EXPECT_EQ(outcome.progress, HttpProgress::written_no_reply);
  EXPECT_EQ(outcome.trouble, HttpTrouble::too_large);
  EXPECT_EQ(within.progress, HttpProgress::replied);
}

TEST(HttpPool, ConnectionsThatTheServerEndsAreNotKept) {
  ScriptedServer server{always(http_reply(200, "{}", "Connection: Close\r\n"))};
  auto pool = make_pool();

  (void)pool.send(call_to(server));

  EXPECT_EQ(pool.idle_count(), 0U);
}

TEST(HttpPool, ARefusedConnectionWasNotWritten) {
  ScriptedServer server{always({})};
  auto const call = call_to(server, "POST", "{}");
  server.stop();
  auto pool = make_pool();

  auto const outcome = pool.send(call);

  EXPECT_EQ(outcome.progress, HttpProgress::not_written);
  EXPECT_EQ(outcome.trouble, HttpTrouble::unreachable);
}

TEST(HttpPool, PlainHttpToAnotherMachineIsRefusedUnsent) {
  auto pool = make_pool();
  auto call = HttpCall{};
  call.base_url = "http://composio.example";
  call.deadline = in(20s);

  auto const outcome = pool.send(call);

  EXPECT_EQ(outcome.progress, HttpProgress::not_written);
  EXPECT_EQ(outcome.trouble, HttpTrouble::refused_endpoint);
  EXPECT_NE(outcome.detail.find("COMPOSIO_BASE_URL"), std::string::npos);
}

TEST(HttpPool, RedirectsAreNotFollowed) {
  ScriptedServer elsewhere{always(http_reply(200, "{}"))};
  ScriptedServer server{always(http_reply(302, "", "Location: " + elsewhere.url() + "/\r\n"))};
  auto pool = make_pool();

  auto const outcome = pool.send(call_to(server));

  EXPECT_EQ(outcome.reply.status, 302U);
  EXPECT_TRUE(elsewhere.requests().empty());
}

TEST(HttpPool, TheDeadlineCoversAReplyThatDrips) {
  auto is_over = std::atomic<bool>{false};
  ScriptedServer server{[&](Peer& peer) {
    peer.read();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (!is_over) {
      peer.write("x");
      std::this_thread::sleep_for(5ms);
    }
  }};
  auto pool = make_pool();
  auto call = call_to(server, "POST", "{}");
  auto const begin = std::chrono::steady_clock::now();
  call.deadline = begin + 100ms;

  auto const outcome = pool.send(call);
  is_over = true;

  EXPECT_EQ(outcome.progress, HttpProgress::written_no_reply);
  EXPECT_EQ(outcome.trouble, HttpTrouble::timed_out);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

TEST(HttpPool, ADeadlineThatHasPassedSendsNothing) {
  ScriptedServer server{always(http_reply(200, "{}"))};
  auto pool = make_pool();
  auto call = call_to(server, "POST", "{}");
  call.deadline = in(-1ms);

  auto const outcome = pool.send(call);

  EXPECT_EQ(outcome.progress, HttpProgress::not_written);
  EXPECT_EQ(outcome.trouble, HttpTrouble::timed_out);
  EXPECT_EQ(server.connections(), 0U);
}

TEST(HttpPool, AStopEndsACallThatWaitsForItsReply) {
  ScriptedServer server{[](Peer& peer) {
    peer.read();
    peer.await_close();
  }};
  auto pool = make_pool();
  auto source = std::stop_source{};
  auto call = call_to(server, "POST", "{}");
  call.stop = source.get_token();
  auto stopper = std::jthread{[&] {
    server.wait_for_requests(1);
    source.request_stop();
  }};

  auto const outcome = pool.send(call);

  EXPECT_EQ(outcome.progress, HttpProgress::written_no_reply);
  EXPECT_EQ(outcome.trouble, HttpTrouble::stopped);
}

TEST(HttpPool, EndsWhateverIsUnderWayWhenItIsAbortedAndBeginsNothingMore) {
  ScriptedServer server{[](Peer& peer) {
    peer.read();
    peer.await_close();
  }};
  auto pool = make_pool();
  auto aborter = std::jthread{[&] {
    server.wait_for_requests(1);
    pool.abort_all();
  }};

  auto const under_way = pool.send(call_to(server, "POST", "{}"));
  auto const later = pool.send(call_to(server));

  EXPECT_EQ(under_way.trouble, HttpTrouble::stopped);
  EXPECT_EQ(later.progress, HttpProgress::not_written);
  EXPECT_EQ(later.trouble, HttpTrouble::stopped);
}

TEST(HttpPool, AStoppedCallSendsNothing) {
  ScriptedServer server{always(http_reply(200, "{}"))};
  auto pool = make_pool();
  auto source = std::stop_source{};
  source.request_stop();
  auto call = call_to(server);
  call.stop = source.get_token();

  auto const outcome = pool.send(call);

  EXPECT_EQ(outcome.progress, HttpProgress::not_written);
  EXPECT_EQ(outcome.trouble, HttpTrouble::stopped);
  EXPECT_EQ(server.connections(), 0U);
}

TEST(HttpPool, ServesAHundredCallsAtOnceEachWithItsOwnReply) {
  ScriptedServer server{[](Peer& peer) {
    while (auto const request = peer.read())
      peer.write(http_reply(200, request->substr(request->find("\r\n\r\n") + 4)));
  }};
  auto pool = make_pool();
  auto right = std::atomic<int>{0};
  auto threads = std::vector<std::jthread>{};

  for (auto i = 0; i < 100; ++i) {
    threads.emplace_back([&, i] {
      auto const body = std::to_string(i);
      if (pool.send(call_to(server, "POST", body)).reply.body == body) ++right;
    });
  }
  threads.clear();

  EXPECT_EQ(right, 100);
  EXPECT_EQ(server.requests().size(), 100U);
  EXPECT_LE(pool.idle_count(), 64U);
}

TEST(HttpProxy, LoopbackAndExemptHostsAreReachedDirectly) {
  auto const proxy =
      HttpProxy{.host = "proxy", .port = 1, .user = {}, .password = {}, .exempt = {"corp.example"}};

  EXPECT_TRUE(uses_proxy(proxy, "backend.composio.dev"));
  EXPECT_FALSE(uses_proxy(proxy, "api.Corp.example"));
  EXPECT_TRUE(uses_proxy(proxy, "notcorp.example"));
  EXPECT_FALSE(uses_proxy(proxy, "127.0.0.1"));
  EXPECT_FALSE(uses_proxy({}, "backend.composio.dev"));
}

}  // namespace
}  // namespace agenta::daemon
