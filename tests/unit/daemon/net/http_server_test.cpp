#include "daemon/net/http_server.hpp"

#include <algorithm>
#include <future>

#include "tests/unit/daemon/net/http_server_fixture.hpp"

namespace agenta::daemon {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using namespace std::string_literals;

TEST_F(HttpServerTest, GivesTheHandlerWhatWasAsked) {
  auto const reply =
      ask("POST /a/b?c=d HTTP/1.1\r\nHost: localhost\r\nX-Twice: 1\r\nX-Twice: 2\r\nContent-Length: "
          "5\r\n\r\nhello");

  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.body, "/a/b?c=d|hello");
  ASSERT_EQ(requests().size(), 1U);
  auto const request = requests().front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path(), "/a/b");
  EXPECT_EQ(request.query(), "c=d");
  EXPECT_EQ(find_header(request.headers, "host"), "localhost");
  EXPECT_EQ(std::ranges::count(request.headers, std::pair<std::string, std::string>{"X-Twice", "2"}), 1);
}

TEST_F(HttpServerTest, ReadsARequestThatComesByteByByte) {
  auto client = connect();

  for (char const c : std::string_view{"POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"})
    client.send({&c, 1});

  EXPECT_EQ(client.read_reply().body, "/x|abc");
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInTheirOrder) {
  auto client = connect();

  client.send(
      "POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\noneGET /2 HTTP/1.1\r\n\r\nPOST /3 "
      "HTTP/1.1\r\nContent-Length: "
      "5\r\n\r\nthreeGET /4");
  EXPECT_EQ(client.read_reply().body, "/1|one");
  EXPECT_EQ(client.read_reply().body, "/2|");
  EXPECT_EQ(client.read_reply().body, "/3|three");
  client.send(" HTTP/1.1\r\n\r\n");

  EXPECT_EQ(client.read_reply().body, "/4|");
}

TEST_F(HttpServerTest, KeepsTheConnectionForTheNextRequest) {
  auto client = connect();

  for (int i = 0; i < 50; ++i) {
    client.send("GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
    EXPECT_EQ(client.read_reply().body, "/" + std::to_string(i) + "|");
  }

  EXPECT_EQ(open(), 1U);
}

TEST_F(HttpServerTest, ClosesWhereThePeerAskedForIt) {
  for (char const* request : {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    auto client = connect();
    client.send(request);

    auto const reply = client.read_reply();
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_TRUE(client.is_closed());
  }
}

TEST_F(HttpServerTest, ClosesWhereTheHandlerAskedForIt) {
  HttpResponse last;
  last.close = true;
  always(last);
  auto client = connect();
  client.send("GET / HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");

  EXPECT_EQ(client.read_reply().header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, ReadsAChunkedBody) {
  EXPECT_EQ(
      ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n")
          .body,
      "/|abcde");
}

TEST_F(HttpServerTest, TellsAPeerThatWaitsForItToGoOn) {
  auto client = connect();
  client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");

  EXPECT_EQ(client.read_reply().status, 100U);
  client.send("abc");
  EXPECT_EQ(client.read_reply().body, "/|abc");
}

TEST_F(HttpServerTest, RefusesTheTooLargeBodyOfAPeerThatWaitsBeforeItIsSent) {
  options.most_body_bytes = 10;
  auto client = connect();
  client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");

  EXPECT_EQ(client.read_reply().status, 413U);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, AnswersHeadWithTheLengthAndNoBody) {
  auto client = connect();
  client.send("HEAD /long HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");

  auto const reply = client.read_reply(true);
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.header("Content-Length"), "6");
  EXPECT_EQ(client.read_reply().body, "/|") << "the next reply begins where the head ended";
}

TEST_F(HttpServerTest, SendsNeitherBodyNorLengthWhereTheStatusHasNone) {
  HttpResponse gone;
  gone.status = 204;
  gone.body = "not this";
  always(gone);
  auto client = connect();
  client.send("DELETE / HTTP/1.1\r\n\r\nDELETE / HTTP/1.1\r\nConnection: close\r\n\r\n");

  auto const reply = client.read_reply();
  EXPECT_EQ(reply.status, 204U);
  EXPECT_EQ(reply.header("Content-Length"), "");
  EXPECT_EQ(client.read_reply().status, 204U);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, AHeadersValueCannotBecomeAnotherHeader) {
  HttpResponse tricky;
  tricky.headers = {{"X-Reason", "a\r\nX-Injected: yes\r\n\r\nbody\0x"s}};
  always(tricky);

  auto const reply = ask("GET / HTTP/1.1\r\n\r\n");

  EXPECT_EQ(reply.header("X-Injected"), "");
  EXPECT_EQ(reply.header("X-Reason").find('\0'), std::string::npos);
  EXPECT_NE(reply.header("X-Reason").find("X-Injected"), std::string::npos) << "it is there, as text";
  EXPECT_EQ(reply.body, "");
}

TEST_F(HttpServerTest, RequestsStopWhereThePeerHangsUp) {
  std::promise<void> handling;
  std::promise<bool> outcome;
  handler = [&](HttpRequest, HttpPeer peer) -> asio::awaitable<HttpResponse> {
    asio::steady_timer timer{thread.executor(), std::chrono::seconds{20}};
    std::stop_callback const wake{peer.hangup, [&] { timer.cancel(); }};
    handling.set_value();
    auto waiting = timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_await std::move(waiting);
    outcome.set_value(peer.hangup.stop_requested());
    co_return HttpResponse{};
  };
  auto client = connect();
  client.send("GET / HTTP/1.1\r\n\r\n");
  handling.get_future().get();

  client.close();

  EXPECT_TRUE(outcome.get_future().get());
}

TEST_F(HttpServerTest, APipelinedRequestIsNotAHangUp) {
  Signal go{thread.executor()};
  std::promise<void> handling;
  bool stopped = true;
  handler = [&, first = true](HttpRequest, HttpPeer peer) mutable -> asio::awaitable<HttpResponse> {
    if (std::exchange(first, false)) {
      handling.set_value();
      auto waiting = go.wait();
      co_await std::move(waiting);
      stopped = peer.hangup.stop_requested();
    }
    co_return HttpResponse{};
  };
  auto client = connect();
  client.send("GET /1 HTTP/1.1\r\n\r\n");
  handling.get_future().get();
  client.send("GET /2 HTTP/1.1\r\n\r\n");
  thread.on_loop([] {});  // the loop has seen the bytes
  thread.on_loop([&] { go.raise(); });

  EXPECT_EQ(client.read_reply().status, 200U);
  EXPECT_EQ(client.read_reply().status, 200U);
  EXPECT_FALSE(stopped);
}

TEST_F(HttpServerTest, DelaysAReplyWhereAsked) {
  HttpResponse late;
  late.delay = milliseconds{80};
  always(late);
  auto client = connect();
  auto const began = std::chrono::steady_clock::now();
  client.send("GET / HTTP/1.1\r\n\r\n");

  EXPECT_EQ(client.read_reply().status, 200U);
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds{80});
}

TEST_F(HttpServerTest, AnnouncesAWholeBodyAndSendsHalfWhereAsked) {
  HttpResponse half;
  half.body = std::string(1000, 'x');
  half.delivery = Delivery::truncated;
  always(half);
  auto client = connect();
  client.send("GET / HTTP/1.1\r\n\r\n");

  auto const reply = client.read_reply();

  EXPECT_EQ(reply.header("Content-Length"), "1000");
  EXPECT_EQ(reply.body.size(), 500U);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, SendsNothingWhereAResetIsAsked) {
  HttpResponse nothing;
  nothing.delivery = Delivery::reset;
  always(nothing);
  auto client = connect();
  client.send("GET / HTTP/1.1\r\n\r\n");

  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, DrainingClosesWhatIsIdleAndAnswersWhatIsBusy) {
  Signal go{thread.executor()};
  std::promise<void> handling;
  handler = [&](HttpRequest request, HttpPeer) -> asio::awaitable<HttpResponse> {
    if (request.target == "/slow") {
      handling.set_value();
      auto waiting = go.wait();
      co_await std::move(waiting);
    }
    co_return HttpResponse{};
  };
  auto idle = connect();
  idle.send("GET / HTTP/1.1\r\n\r\n");
  idle.read_reply();
  auto silent = connect();
  auto busy = connect();
  busy.send("GET /slow HTTP/1.1\r\n\r\n");
  handling.get_future().get();
  EXPECT_EQ(thread.on_loop([this] { return server->busy(); }), 1U);

  thread.on_loop([this] { server->drain(); });
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(silent.is_closed());
  thread.on_loop([&] { go.raise(); });

  auto const reply = busy.read_reply();
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_TRUE(busy.is_closed());
}

TEST_F(HttpServerTest, ClosesAtOnceWhatIsOverTheLimit) {
  options.most_connections = 2;
  auto first = connect();
  auto second = connect();
  auto third = connect();

  EXPECT_TRUE(third.is_closed());
  first.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(first.read_reply().status, 200U);
}

TEST_F(HttpServerTest, ASlowReaderAndManyIdleOnesDelayNobodyElse) {
  std::string const large(50 << 20, 'x');
  handler = [&](HttpRequest request, HttpPeer) -> asio::awaitable<HttpResponse> {
    HttpResponse response;
    if (request.target == "/large") response.body = large;
    co_return response;
  };
  std::vector<RawClient> idle;
  for (int i = 0; i < 200; ++i) idle.push_back(connect());
  auto slow = connect();
  slow.send("GET /large HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(slow.has_input_within(20'000)) << "its reply has begun";

  auto other = connect();
  for (int i = 0; i < 20; ++i) {
    other.send("GET / HTTP/1.1\r\n\r\n");
    ASSERT_EQ(other.read_reply().status, 200U);
  }

  EXPECT_EQ(slow.read_reply().body.size(), large.size()) << "and the slow one is served whole";
}

TEST_F(HttpServerTest, GivesUpOnAReaderThatStopped) {
  options.write_timeout = milliseconds{50};
  HttpResponse response;
  response.body = std::string(8 << 20, 'x');
  always(response);
  auto stopped = connect();
  stopped.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(stopped.has_input_within(20'000));

  while (open() > 0) std::this_thread::sleep_for(milliseconds{5});

  EXPECT_LT(stopped.read_to_end().size(), response.body.size());
}

TEST_F(HttpServerTest, ClosesWhatIsIdleTooLongWithoutAWord) {
  options.idle_timeout = milliseconds{30};
  auto client = connect();

  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(client.last_error(), 0);
}

}  // namespace
}  // namespace agenta::daemon
