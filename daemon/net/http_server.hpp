#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <stop_token>

#include "daemon/net/http_message.hpp"
#include "shared/base/unix_address.hpp"

namespace agenta::daemon {

/// One end of a byte stream: a Unix socket or loopback TCP, served alike.
using StreamSocket = boost::asio::generic::stream_protocol::socket;

/// Who is at the other end, and whether they still are.
struct HttpPeer {
  Peer process{};  ///< of a Unix socket; otherwise unset
  std::stop_token
      hangup{};  ///< requested, on the loop thread, when the peer goes away while its request is handled
};

using HttpHandler = std::function<boost::asio::awaitable<HttpResponse>(HttpRequest, HttpPeer)>;

/// What a peer got wrong before there was a request to hand on.
enum class Malformed { bad_request, header_too_large, body_too_large, too_slow, too_much_at_once };

struct HttpServerOptions {
  std::size_t most_header_bytes = 16 * 1024;
  std::uint64_t most_body_bytes = 16 * 1024 * 1024;
  /// What the bodies of all requests may come to together, from their announcement or their arrival until
  /// their reply is made. Of each body only what is beyond `free_body_bytes` counts: a crowd of large ones
  /// keeps no ordinary request out.
  std::uint64_t most_bodies_bytes = 512 * 1024 * 1024;
  std::uint64_t free_body_bytes = 64 * 1024;
  std::size_t most_connections = 1024;
  /// Over `most_connections`: what a new connection costs. Where anybody may connect, those who came and say
  /// nothing must not keep out the one who has something to say.
  enum class WhenFull { refuse_the_new, end_the_oldest_unanswered } when_full = WhenFull::refuse_the_new;
  std::chrono::milliseconds header_timeout{10'000};  ///< from a request's first byte to the end of its header
  std::chrono::milliseconds body_timeout{60'000};
  std::chrono::milliseconds idle_timeout{600'000};  ///< between requests
  std::chrono::milliseconds write_timeout{30'000};  ///< for a slow reader to take each piece of a reply
  /// The reply to a request that could not be read; an empty body where not given.
  std::function<HttpResponse(Malformed)> malformed{};
};

/// Serves HTTP/1.1 with keep-alive on sockets handed to it: pipelining, any split of the bytes, bounded
/// headers and bodies, a time-out for each step, `Expect: 100-continue`. Loop thread only.
class HttpServer {
 public:
  HttpServer(boost::asio::any_io_executor executor, HttpServerOptions options, HttpHandler handler);
  ~HttpServer();
  HttpServer(HttpServer const&) = delete;
  HttpServer& operator=(HttpServer const&) = delete;

  /// Serves a connected socket until it ends. Over `most_connections` it is closed at once, unless
  /// `when_full` gives it the place of one whose request has not wholly come.
  void adopt(StreamSocket socket, Peer peer);
  /// Closes what is idle now, and each busy connection after the reply it owes.
  void drain();
  /// Closes everything now.
  void close_all();

  std::size_t open() const { return sessions_.size(); }
  /// Connections whose request is being handled or answered.
  std::size_t busy() const;

 private:
  struct Session;
  bool make_room();
  boost::asio::awaitable<void> serve(std::shared_ptr<Session> session);

  boost::asio::any_io_executor executor_;
  HttpServerOptions options_;
  HttpHandler handler_;
  std::list<std::shared_ptr<Session>> sessions_;
  std::shared_ptr<std::uint64_t> body_bytes_;  ///< of all requests; their coroutines may end later
  bool draining_ = false;
};

}  // namespace agenta::daemon
