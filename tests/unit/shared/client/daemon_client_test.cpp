#include "shared/client/daemon_client.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "shared/base/version.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/shared/client/fake_daemon.hpp"

namespace agenta::client {
namespace {

using namespace std::chrono_literals;
using test::always;
using test::FakeDaemon;
using test::reply;

struct DaemonClientTest : testing::Test {
  test::TemporaryDirectory home{};
  std::filesystem::path socket = home.path() / "run" / "daemon.sock";
  DaemonClient client{socket, {}};

  static ServiceRequest request(std::optional<std::chrono::milliseconds> timeout = 5s) {
    ServiceRequest request;
    request.target = "/api/tools/x";
    request.timeout = timeout;
    return request;
  }
  Result<ServiceReply> call() { return client.call(request(), {}); }
};

template <class F>
std::chrono::milliseconds time_of(F act) {
  auto const start = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

TEST_F(DaemonClientTest, SaysWhoItIsWithEveryRequest) {
  FakeDaemon daemon{socket, always(reply(200, "{}"))};
  ClientIdentity identity;
  identity.project = "p1";
  identity.api_key = Secret{"ak_1"};
  identity.base_url = "https://example.com";
  DaemonClient named{socket, identity};
  ServiceRequest post = request(1500ms);
  post.method = "POST";
  post.body = R"({"a":1})";

  auto const answer = named.call(post, {});

  ASSERT_TRUE(answer) << answer.error().message;
  std::string const sent = daemon.requests().front();
  EXPECT_TRUE(sent.starts_with("POST /api/tools/x HTTP/1.1\r\nHost: localhost\r\n")) << sent;
  EXPECT_TRUE(sent.ends_with("\r\n\r\n{\"a\":1}")) << sent;
  ProtocolRange const range = protocol_range();
  for (std::string const& line :
       {"Agenta-Tools-Version: " + std::string{product_version()},
        "Agenta-Tools-Protocol: " + std::to_string(range.oldest) + "-" + std::to_string(range.newest),
        "Agenta-Tools-Build: " + std::string{build_id()}, std::string{"Agenta-Tools-Project: p1"},
        std::string{"Agenta-Tools-Composio-Key: ak_1"},
        std::string{"Agenta-Tools-Composio-Url: https://example.com"},
        std::string{"Agenta-Tools-Timeout-Ms: 1500"}, std::string{"Content-Length: 7"}}) {
    EXPECT_NE(sent.find("\r\n" + line + "\r\n"), std::string::npos) << line;
  }
}

TEST_F(DaemonClientTest, GivesTheReplyWithItsHeadersInLowerCase) {
  FakeDaemon daemon{socket, always(reply(201, "{\"a\":1}", "X-Some: Thing\r\n"))};

  auto const answer = call();

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 201U);
  EXPECT_EQ(answer->body, "{\"a\":1}");
  EXPECT_EQ(client.daemon_version(), "9.8.7");
  auto const found =
      std::ranges::find(answer->headers, "x-some", &std::pair<std::string, std::string>::first);
  ASSERT_NE(found, answer->headers.end());
  EXPECT_EQ(found->second, "Thing");
}

TEST_F(DaemonClientTest, TakesThatAnAnswerIsStillTheSame) {
  FakeDaemon daemon{socket, always("HTTP/1.1 304 Not Modified\r\nETag: \"a1\"\r\n\r\n")};
  ServiceRequest conditional = request();
  conditional.if_none_match = "\"a1\"";

  auto const answer = client.call(conditional, {});
  auto const again = client.call(conditional, {});

  ASSERT_TRUE(answer && again) << answer.error().message;
  EXPECT_EQ(answer->status, kNotModified);
  EXPECT_EQ(answer->body, "");
  EXPECT_NE(daemon.requests().front().find("\r\nIf-None-Match: \"a1\"\r\n"), std::string::npos);
}

TEST_F(DaemonClientTest, KeepsItsConnection) {
  FakeDaemon daemon{socket, always(reply(200, "{}"))};

  for (int i = 0; i < 3; ++i) ASSERT_TRUE(call());

  EXPECT_EQ(daemon.connections(), 1);
}

TEST_F(DaemonClientTest, ReadsAReplyThatComesByteByByte) {
  FakeDaemon daemon{socket, always(reply(200, "{\"a\":\"text\"}"), 1)};

  for (int i = 0; i < 3; ++i) {
    auto const answer = call();
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "{\"a\":\"text\"}");
  }
}

TEST_F(DaemonClientTest, ReadsAChunkedReplyAndOneThatEndsWithTheConnection) {
  FakeDaemon daemon{
      socket, [](FakeDaemon& self, int fd) {
        self.read_request(fd);
        self.write(
            fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 3);
        self.read_request(fd);
        self.write(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end");
      }};

  EXPECT_EQ(call().value().body, "abcde");
  EXPECT_EQ(call().value().body, "until the end");
}

TEST_F(DaemonClientTest, ReadsABodyWithoutOne) {
  FakeDaemon daemon{socket, always("HTTP/1.1 204 No Content\r\n\r\n")};

  auto const answer = call();

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 204U);
  EXPECT_TRUE(answer->body.empty());
}

TEST_F(DaemonClientTest, CarriesBodiesOfManyMegabytesBothWays) {
  std::string const big(20 << 20, 'x');
  FakeDaemon daemon{socket, always(reply(200, big))};
  ServiceRequest post = request(60s);
  post.method = "POST";
  post.body = std::string(12 << 20, 'y');

  auto const answer = client.call(post, {});

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body.size(), big.size());
  EXPECT_TRUE(daemon.requests().front().ends_with(post.body));
}

TEST_F(DaemonClientTest, TurnsAnErrorDocumentIntoItsError) {
  FakeDaemon daemon{
      socket, always(reply(404, R"({"detail":"no such tool","code":"TOOL_NOT_FOUND","next_step":["a","b"]})",
                           "Agenta-Tools-Request-Id: r1\r\n"))};

  auto const answer = call();

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::tool_not_found);
  EXPECT_EQ(answer.error().message, "no such tool");
  EXPECT_EQ(answer.error().request_id, "r1");
  EXPECT_FALSE(client.lost_reply());
}

TEST_F(DaemonClientTest, TurnsA426IntoVersionSkewWithTheDaemonsVersion) {
  FakeDaemon daemon{socket, always(reply(426, "upgrade"))};

  auto const answer = call();

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::version_skew);
  EXPECT_EQ(protocol::find_member(answer.error().context.text, "daemon_version"), "\"9.8.7\"");
}

TEST_F(DaemonClientTest, ReadsARefusalThatComesBeforeTheWholeRequestIsSent) {
  FakeDaemon daemon{socket, [](FakeDaemon& self, int fd) {
                      char byte = 0;
                      ASSERT_EQ(::recv(fd, &byte, 1, 0), 1);
                      self.write(fd, reply(413, R"({"detail":"too big","code":"INVALID_REQUEST"})",
                                           "Connection: close\r\n"));
                    }};
  ServiceRequest post = request();
  post.method = "POST";
  post.body = std::string(8 << 20, 'y');

  auto const answer = client.call(post, {});

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "too big");
}

TEST_F(DaemonClientTest, GivesUpOnADaemonThatNeverAnswers) {
  FakeDaemon daemon{socket, [](FakeDaemon& self, int fd) {
                      self.read_request(fd);
                      self.hang(fd);
                    }};

  Result<ServiceReply> answer = ServiceReply{};
  auto const took = time_of([&] { answer = client.call(request(200ms), {}); });

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::daemon_unavailable);
  EXPECT_EQ(protocol::find_member(answer.error().context.text, "reason"), "\"unresponsive\"");
  EXPECT_TRUE(client.lost_reply());
  EXPECT_GE(took, 200ms);
  EXPECT_LE(took, 1'200ms);
}

TEST_F(DaemonClientTest, GivesUpOnADaemonThatReadsNothing) {
  FakeDaemon daemon{socket, [](FakeDaemon& self, int fd) { self.hang(fd); }};
  ServiceRequest post = request(200ms);
  post.method = "POST";
  post.body = std::string(8 << 20, 'y');

  auto const answer = client.call(post, {});

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::daemon_unavailable);
  EXPECT_FALSE(client.lost_reply()) << "it never had the whole request";
}

TEST_F(DaemonClientTest, GivesUpOnADaemonThatAnswersHalf) {
  FakeDaemon daemon{socket, [](FakeDaemon& self, int fd) {
                      self.read_request(fd);
                      self.write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                      self.hang(fd);
                    }};

  EXPECT_FALSE(client.call(request(100ms), {}));
  EXPECT_TRUE(client.lost_reply());
}

TEST_F(DaemonClientTest, IsCalledOffSoon) {
  std::stop_source stop;
  FakeDaemon daemon{socket, [&](FakeDaemon& self, int fd) {
                      self.read_request(fd);
                      stop.request_stop();
                      self.hang(fd);
                    }};

  Result<ServiceReply> answer = ServiceReply{};
  auto const took = time_of([&] { answer = client.call(request(30s), stop.get_token()); });

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::cancelled);
  EXPECT_TRUE(client.lost_reply());
  EXPECT_LE(took, 2s);
}

TEST_F(DaemonClientTest, SaysThatAReplyWasLostWhenTheDaemonHangsUpHavingReadTheRequest) {
  FakeDaemon daemon{socket, [](FakeDaemon& self, int fd) { self.read_request(fd); }};

  auto const answer = call();

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::daemon_unavailable);
  EXPECT_TRUE(client.lost_reply());
  EXPECT_EQ(daemon.requests().size(), 1U) << "it may have run: it is not sent again";
}

TEST_F(DaemonClientTest, StreamsABodyAsItComes) {
  std::string const body(8 << 20, 'z');
  FakeDaemon daemon{socket, always(reply(200, body), 50'000)};
  std::string got;
  std::size_t largest = 0;
  auto const take = [&](std::string_view bytes) {
    got.append(bytes);
    largest = std::max(largest, bytes.size());
    return true;
  };

  for (int i = 0; i < 2; ++i) {
    got.clear();
    auto const answer = client.call_streaming(request(), take, {});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200U);
    EXPECT_TRUE(answer->body.empty());
    EXPECT_TRUE(got == body);
  }
  EXPECT_LE(largest, std::size_t{1} << 20);
  EXPECT_EQ(daemon.connections(), 1);
}

TEST_F(DaemonClientTest, StreamsChunksAndWhatEndsWithTheConnection) {
  for (std::string const head :
       {"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "\r\nabc"}) {
    test::TemporaryDirectory other;
    auto const path = other.path() / "run" / "daemon.sock";
    FakeDaemon daemon{path, [&](FakeDaemon& self, int fd) {
                        self.read_request(fd);
                        self.write(fd, "HTTP/1.1 200 OK\r\n" + head, 1);
                      }};
    DaemonClient fresh{path, {}};
    std::string got;
    auto const answer = fresh.call_streaming(request(),
                                             [&](std::string_view bytes) {
                                               got.append(bytes);
                                               return true;
                                             },
                                             {});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(got, "abc");
  }
}

TEST_F(DaemonClientTest, GivesTheSinkNothingOfAnError) {
  FakeDaemon daemon{socket, always(reply(404, R"({"detail":"gone","code":"TOOL_NOT_FOUND"})"))};
  bool was_given = false;

  auto const answer =
      client.call_streaming(request(), [&](std::string_view) { return was_given = true; }, {});

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::tool_not_found);
  EXPECT_FALSE(was_given);
}

TEST_F(DaemonClientTest, EndsAStreamThatIsNotTakenAndCallsOnAFreshConnection) {
  FakeDaemon daemon{socket, always(reply(200, std::string(1 << 20, 'z')))};

  auto const answer = client.call_streaming(request(), [](std::string_view) { return false; }, {});

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::cancelled);
  EXPECT_TRUE(call());
  EXPECT_EQ(daemon.connections(), 2);
}

TEST_F(DaemonClientTest, AStreamThatMovesOutlivesItsDeadline) {
  FakeDaemon daemon{socket, [](FakeDaemon& self, int fd) {
                      self.read_request(fd);
                      self.write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n");
                      for (int i = 0; i < 20; ++i) {
                        std::this_thread::sleep_for(100ms);
                        self.write(fd, "x");
                      }
                    }};
  std::string got;

  auto const answer = client.call_streaming(request(100ms),
                                            [&](std::string_view bytes) {
                                              got.append(bytes);
                                              return true;
                                            },
                                            {});

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(got, std::string(20, 'x'));
}

TEST_F(DaemonClientTest, SaysThatAReplyWasLostWhenAStreamIsCutShort) {
  FakeDaemon daemon{socket, [](FakeDaemon& self, int fd) {
                      self.read_request(fd);
                      self.write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                    }};
  std::string got;

  auto const answer = client.call_streaming(request(),
                                            [&](std::string_view bytes) {
                                              got.append(bytes);
                                              return true;
                                            },
                                            {});

  ASSERT_FALSE(answer);
  EXPECT_TRUE(client.lost_reply());
  EXPECT_EQ(got, "abc");
}

TEST_F(DaemonClientTest, SaysThatAReplyWasLostWhenItIsCutShort) {
  FakeDaemon daemon{socket, [](FakeDaemon& self, int fd) {
                      self.read_request(fd);
                      self.write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                    }};

  EXPECT_FALSE(call());
  EXPECT_TRUE(client.lost_reply());
  EXPECT_EQ(daemon.requests().size(), 1U);
}

TEST_F(DaemonClientTest, TriesAgainOnceWhereTheDaemonHungUpWithoutReading) {
  FakeDaemon daemon{socket, [](FakeDaemon& self, int fd) {
                      if (self.connections() == 1) {
                        // Waits for the request without taking it.
                        char byte = 0;
                        ::recv(fd, &byte, 1, MSG_PEEK);
                        return;
                      }
                      always(reply(200, "{}"))(self, fd);
                    }};

  auto const answer = call();

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(daemon.connections(), 2);
  EXPECT_EQ(daemon.requests().size(), 1U);
}

TEST_F(DaemonClientTest, NoticesThatAKeptConnectionHasGoneStale) {
  FakeDaemon daemon{socket, [](FakeDaemon& self, int fd) {
                      self.read_request(fd);
                      self.write(fd, reply(200, "{}"));
                    }};

  for (int i = 0; i < 3; ++i) ASSERT_TRUE(call());

  EXPECT_EQ(daemon.connections(), 3);
}

TEST_F(DaemonClientTest, DoesNotTakeBytesNobodyAskedForAsAnAnswer) {
  FakeDaemon daemon{socket, [](FakeDaemon& self, int fd) {
                      self.read_request(fd);
                      self.write(fd, reply(200, "\"right\"") + reply(200, "\"smuggled\""));
                      self.hang(fd);
                    }};

  EXPECT_EQ(call().value().body, "\"right\"");
  EXPECT_EQ(call().value().body, "\"right\"");
}

TEST_F(DaemonClientTest, ReportsWhatSpeaksNoHttp) {
  for (auto const* garbage :
       {"garbage\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "\x16\x03\x01", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"}) {
    test::TemporaryDirectory const place;
    FakeDaemon daemon{place.path() / "run" / "s", [&](FakeDaemon& self, int fd) {
                        self.read_request(fd);
                        self.write(fd, garbage);
                        self.hang(fd);
                      }};
    DaemonClient reader{place.path() / "run" / "s", {}};

    auto const answer = reader.call(request(100ms), {});

    ASSERT_FALSE(answer) << garbage;
    EXPECT_EQ(answer.error().code, ErrorCode::daemon_unavailable) << garbage;
  }
}

TEST_F(DaemonClientTest, LetsNoEtagWriteAHeaderOfItsOwn) {
  FakeDaemon daemon{socket, always(reply(200, "{}"))};
  ServiceRequest forged = request();
  forged.if_none_match = "\"a1\"\r\nAgenta-Tools-Project: theirs";

  auto const answer = client.call(forged, {});

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::invalid_request);
}

TEST_F(DaemonClientTest, LetsNoValueWriteAHeaderOfItsOwn) {
  FakeDaemon daemon{socket, always(reply(200, "{}"))};
  ServiceRequest target = request();
  target.target = "/x HTTP/1.1\r\nHost: evil";
  ClientIdentity identity;
  identity.project = "p\r\nX: y";
  ClientIdentity keyed;
  keyed.api_key = Secret{"sk-canary\n"};

  EXPECT_EQ(client.call(target, {}).error().code, ErrorCode::invalid_request);
  EXPECT_EQ(DaemonClient(socket, identity).call(request(), {}).error().code, ErrorCode::usage);
  auto const key = DaemonClient(socket, keyed).call(request(), {});

  EXPECT_EQ(key.error().code, ErrorCode::usage);
  EXPECT_EQ(key.error().message.find("canary"), std::string::npos);
  EXPECT_EQ(daemon.connections(), 0);
}

TEST_F(DaemonClientTest, TellsNoSocketFromNobodyListening) {
  EXPECT_EQ(client.connect(1s).error().reach, Reach::absent);
  { FakeDaemon const daemon{socket, always("")}; }

  auto const reached = client.connect(1s);

  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().reach, Reach::refused);
  EXPECT_EQ(reached.error().error.code, ErrorCode::daemon_unavailable);
  EXPECT_NE(reached.error().error.message.find(socket.string()), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(socket)) << "a client removes nothing";
}

TEST_F(DaemonClientTest, SendsNothingThroughADirectoryThatIsOpenToOthers) {
  FakeDaemon daemon{socket, always(reply(200, "{}"))};
  ASSERT_EQ(::chmod(socket.parent_path().c_str(), 0777), 0);

  auto const reached = client.connect(1s);

  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().reach, Reach::foreign);
  EXPECT_EQ(reached.error().error.code, ErrorCode::blocked);
  EXPECT_NE(reached.error().error.message.find("0777"), std::string::npos);
  EXPECT_EQ(reached.error().error.next_step,
            (std::vector<std::string>{"chmod", "700", socket.parent_path().string()}));
  EXPECT_EQ(daemon.connections(), 0);
}

TEST_F(DaemonClientTest, SendsNothingThroughASymbolicLink) {
  FakeDaemon daemon{home.path() / "elsewhere" / "daemon.sock", always(reply(200, "{}"))};
  std::filesystem::create_directory_symlink(home / "elsewhere", home / "run");

  auto const reached = client.connect(1s);

  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().reach, Reach::foreign);
  EXPECT_EQ(daemon.connections(), 0);
}

TEST_F(DaemonClientTest, GivesUpWhereTheListenersQueueStaysFull) {
  ASSERT_TRUE(open_private_dir(socket.parent_path()));
  auto const address = UnixAddress::of(socket);
  UniqueFd const listener{::socket(AF_UNIX, SOCK_STREAM, 0)};
  ASSERT_EQ(::bind(listener.get(), address->data(), address->size()), 0);
  ASSERT_EQ(::listen(listener.get(), 0), 0);
  std::vector<UniqueFd> waiting;
  int connected = 0;
  while (connected == 0 && waiting.size() < 100) {
    waiting.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    connected = ::connect(waiting.back().get(), address->data(), address->size());
  }
  ASSERT_NE(connected, 0);

  auto const reached = client.connect(100ms);

  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().reach, Reach::unresponsive);
}

TEST_F(DaemonClientTest, ReachesASocketAtALongPath) {
  auto const path = home.path() / std::string(100, 'a') / std::string(100, 'b') / "daemon.sock";
  FakeDaemon daemon{path, always(reply(200, "{}"))};
  DaemonClient far{path, {}};

  EXPECT_TRUE(far.call(request(), {}));
}

}  // namespace
}  // namespace agenta::client
