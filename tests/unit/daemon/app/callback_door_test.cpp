#include "daemon/app/callback_door.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/unit/daemon/net/loop_thread.hpp"
#include "tests/unit/daemon/net/raw_client.hpp"

namespace agenta::daemon {
namespace {

namespace asio = boost::asio;

struct CallbackDoorTest : testing::Test {
  LoopThread thread;
  std::vector<std::string> visits;  // loop thread only
  CallbackOutcome outcome = CallbackOutcome::connected;
  CallbackSubject subject{};
  std::unique_ptr<CallbackDoor> door = make_door({.linger = std::chrono::milliseconds{0}});

  ~CallbackDoorTest() override {
    thread.on_loop([this] {
      for (auto const& id : logins) {
        if (door) door->close({id});
      }
    });
    thread.finish();  // the door outlives its sessions: the loop ends once they have
  }
  std::unique_ptr<CallbackDoor> make_door(CallbackDoor::Options options) {
    return std::make_unique<CallbackDoor>(thread.executor(), options,
                                          [this](ConnectionId id) { return visited(std::move(id)); });
  }
  asio::awaitable<CallbackVisit> visited(ConnectionId id) {
    visits.push_back(id.text);
    CallbackVisit visit;
    visit.outcome = outcome;
    visit.subject = subject;
    co_return visit;
  }

  /// The path of a login's URL.
  std::string open(std::string id) {
    logins.push_back(id);
    auto const url = thread.on_loop([&] { return door->open({id}); }).url.value_or("");
    auto const slash = url.find('/', std::string_view{"http://"}.size());
    EXPECT_EQ(url.substr(0, slash), "http://127.0.0.1:" + std::to_string(port()));
    return slash == std::string::npos ? "" : url.substr(slash);
  }
  std::uint16_t port() {
    return thread.on_loop([this] { return door->port(); });
  }
  std::string host() { return "127.0.0.1:" + std::to_string(port()); }
  std::uint64_t refused() {
    return thread.on_loop([this] { return door->refused_visits(); });
  }
  std::vector<std::string> seen() {
    return thread.on_loop([this] { return visits; });
  }

  static std::optional<RawClient> connect(std::uint16_t to) {
    UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(to);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return std::nullopt;
    return RawClient{std::move(fd)};
  }
  RawReply send(std::string const& bytes, bool head_only = false) {
    auto client = connect(port());
    if (!client) return {};
    client->send(bytes);
    return client->read_reply(head_only);
  }
  std::string visit_of(std::string const& target, std::string const& more = {}) {
    return "GET " + target + " HTTP/1.1\r\nHost: " + host() + "\r\n" + more + "\r\n";
  }

  std::vector<std::string> logins;
};

TEST_F(CallbackDoorTest, TheRightVisitAsksAboutItsLogin) {
  auto const path = open("login-1");
  open("login-2");

  auto const reply = send(visit_of(path + "?status=success&connectedAccountId=ca_other"));

  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(seen(), std::vector<std::string>{"login-1"});
  EXPECT_EQ(refused(), 0U);
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
}

TEST_F(CallbackDoorTest, TakesABrowsersNavigation) {
  auto const path = open("login-1");

  EXPECT_EQ(
      send(visit_of(path,
                    "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Site: cross-site\r\n"))
          .status,
      200U);
}

TEST_F(CallbackDoorTest, ANonceIsLongAndNeverTheSame) {
  auto const first = open("login-1");
  auto const second = open("login-1");

  EXPECT_NE(first, second);
  EXPECT_EQ(first.size(), std::string_view{"/callback/"}.size() + 32) << "128 bits";
}

TEST_F(CallbackDoorTest, RefusesAndCountsEverythingElseAndStillTakesTheRightVisit) {
  auto const path = open("login-1");
  std::string const at = " HTTP/1.1\r\nHost: " + host() + "\r\n";
  std::vector<std::string> const hostile{
      "GET " + path + " HTTP/1.1\r\nHost: evil.example\r\n\r\n",
      "GET " + path + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) + "\r\n\r\n",
      "GET " + path + " HTTP/1.1\r\n\r\n",
      "POST " + path + at + "Content-Length: 0\r\n\r\n",
      "PUT " + path + at + "Content-Length: 2\r\n\r\nhi",
      "OPTIONS " + path + at + "\r\n",
      "GET " + path + at + "Content-Length: 2\r\n\r\nhi",
      visit_of(path, "Origin: https://evil.example\r\n"),
      visit_of(path, "Purpose: prefetch\r\n"),
      visit_of(path, "Sec-Purpose: prefetch;prerender\r\n"),
      visit_of(path, "Sec-Fetch-Mode: no-cors\r\n"),
      visit_of(path, "Sec-Fetch-Dest: image\r\n"),
      visit_of("/callback/" + std::string(32, '0') + "?error=access_denied"),
      visit_of(path + "0"),
      visit_of(path.substr(0, path.size() - 1)),
      visit_of("/callback/"),
      visit_of("/callback?error=access_denied"),
      visit_of("/favicon.ico"),
      visit_of("/"),
      visit_of("/x/../callback/" + path.substr(10)),
      visit_of("/Callback/" + path.substr(10)),
  };

  for (std::string const& bytes : hostile) {
    auto const status = send(bytes).status;
    EXPECT_GE(status, 400U) << bytes;
    EXPECT_LT(status, 500U) << bytes;
  }
  EXPECT_EQ(send("HEAD " + path + at + "\r\n", true).status, 403U);

  EXPECT_EQ(refused(), hostile.size() + 1);
  EXPECT_TRUE(seen().empty());
  EXPECT_EQ(send(visit_of(path)).status, 200U);
  EXPECT_EQ(seen(), std::vector<std::string>{"login-1"});
}

TEST_F(CallbackDoorTest, GarbageAndFloodsAreRefusedAndTheRightVisitStillWorks) {
  auto const path = open("login-1");

  EXPECT_EQ(send("\x16\x03\x01 nonsense\r\n\r\n").status, 400U);
  EXPECT_EQ(send(visit_of(path, "X: " + std::string(9000, 'a') + "\r\n")).status, 431U);
  EXPECT_EQ(refused(), 2U);

  EXPECT_EQ(send(visit_of(path)).status, 200U);
}

TEST_F(CallbackDoorTest, TheThousandthHostileVisitChangesNothing) {
  auto const path = open("login-1");

  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(send(visit_of("/callback/" + std::to_string(i) + "?error=access_denied")).status, 404U);

  EXPECT_EQ(refused(), 1000U);
  EXPECT_EQ(send(visit_of(path)).status, 200U);
}

TEST_F(CallbackDoorTest, NothingOfARequestIsInThePage) {
  auto const path = open("login-1");

  auto const reply =
      send(visit_of(path + "?error=<script>alert(1)</script>&error_description=CANARY", "X: CANARY\r\n"));

  EXPECT_EQ(reply.body.find("script"), std::string::npos);
  EXPECT_EQ((reply.head + reply.body).find("CANARY"), std::string::npos);
  EXPECT_EQ(send(visit_of("/CANARY")).body.find("CANARY"), std::string::npos);
}

TEST_F(CallbackDoorTest, AReplayIsGone) {
  auto const path = open("login-1");
  ASSERT_EQ(send(visit_of(path)).status, 200U);

  EXPECT_EQ(send(visit_of(path)).status, 410U);

  EXPECT_EQ(seen().size(), 1U);
  EXPECT_EQ(refused(), 1U);
}

TEST_F(CallbackDoorTest, WhoComesLateIsToldHowTheLoginEndedAndOnlyOnce) {
  auto const path = open("login-1");
  open("login-2");
  thread.on_loop([this] { door->close({"login-1"}); });
  outcome = CallbackOutcome::expired;

  auto const late = send(visit_of(path));

  EXPECT_EQ(late.status, 410U);
  EXPECT_NE(late.body.find("This login has expired; start again from your terminal"), std::string::npos);
  EXPECT_EQ(seen(), std::vector<std::string>{"login-1"});
  EXPECT_NE(send(visit_of(path)).body.find("used before"), std::string::npos);
  EXPECT_EQ(seen().size(), 1U);
}

TEST_F(CallbackDoorTest, OnlyTheLatestOfTheEndedLoginsAreRemembered) {
  auto const first = open("login-0");
  open("waiting");
  for (int i = 0; i < 100; ++i) {
    std::string const id = "login-" + std::to_string(i);
    if (i > 0) open(id);
    thread.on_loop([&] { door->close({id}); });
  }

  EXPECT_EQ(send(visit_of(first)).status, 404U);
}

TEST_F(CallbackDoorTest, StaysOpenAMomentForABrowserThatIsOnTheWay) {
  door = make_door({.linger = std::chrono::milliseconds{60'000}});
  auto const path = open("login-1");
  auto const at = port();
  thread.on_loop([this] { door->close({"login-1"}); });

  EXPECT_EQ(send(visit_of(path)).status, 200U);

  thread.on_loop([this] { door->close({"login-1"}); });
  EXPECT_TRUE(connect(at)) << "closing what is closed changes nothing";
  thread.on_loop([this] { door->stop(); });
  EXPECT_FALSE(connect(at));
}

TEST_F(CallbackDoorTest, ClosesAfterThatMoment) {
  door = make_door({.linger = std::chrono::milliseconds{1}});
  open("login-1");
  auto const at = port();

  thread.on_loop([this] { door->close({"login-1"}); });

  for (int i = 0; i < 2000 && port() != 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  EXPECT_EQ(port(), 0);
  EXPECT_FALSE(connect(at));
}

TEST_F(CallbackDoorTest, IsClosedAtOnceWhenItStops) {
  door = make_door({});
  open("login-1");
  auto const at = port();

  thread.on_loop([this] { door->stop(); });

  EXPECT_EQ(port(), 0);
  EXPECT_FALSE(connect(at));
}

TEST_F(CallbackDoorTest, NobodyIsWaitedForWhereTheBrowserHasCome) {
  door = make_door({.linger = std::chrono::milliseconds{60'000}});
  auto const path = open("login-1");
  ASSERT_EQ(send(visit_of(path)).status, 200U);

  thread.on_loop([this] { door->close({"login-1"}); });

  EXPECT_EQ(port(), 0);
}

TEST_F(CallbackDoorTest, TakesTheFirstFreePortOfARangeAndNamesThoseThatAreNot) {
  auto first = make_door({});
  auto const taken = thread.on_loop([&] {
    first->open({"other"});
    return first->port();
  });
  door = make_door({.first_port = taken, .last_port = static_cast<std::uint16_t>(taken + 20)});

  auto const opening = thread.on_loop([this] { return door->open({"login-1"}); });

  ASSERT_TRUE(opening.url);
  ASSERT_FALSE(opening.not_free.empty());
  EXPECT_EQ(opening.not_free.front(), std::pair(taken, EADDRINUSE));
  EXPECT_GT(port(), taken);
  thread.on_loop([&] {
    first.reset();
    door.reset();
  });
}

TEST_F(CallbackDoorTest, OpensNothingWhereNoPortIsFreeAndTriesAgainForTheNextLogin) {
  auto first = make_door({.linger = std::chrono::milliseconds{0}});
  auto const taken = thread.on_loop([&] {
    first->open({"other"});
    return first->port();
  });
  door = make_door({.first_port = taken, .last_port = taken, .linger = std::chrono::milliseconds{0}});

  EXPECT_FALSE(thread.on_loop([this] { return door->open({"login-1"}); }).url);
  EXPECT_EQ(port(), 0);
  thread.on_loop([&] { first->close({"other"}); });

  auto const path = open("login-2");
  EXPECT_EQ(port(), taken);
  EXPECT_EQ(send(visit_of(path)).status, 200U);
  thread.on_loop([&] { first.reset(); });
}

TEST_F(CallbackDoorTest, NamesWhatIsConnectedAsText) {
  subject.integration = "<img src=x onerror=alert(1)>";
  subject.slug = "work";
  auto const path = open("login-1");

  auto const body = send(visit_of(path)).body;

  EXPECT_EQ(body.find("<img"), std::string::npos);
  EXPECT_NE(body.find("&lt;img src=x onerror=alert(1)&gt;</bdi> is connected as work"), std::string::npos)
      << body;
}

TEST_F(CallbackDoorTest, ListensOnlyWhileALoginIsPending) {
  EXPECT_EQ(port(), 0);
  open("login-1");
  open("login-2");
  auto const at = port();

  thread.on_loop([this] { door->close({"login-1"}); });
  EXPECT_TRUE(connect(at));
  thread.on_loop([this] { door->close({"login-2"}); });

  EXPECT_FALSE(connect(at));
  EXPECT_EQ(port(), 0);
}

TEST_F(CallbackDoorTest, ShowsHowTheLoginStands) {
  outcome = CallbackOutcome::denied;
  auto const path = open("login-1");

  EXPECT_NE(send(visit_of(path)).body.find("Access was denied"), std::string::npos);
}

TEST_F(CallbackDoorTest, HalfOpenConnectionsDoNotKeepTheRightVisitOut) {
  auto const path = open("login-1");
  std::vector<RawClient> half_open;
  for (int i = 0; i < 100; ++i) {
    auto client = connect(port());
    ASSERT_TRUE(client);
    if (i % 2 == 0) client->send("GET " + path + " HTTP/1.1\r\nHost: ");
    half_open.push_back(std::move(*client));
  }

  EXPECT_EQ(send(visit_of(path)).status, 200U);
  EXPECT_EQ(seen(), std::vector<std::string>{"login-1"});
}

}  // namespace
}  // namespace agenta::daemon
