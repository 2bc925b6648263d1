#include <future>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/daemon/net/http_server_fixture.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;
using namespace std::string_literals;

struct Abuse {
  char const* name;
  std::string bytes;
  unsigned status;
  friend void PrintTo(Abuse const& abuse, std::ostream* out) { *out << abuse.name; }
};

std::string post(std::string const& fields, std::string const& body = {}) {
  return "POST / HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n" + body;
}

std::vector<Abuse> const& abuses() {
  static std::vector<Abuse> const all{
      {"LengthOver32Bits", post("Content-Length: 4294967296\r\n"), 413},
      {"LengthOfAllBits", post("Content-Length: 18446744073709551615\r\n"), 413},
      {"LengthOver64Bits", post("Content-Length: 18446744073709551616\r\n"), 400},
      {"LengthNegative", post("Content-Length: -1\r\n"), 400},
      {"LengthNoNumber", post("Content-Length: ten\r\n"), 400},
      {"LengthHex", post("Content-Length: 0x10\r\n"), 400},
      {"LengthTwice", post("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), 400},
      {"LengthAndChunked", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"ChunkOfNoSize", post("Transfer-Encoding: chunked\r\n", "xyz\r\nabc\r\n0\r\n\r\n"), 400},
      {"ChunkNegative", post("Transfer-Encoding: chunked\r\n", "-1\r\nabc\r\n0\r\n\r\n"), 400},
      {"ChunkOverflow", post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nabc"), 400},
      {"ChunkHuge", post("Transfer-Encoding: chunked\r\n", "ffffffff\r\nabc"), 413},
      {"ChunkNotEnded", post("Transfer-Encoding: chunked\r\n", "3\r\nabcdef\r\n0\r\n\r\n"), 400},
      {"Garbage", "\x01\x02\x03\xff\xfe\r\n\r\n", 400},
      {"NoMethod", " / HTTP/1.1\r\n\r\n", 400},
      {"NoTarget", "GET  HTTP/1.1\r\n\r\n", 400},
      {"NoVersion", "GET /\r\n\r\n", 400},
      {"StrangeVersion", "GET / HTTP/9.9\r\n\r\n", 400},
      {"TlsHello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s, 400},
      {"HeaderWithoutColon", "GET / HTTP/1.1\r\nnonsense\r\n\r\n", 400},
      {"HeaderWithNul", "GET / HTTP/1.1\r\nA: b\0c\r\n\r\n"s, 400},
      {"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
  };
  return all;
}

struct HttpAbuse : HttpServerTest, testing::WithParamInterface<Abuse> {};

TEST_P(HttpAbuse, IsRefusedAndTheConnectionClosed) {
  auto client = connect();

  client.send(GetParam().bytes);

  EXPECT_EQ(client.read_reply().status, GetParam().status);
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_TRUE(requests().empty()) << "no handler has seen it";
  EXPECT_EQ(ask("GET /next HTTP/1.1\r\n\r\n").body, "/next|") << "others are served on";
}

INSTANTIATE_TEST_SUITE_P(Everything, HttpAbuse, testing::ValuesIn(abuses()),
                         [](auto const& abuse) { return std::string{abuse.param.name}; });

TEST_F(HttpServerTest, RefusesAHeaderThatIsTooLarge) {
  options.most_header_bytes = 1024;
  auto client = connect();
  client.send("GET / HTTP/1.1\r\nX-Long: " + std::string(2000, 'a') + "\r\n\r\n");

  EXPECT_EQ(client.read_reply().status, 431U);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(HttpServerTest, RefusesAHeaderThatNeverEnds) {
  options.most_header_bytes = 1024;
  auto client = connect();
  client.send("GET / HTTP/1.1\r\n");
  for (int i = 0; i < 200; ++i) {
    if (!client.send("X-" + std::to_string(i) + ": y\r\n")) break;
  }

  EXPECT_EQ(client.read_reply().status, 431U);
}

TEST_F(HttpServerTest, TakesABodyOfExactlyTheLimitAndRefusesOneByteMore) {
  options.most_body_bytes = 1000;

  EXPECT_EQ(ask(post("Content-Length: 1000\r\n", std::string(1000, 'x'))).status, 200U);
  EXPECT_EQ(ask(post("Content-Length: 1001\r\n", std::string(1001, 'x'))).status, 413U);
}

TEST_F(HttpServerTest, RefusesAChunkedBodyThatGrowsTooLarge) {
  options.most_body_bytes = 1000;
  auto client = connect();
  client.send(post("Transfer-Encoding: chunked\r\n"));
  std::string const chunk = "64\r\n" + std::string(100, 'x') + "\r\n";
  for (int i = 0; i < 20; ++i) {
    if (!client.send(chunk)) break;
  }

  EXPECT_EQ(client.read_reply().status, 413U);
}

/// Bodies that are not wholly there, of which two fit.
struct HttpCrowd : HttpServerTest {
  std::string const kBegun = post("Content-Length: 1000\r\n", "some of it");
  std::vector<RawClient> clients;

  HttpCrowd() {
    options.most_bodies_bytes = 2000;
    options.free_body_bytes = 100;
  }
  void fill() {
    for (int i = 0; i < 2; ++i) {
      clients.push_back(connect());
      clients.back().send(kBegun);
    }
  }
  unsigned status_of_another() {
    return ask(post("Content-Length: 1000\r\n", std::string(1000, 'x'))).status;
  }
};

TEST_F(HttpCrowd, RefusesTheNewestOfTooManyUnfinishedBodies) {
  fill();
  auto newest = connect();
  newest.send(kBegun);

  EXPECT_EQ(newest.read_reply().status, 429U);
  EXPECT_EQ(newest.read_to_end(), "");
  EXPECT_TRUE(requests().empty());
  clients.front().send(std::string(990, 'x'));
  EXPECT_EQ(clients.front().read_reply().status, 200U) << "those that were let in are served";
}

TEST_F(HttpCrowd, KeepsNoOrdinaryRequestOut) {
  fill();

  EXPECT_EQ(ask(post("Content-Length: 100\r\n", std::string(100, 'x'))).status, 200U);
  EXPECT_EQ(ask("GET /small HTTP/1.1\r\n\r\n").body, "/small|");
}

TEST_F(HttpCrowd, MakesRoomWhenOneHasBeenAnswered) {
  fill();
  ASSERT_EQ(status_of_another(), 429U);

  clients.front().send(std::string(990, 'x'));
  clients.front().read_reply();

  EXPECT_EQ(status_of_another(), 200U) << "on the same connection or not";
}

TEST_F(HttpCrowd, MakesRoomWhenOneHangsUp) {
  fill();
  ASSERT_EQ(status_of_another(), 429U);

  clients.front().shut_down_sending();
  clients.front().read_to_end();

  EXPECT_EQ(status_of_another(), 200U);
}

TEST_F(HttpCrowd, CountsWhatComesUnannounced) {
  fill();
  auto chunked = connect();
  chunked.send(post("Transfer-Encoding: chunked\r\n"));
  std::string const chunk = "64\r\n" + std::string(100, 'x') + "\r\n";
  for (int i = 0; i < 5; ++i) {
    if (!chunked.send(chunk)) break;
  }

  EXPECT_EQ(chunked.read_reply().status, 429U);
}

TEST_F(HttpCrowd, HoldsABodyToItsShareUntilItIsAnswered) {
  Signal signal{thread.executor()};
  std::promise<void> begun;
  handler = [&](HttpRequest request, HttpPeer) -> boost::asio::awaitable<HttpResponse> {
    if (request.target == "/slow") {
      begun.set_value();
      auto waiting = signal.wait();
      co_await std::move(waiting);
    }
    co_return HttpResponse{};
  };
  auto slow = connect();
  slow.send("POST /slow HTTP/1.1\r\nContent-Length: 1900\r\n\r\n" + std::string(1900, 'x'));
  begun.get_future().get();

  EXPECT_EQ(status_of_another(), 429U);

  thread.on_loop([&] { signal.raise(); });
  EXPECT_EQ(slow.read_reply().status, 200U);
  EXPECT_EQ(status_of_another(), 200U);
}

TEST_F(HttpServerTest, TellsAPeerWhoseHeaderDoesNotCome) {
  options.header_timeout = milliseconds{50};
  auto client = connect();
  client.send("GET / HT");

  EXPECT_EQ(client.read_reply().status, 408U);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(HttpServerTest, TellsAPeerWhoseBodyDoesNotCome) {
  options.body_timeout = milliseconds{50};
  auto client = connect();
  client.send(post("Content-Length: 10\r\n", "half"));

  EXPECT_EQ(client.read_reply().status, 408U);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(HttpServerTest, AHandlerMayTakeLongerThanAReadMay) {
  options.header_timeout = milliseconds{20};
  options.body_timeout = milliseconds{20};
  HttpResponse late;
  late.delay = milliseconds{100};
  always(late);

  EXPECT_EQ(ask(post("Content-Length: 2\r\n", "ok")).status, 200U);
}

TEST_F(HttpServerTest, SaysWhatIsWrongInTheWordsItWasGiven) {
  options.malformed = [](Malformed kind) {
    HttpResponse response;
    response.status = 200;  // the status is the server's own
    response.body = kind == Malformed::bad_request ? "bad" : "other";
    return response;
  };

  auto const reply = ask("nonsense\r\n\r\n");

  EXPECT_EQ(reply.status, 400U);
  EXPECT_EQ(reply.body, "bad");
  EXPECT_EQ(reply.header("Connection"), "close");
}

TEST_F(HttpServerTest, APeerThatHangsUpHalfWayIsForgotten) {
  for (char const* bytes :
       {"", "GET", "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"}) {
    auto client = connect();
    client.send(bytes);
    client.shut_down_sending();

    EXPECT_EQ(client.read_to_end(), "") << bytes;
  }
  EXPECT_TRUE(requests().empty());
}

/// Requests that are right, to be broken.
std::vector<std::string> const kSeeds{
    "GET /a?b=c HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n",
    "POST /x HTTP/1.1\r\nContent-Length: 11\r\nContent-Type: application/json\r\n\r\n{\"a\":[1,2]}",
    "POST /y HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;e=1\r\nhello\r\n0\r\nX: y\r\n\r\n",
    "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n",
    "DELETE /z HTTP/1.1\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\n\r\n",
};

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string next() {
    std::string text = kSeeds[below(kSeeds.size())];
    for (auto edits = below(6); edits > 0; --edits) edit(text);
    return text;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  void edit(std::string& text) {
    static constexpr std::string_view kPieces[] = {
        "\r\n",  "\r\n\r\n", ":",  " ",          {"\0", 1}, "0",     "ffffffffffffffff",
        "-1",    "%00",      ";",  "chunked",    "\t",      "\n",    "Content-Length: 5\r\n",
        "HTTP/", "\xff",     "\r", "1000000000", ",",       "gzip, "};
    std::size_t const at = below(text.size() + 1);
    switch (below(5)) {
      case 0: text.insert(at, kPieces[below(std::size(kPieces))]); break;
      case 1: text.erase(at, below(8) + 1); break;
      case 2: text.insert(at, text.substr(below(text.size() + 1), below(30))); break;
      case 3: text.resize(at); break;
      case 4:
        if (at < text.size()) text[at] = static_cast<char>(random_());
        break;
    }
  }
  std::mt19937 random_;
};

TEST_F(HttpServerTest, SurvivesTwentyThousandBrokenRequests) {
  options.most_body_bytes = 4096;
  options.most_header_bytes = 2048;
  Mutator mutator{20261123};
  int answered = 0;

  for (int i = 0; i < 20'000; ++i) {
    std::string const message = mutator.next();
    auto client = connect();
    client.send(message);
    client.shut_down_sending();
    std::string const replies = client.read_to_end();
    ASSERT_NE(client.last_error(), EAGAIN) << "no end to message " << i << ": " << message;
    ASSERT_TRUE(replies.empty() || replies.starts_with("HTTP/1.1 ")) << message;
    answered += replies.empty() ? 0 : 1;
  }

  EXPECT_GT(answered, 5'000) << "most were looked at";
  EXPECT_EQ(ask("GET /alive HTTP/1.1\r\n\r\n").body, "/alive|");
}

TEST_F(HttpServerTest, TheOldestThatHasNotAskedGivesItsPlaceToWhoComes) {
  options.most_connections = 4;
  options.when_full = HttpServerOptions::WhenFull::end_the_oldest_unanswered;
  std::vector<RawClient> silent;
  for (int i = 0; i < 50; ++i) {
    silent.push_back(connect());
    silent.back().send("GET / HTTP/1.1\r\nHo");
  }

  EXPECT_EQ(ask("GET /new HTTP/1.1\r\nHost: x\r\n\r\n").body, "/new|");

  EXPECT_TRUE(silent.front().is_closed());
  EXPECT_FALSE(silent.back().has_input_within(0)) << "the newest are still waited for";
  EXPECT_LE(open(), 4U);
}

TEST_F(HttpServerTest, WhoWaitsForAnAnswerKeepsItsPlace) {
  options.most_connections = 1;
  options.when_full = HttpServerOptions::WhenFull::end_the_oldest_unanswered;
  Signal signal{thread.executor()};
  std::promise<void> begun;
  handler = [&](HttpRequest, HttpPeer) -> boost::asio::awaitable<HttpResponse> {
    begun.set_value();
    auto waiting = signal.wait();
    co_await std::move(waiting);
    co_return HttpResponse{};
  };
  auto first = connect();
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  begun.get_future().get();

  EXPECT_TRUE(connect().is_closed()) << "nobody can be ended for it";

  thread.on_loop([&] { signal.raise(); });
  EXPECT_EQ(first.read_reply().status, 200U);
}

}  // namespace
}  // namespace agenta::daemon
