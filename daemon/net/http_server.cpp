#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/net/http_server.hpp"
#include "shared/base/text.hpp"

// The daemon's only Beast file: it is slow to compile, and everything else speaks HttpRequest and
// HttpResponse.
namespace agenta::daemon {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using Stream = beast::basic_stream<asio::generic::stream_protocol>;
using Parser = http::request_parser<http::string_body>;
constexpr auto kNothrow = asio::as_tuple(asio::use_awaitable);
/// How reading a body ends for which there is no room beside the others.
constexpr auto kNoRoom = asio::error::no_buffer_space;

HttpRequest to_request(http::request<http::string_body> message) {
  HttpRequest request;
  request.method = std::string{message.method_string()};
  request.target = std::string{message.target()};
  for (auto const& field : message)
    request.headers.emplace_back(std::string{field.name_string()}, std::string{field.value()});
  request.body = std::move(message.body());
  return request;
}

Malformed kind_of(boost::system::error_code error) {
  if (error == http::error::header_limit) return Malformed::header_too_large;
  if (error == http::error::body_limit) return Malformed::body_too_large;
  if (error == beast::error::timeout) return Malformed::too_slow;
  if (error == kNoRoom) return Malformed::too_much_at_once;
  return Malformed::bad_request;
}

/// Whether the peer is to be told. One that hung up half way through is not there to listen.
bool deserves_reply(boost::system::error_code error) {
  return error == beast::error::timeout || error == kNoRoom ||
         (error.category() == make_error_code(http::error::bad_method).category() &&
          error != http::error::end_of_stream && error != http::error::partial_message);
}

unsigned status_of(Malformed kind) {
  switch (kind) {
    case Malformed::bad_request: return 400;
    case Malformed::header_too_large: return 431;
    case Malformed::body_too_large: return 413;
    case Malformed::too_slow: return 408;
    case Malformed::too_much_at_once: return 429;
  }
  __builtin_unreachable();
}

bool has_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

/// A value with a line break in it would be another header: such bytes become spaces.
void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (char const c : value) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  out += "\r\n";
}

std::string head_of(HttpResponse const& response, bool close) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(http::obsolete_reason(static_cast<http::status>(response.status))).append("\r\n");
  for (auto const& [name, value] : response.headers) append_header(head, name, value);
  if (has_body(response.status)) {
    auto const size = response.file ? static_cast<std::size_t>(response.file->size) : response.body.size();
    append_header(head, "Content-Length", std::to_string(size));
  }
  if (close) append_header(head, "Connection", "close");
  return head += "\r\n";
}

bool peer_is_gone(int socket) {
  std::array<char, 1> byte{};
  ssize_t const got = ::recv(socket, byte.data(), byte.size(), MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

/// Requests stop when the peer closes its end while its request is handled. Bytes of a next, pipelined
/// request end the watch: the peer is there.
class HangupWatch {
 public:
  explicit HangupWatch(Stream& stream) : stream_(stream), source_(std::make_shared<std::stop_source>()) {
    int const descriptor = stream_.socket().native_handle();
    stream_.socket().async_wait(asio::socket_base::wait_read,
                                [source = source_, descriptor](boost::system::error_code error) {
                                  if (!error && peer_is_gone(descriptor)) source->request_stop();
                                });
  }
  ~HangupWatch() {
    boost::system::error_code ignored;
    stream_.socket().cancel(ignored);
  }
  HangupWatch(HangupWatch const&) = delete;
  HangupWatch& operator=(HangupWatch const&) = delete;
  std::stop_token token() const { return source_->get_token(); }

 private:
  Stream& stream_;
  std::shared_ptr<std::stop_source> source_;
};

/// Ends a read that takes too long and leaves the stream open, so that the peer can be told: the stream's own
/// time-out would close it.
class ReadTimer {
 public:
  ReadTimer(Stream& stream, std::chrono::milliseconds timeout) : timer_(stream.get_executor(), timeout) {
    timer_.async_wait([state = state_, &stream](boost::system::error_code error) {
      if (error || state->over) return;
      state->expired = true;
      stream.cancel();
    });
  }
  ~ReadTimer() { state_->over = true; }
  ReadTimer(ReadTimer const&) = delete;
  ReadTimer& operator=(ReadTimer const&) = delete;
  bool expired() const { return state_->expired; }

 private:
  struct State {
    bool over = false;
    bool expired = false;
  };
  asio::steady_timer timer_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

void reset_connection(Stream& stream) {
  boost::system::error_code ignored;
  stream.socket().set_option(asio::socket_base::linger(true, 0), ignored);
  stream.socket().close(ignored);
}

asio::awaitable<boost::system::error_code> read_header(Stream& stream, beast::flat_buffer& buffer,
                                                       Parser& parser, std::chrono::milliseconds timeout) {
  ReadTimer const timer{stream, timeout};
  auto reading = http::async_read_header(stream, buffer, parser, kNothrow);
  auto const [error, size] = co_await std::move(reading);
  static_cast<void>(size);
  co_return timer.expired() ? beast::error::timeout : error;
}

/// What one body takes of what all of them may hold together. Given back when it goes away.
class BodyShare {
 public:
  BodyShare(HttpServerOptions const& options, std::shared_ptr<std::uint64_t> held_by_all)
      : most_(options.most_bodies_bytes), free_(options.free_body_bytes), all_(std::move(held_by_all)) {}
  ~BodyShare() { give_back(); }
  BodyShare(BodyShare const&) = delete;
  BodyShare& operator=(BodyShare const&) = delete;

  /// Whether there is room for so many bytes of it.
  bool grow_to(std::uint64_t bytes) {
    std::uint64_t const counted = bytes - std::min(bytes, free_);
    if (counted <= held_) return true;
    if (counted - held_ > most_ - *all_) return false;
    *all_ += counted - held_;
    held_ = counted;
    return true;
  }
  void give_back() { *all_ -= std::exchange(held_, 0); }

 private:
  std::uint64_t const most_;
  std::uint64_t const free_;
  std::shared_ptr<std::uint64_t> all_;
  std::uint64_t held_ = 0;
};

/// A big reply goes out in pieces, each with the whole time-out: a slow reader is served, one that stopped is
/// not.
asio::awaitable<bool> write_all(Stream& stream, std::string_view bytes, std::chrono::milliseconds timeout) {
  constexpr std::size_t kPiece = 256 * 1024;
  while (!bytes.empty()) {
    std::string_view const piece = bytes.substr(0, kPiece);
    stream.expires_after(timeout);
    auto operation = asio::async_write(stream, asio::buffer(piece), kNothrow);
    auto const [error, written] = co_await std::move(operation);
    if (error) co_return false;
    bytes.remove_prefix(written);
  }
  co_return true;
}

/// What comes after the header, where there is anything. Of an announced length there is room before it is
/// asked for; what chunks come to shows as they come.
asio::awaitable<boost::system::error_code> read_body(Stream& stream, beast::flat_buffer& buffer,
                                                     Parser& parser, BodyShare& share,
                                                     HttpServerOptions const& options) {
  if (parser.is_done()) co_return boost::system::error_code{};
  if (!share.grow_to(parser.content_length().value_or(0))) co_return kNoRoom;
  if (equal_ignoring_case(parser.get()[http::field::expect], "100-continue")) {
    auto go_on = write_all(stream, "HTTP/1.1 100 Continue\r\n\r\n", options.write_timeout);
    if (!co_await std::move(go_on)) co_return asio::error::broken_pipe;
  }
  stream.expires_never();
  ReadTimer const timer{stream, options.body_timeout};
  parser.eager(false);  // it then comes back after each chunk, not only when all of them are there
  while (!parser.is_done()) {
    auto reading = http::async_read_some(stream, buffer, parser, kNothrow);
    auto const [error, size] = co_await std::move(reading);
    static_cast<void>(size);
    if (error) co_return timer.expired() ? beast::error::timeout : error;
    if (!share.grow_to(parser.get().body().size())) co_return kNoRoom;
  }
  co_return boost::system::error_code{};
}

/// Sends a part of a file, read as the peer takes it. A file that turns out shorter ends the connection.
asio::awaitable<bool> write_file(Stream& stream, FileBody const& part, std::chrono::milliseconds timeout) {
  constexpr std::int64_t kPiece = 256 * 1024;
  std::string piece;
  for (std::int64_t at = 0; at < part.size;) {
    piece.resize(static_cast<std::size_t>(std::min(kPiece, part.size - at)));
    ssize_t const got = ::pread(part.file->get(), piece.data(), piece.size(), part.offset + at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) co_return false;
    piece.resize(static_cast<std::size_t>(got));
    auto writing = write_all(stream, piece, timeout);
    if (!co_await std::move(writing)) co_return false;
    at += got;
  }
  co_return true;
}

asio::awaitable<bool> write_response(Stream& stream, HttpResponse const& response, bool head_only, bool close,
                                     std::chrono::milliseconds timeout) {
  if (response.delay.count() > 0) {
    asio::steady_timer timer{stream.get_executor(), response.delay};
    auto pause = timer.async_wait(kNothrow);
    co_await std::move(pause);
  }
  if (response.delivery == Delivery::reset) {
    reset_connection(stream);
    co_return false;
  }
  std::string head = head_of(response, close);
  std::string_view body = head_only || !has_body(response.status) ? std::string_view{} : response.body;
  if (response.delivery == Delivery::truncated) body = body.substr(0, body.size() / 2);
  constexpr std::size_t kSmall = 16 * 1024;
  if (body.size() <= kSmall) {  // one write, one packet
    head.append(body);
    body = {};
  }
  auto first = write_all(stream, head, timeout);
  if (!co_await std::move(first)) co_return false;
  auto rest = write_all(stream, body, timeout);
  if (!co_await std::move(rest)) co_return false;
  if (response.file && !head_only && has_body(response.status)) {
    FileBody part = *response.file;
    if (response.delivery == Delivery::truncated) part.size /= 2;
    auto file = write_file(stream, part, timeout);
    if (!co_await std::move(file)) co_return false;
  }
  co_return response.delivery == Delivery::whole;
}

}  // namespace

struct HttpServer::Session {
  Session(StreamSocket socket, Peer who) : stream(std::move(socket)), peer(who) {}
  Stream stream;
  Peer peer;
  bool busy = false;
  bool handling = false;  ///< its request has come
  bool ended = false;     ///< closed for another's sake
};

HttpServer::HttpServer(asio::any_io_executor executor, HttpServerOptions options, HttpHandler handler)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      handler_(std::move(handler)),
      body_bytes_(std::make_shared<std::uint64_t>(0)) {}

HttpServer::~HttpServer() = default;

void HttpServer::adopt(StreamSocket socket, Peer peer) {
  if (sessions_.size() >= options_.most_connections && !make_room()) return;  // the socket closes here
  auto session = std::make_shared<Session>(std::move(socket), peer);
  auto const place = sessions_.insert(sessions_.end(), session);
  auto end = [this, place](std::exception_ptr) { sessions_.erase(place); };
  asio::co_spawn(executor_, serve(std::move(session)), std::move(end));
}

/// A session that was ended still stands in the list until its coroutine has noticed.
bool HttpServer::make_room() {
  if (options_.when_full == HttpServerOptions::WhenFull::refuse_the_new) return false;
  auto const there = std::ranges::count_if(sessions_, [](auto const& each) { return !each->ended; });
  if (static_cast<std::size_t>(there) < options_.most_connections) return true;
  auto const oldest =
      std::ranges::find_if(sessions_, [](auto const& each) { return !each->ended && !each->handling; });
  if (oldest == sessions_.end()) return false;
  (*oldest)->ended = true;
  (*oldest)->stream.close();
  return true;
}

std::size_t HttpServer::busy() const {
  std::size_t count = 0;
  for (auto const& session : sessions_) count += session->busy ? 1 : 0;
  return count;
}

void HttpServer::drain() {
  draining_ = true;
  for (auto const& session : sessions_) {
    if (!session->busy) session->stream.cancel();
  }
}

void HttpServer::close_all() {
  draining_ = true;
  for (auto const& session : sessions_) session->stream.close();
}

asio::awaitable<void> HttpServer::serve(std::shared_ptr<Session> session) {
  Stream& stream = session->stream;
  beast::flat_buffer buffer;
  while (!draining_) {
    if (buffer.size() == 0) {
      stream.expires_after(options_.idle_timeout);
      constexpr std::size_t kFirstRead = 4096;
      auto read = stream.async_read_some(buffer.prepare(kFirstRead), kNothrow);
      auto const [error, size] = co_await std::move(read);
      if (error) co_return;
      buffer.commit(size);
    }
    session->busy = true;
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(options_.most_header_bytes));
    parser.body_limit(options_.most_body_bytes);
    stream.expires_never();
    auto reading_header = read_header(stream, buffer, parser, options_.header_timeout);
    boost::system::error_code failure = co_await std::move(reading_header);
    BodyShare share{options_, body_bytes_};
    if (!failure) {
      auto reading_body = read_body(stream, buffer, parser, share, options_);
      failure = co_await std::move(reading_body);
    }
    if (failure) {
      if (!deserves_reply(failure)) co_return;
      Malformed const kind = kind_of(failure);
      HttpResponse refusal;
      if (options_.malformed) refusal = options_.malformed(kind);
      refusal.status = status_of(kind);
      auto write = write_response(stream, refusal, false, true, options_.write_timeout);
      co_await std::move(write);
      co_return;
    }

    bool const keep_alive = parser.get().keep_alive();
    bool const head_only = parser.get().method() == http::verb::head;
    stream.expires_never();
    session->handling = true;
    HttpResponse response;
    {
      HangupWatch const watch{stream};
      HttpPeer peer;
      peer.process = session->peer;
      peer.hangup = watch.token();
      HttpRequest request = to_request(parser.release());
      auto handling = handler_(std::move(request), std::move(peer));
      response = co_await std::move(handling);
    }
    share.give_back();
    bool const close = response.close || !keep_alive || draining_;
    auto write = write_response(stream, response, head_only, close, options_.write_timeout);
    bool const whole = co_await std::move(write);
    if (!whole || close) co_return;
    session->busy = false;
    session->handling = false;
  }
}

}  // namespace agenta::daemon
