#include <gtest/gtest.h>

#include <atomic>

#include "daemon/composio/http_pool.hpp"
#include "shared/base/id.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/tls_server.hpp"

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;
using testing::http_reply;
using testing::Peer;
using testing::ScriptedServer;
using testing::TlsIdentity;
using testing::TlsPeer;

class HttpPoolTls : public ::testing::Test {
 protected:
  void SetUp() override { identity_.write_certificate(ca_file_); }
  void TearDown() override { std::filesystem::remove(ca_file_); }

  HttpPoolOptions trusting() const { return {.ca_file = ca_file_.string(), .proxy = {}}; }
  HttpCall call_to(ScriptedServer const& server, std::string method, std::string body,
                   std::string const& host = "localhost") const {
    auto call = HttpCall{};
    call.base_url = "https://" + host + ":" + std::to_string(server.port());
    call.method = std::move(method);
    call.target = "/x";
    call.body = std::move(body);
    call.deadline = std::chrono::steady_clock::now() + 20s;
    return call;
  }

  TlsIdentity identity_{};
  std::filesystem::path ca_file_ =
      std::filesystem::path{::testing::TempDir()} / ("ca-" + random_hex(8) + ".pem");
};

TEST_F(HttpPoolTls, TrustsACertificateOfItsAuthorityAndKeepsTheConnection) {
  ScriptedServer server{[&](Peer& peer) {
    auto tls = TlsPeer{peer, identity_};
    while (tls.read_until("body")) tls.write(http_reply(200, "{}"));
  }};
  HttpPool pool{trusting()};

  auto const first = pool.send(call_to(server, "POST", "body"));
  auto const second = pool.send(call_to(server, "POST", "body"));

  EXPECT_EQ(first.progress, HttpProgress::replied) << first.detail;
  EXPECT_EQ(second.progress, HttpProgress::replied) << second.detail;
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpPoolTls, SendsNothingToAServerItCannotTrust) {
  auto requests = std::atomic<int>{0};
  ScriptedServer server{[&](Peer& peer) {
    auto tls = TlsPeer{peer, identity_};
    if (tls.read_until("body")) ++requests;
  }};
  HttpPool of_the_system{{.ca_file = {}, .proxy = {}}};
  HttpPool pool{trusting()};

  auto const unknown = of_the_system.send(call_to(server, "POST", "body"));
  auto const other_name = pool.send(call_to(server, "POST", "body", "127.0.0.1"));
  server.stop();

  for (auto const& outcome : {unknown, other_name}) {
    EXPECT_EQ(outcome.progress, HttpProgress::not_written);
    EXPECT_EQ(outcome.trouble, HttpTrouble::tls);
    EXPECT_NE(outcome.detail.find("certificate"), std::string::npos) << outcome.detail;
  }
  EXPECT_EQ(requests, 0);
}

TEST_F(HttpPoolTls, AServerWithoutTlsWasNotWrittenTo) {
  ScriptedServer server{[](Peer& peer) { peer.write("HTTP/1.1 400 Bad Request\r\n\r\n"); }};
  HttpPool pool{trusting()};

  auto const outcome = pool.send(call_to(server, "POST", "body"));

  EXPECT_EQ(outcome.progress, HttpProgress::not_written);
  EXPECT_EQ(outcome.trouble, HttpTrouble::tls);
}

// The library itself sends a request again when TLS says goodbye after it was written: the effect would be
// doubled.
TEST_F(HttpPoolTls, NeverSendsAgainWhenTheServerSaysGoodbyeAfterTheRequest) {
  for (auto const is_reused : {false, true}) {
    auto requests = std::atomic<int>{0};
    ScriptedServer server{[&](Peer& peer) {
      auto tls = TlsPeer{peer, identity_};
      if (is_reused && tls.read_until("body")) tls.write(http_reply(200, "{}"));
      if (tls.read_until("body")) ++requests;
      tls.close_notify();
    }};
    HttpPool pool{trusting()};
    if (is_reused) {
      ASSERT_EQ(pool.send(call_to(server, "POST", "body")).progress, HttpProgress::replied);
    }

    auto const outcome = pool.send(call_to(server, "POST", "body"));
    server.stop();

    EXPECT_EQ(outcome.progress, HttpProgress::written_no_reply) << outcome.detail;
    EXPECT_EQ(outcome.trouble, HttpTrouble::lost);
    EXPECT_EQ(requests, 1);
  }
}

TEST_F(HttpPoolTls, ADeleteIsNotSentAgainEither) {
  auto requests = std::atomic<int>{0};
  ScriptedServer server{[&](Peer& peer) {
    auto tls = TlsPeer{peer, identity_};
    if (tls.read_until("\r\n\r\n")) ++requests;
    tls.close_notify();
  }};
  HttpPool pool{trusting()};

  auto const outcome = pool.send(call_to(server, "DELETE", {}));
  server.stop();

  EXPECT_EQ(outcome.progress, HttpProgress::written_no_reply);
  EXPECT_EQ(requests, 1);
}

TEST_F(HttpPoolTls, TheDeadlineCoversTheHandshake) {
  ScriptedServer server{[](Peer& peer) { peer.await_close(); }};
  HttpPool pool{trusting()};
  auto call = call_to(server, "POST", "body");
  call.deadline = std::chrono::steady_clock::now() + 100ms;

  auto const outcome = pool.send(call);

  EXPECT_EQ(outcome.progress, HttpProgress::not_written);
  EXPECT_EQ(outcome.trouble, HttpTrouble::timed_out);
}

TEST_F(HttpPoolTls, AProxyThatWantsAPasswordWasNotWrittenThrough) {
  ScriptedServer proxy{[](Peer& peer) {
    peer.read();
    peer.write(http_reply(407, "no"));
  }};
  HttpPool pool{
      {.ca_file = ca_file_.string(),
       .proxy = {.host = "127.0.0.1", .port = proxy.port(), .user = {}, .password = {}, .exempt = {}}}};
  auto call = call_to(proxy, "POST", "body", "composio.invalid");

  auto const outcome = pool.send(call);

  EXPECT_EQ(outcome.progress, HttpProgress::not_written) << outcome.detail;
  EXPECT_EQ(outcome.trouble, HttpTrouble::proxy);
  ASSERT_EQ(proxy.requests().size(), 1U);
  EXPECT_TRUE(proxy.requests()[0].starts_with("CONNECT composio.invalid:")) << proxy.requests()[0];
}

}  // namespace
}  // namespace agenta::daemon
