#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "daemon/net/http_server.hpp"
#include "tests/unit/daemon/net/loop_thread.hpp"
#include "tests/unit/daemon/net/raw_client.hpp"

namespace agenta::daemon {

/// A server on a loop thread, reached over socket pairs. It answers with what it was asked.
struct HttpServerTest : testing::Test {
  LoopThread thread;
  HttpServerOptions options;
  HttpHandler handler = [this](HttpRequest request, HttpPeer peer) {
    return echo(std::move(request), std::move(peer));
  };
  std::unique_ptr<HttpServer> server;

  ~HttpServerTest() override {
    if (server) thread.on_loop([this] { server->close_all(); });
    thread.finish();
  }

  /// Options and handler are settled by the first connection.
  RawClient connect() {
    if (!server) server = std::make_unique<HttpServer>(thread.executor(), options, handler);
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    UniqueFd theirs{ends[0]};
    thread.on_loop([&] {
      StreamSocket socket{thread.executor()};
      socket.assign(boost::asio::generic::stream_protocol{AF_UNIX, 0}, theirs.release());
      server->adopt(std::move(socket), Peer{});
    });
    return RawClient{UniqueFd{ends[1]}};
  }
  RawReply ask(std::string_view bytes) {
    auto client = connect();
    client.send(bytes);
    return client.read_reply();
  }
  std::vector<HttpRequest> requests() {
    std::lock_guard const guard{mutex_};
    return requests_;
  }
  std::size_t open() {
    return thread.on_loop([this] { return server->open(); });
  }

  boost::asio::awaitable<HttpResponse> echo(HttpRequest request, HttpPeer) {
    HttpResponse response;
    response.headers = {{"X-Method", request.method}};
    response.body = request.target + "|" + request.body;
    {
      std::lock_guard const guard{mutex_};
      requests_.push_back(std::move(request));
    }
    co_return response;
  }
  /// A handler that answers with always the same.
  void always(HttpResponse response) {
    handler = [response](HttpRequest, HttpPeer) -> boost::asio::awaitable<HttpResponse> {
      co_return response;
    };
  }

 private:
  std::mutex mutex_{};
  std::vector<HttpRequest> requests_{};
};

/// Something that happens once, awaited on the loop and told from any thread.
class Signal {
 public:
  explicit Signal(boost::asio::any_io_executor executor)
      : timer_(std::make_shared<boost::asio::steady_timer>(executor,
                                                           boost::asio::steady_timer::time_point::max())) {}
  boost::asio::awaitable<void> wait() {
    auto operation = timer_->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_await std::move(operation);
  }
  /// Loop thread only. What comes to wait later does not wait.
  void raise() { timer_->expires_at(boost::asio::steady_timer::time_point::min()); }

 private:
  std::shared_ptr<boost::asio::steady_timer> timer_;
};

}  // namespace agenta::daemon
