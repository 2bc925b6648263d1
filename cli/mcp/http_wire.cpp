#include "cli/mcp/http_wire.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>

#include "shared/base/text.hpp"

namespace agenta::mcp {
namespace {

namespace http = boost::beast::http;

constexpr int kPatienceMs = 60'000;
constexpr std::size_t kPiece = std::size_t{64} << 10;
constexpr std::uint32_t kMostHeaders = 64 << 10;

HttpRequest take(http::request<http::string_body> message) {
  HttpRequest out;
  out.method = std::string_view{message.method_string().data(), message.method_string().size()};
  out.target = std::string_view{message.target().data(), message.target().size()};
  out.keep_alive = message.keep_alive();
  for (auto const& field : message) {
    out.headers.emplace_back(
        to_lower(std::string_view{field.name_string().data(), field.name_string().size()}),
        trim(std::string_view{field.value().data(), field.value().size()}));
  }
  out.body = std::move(message.body());
  return out;
}

bool is_readable(int fd, int stop_fd, int timeout_ms) {
  std::array<pollfd, 2> watched{pollfd{fd, POLLIN, 0}, pollfd{stop_fd, POLLIN, 0}};
  int ready = 0;
  do ready = ::poll(watched.data(), watched.size(), timeout_ms);
  while (ready < 0 && errno == EINTR);
  return ready > 0 && watched[1].revents == 0;
}

}  // namespace

bool HttpRequest::has(std::string_view name) const {
  return std::ranges::find(headers, name, &std::pair<std::string, std::string>::first) != headers.end();
}

std::optional<std::string> HttpRequest::header(std::string_view name) const {
  if (std::ranges::count(headers, name, &std::pair<std::string, std::string>::first) != 1)
    return std::nullopt;
  return std::ranges::find(headers, name, &std::pair<std::string, std::string>::first)->second;
}

HttpWire::Read HttpWire::read(HttpRequest& request) {
  http::request_parser<http::string_body> parser;
  parser.eager(true);
  parser.header_limit(kMostHeaders);
  parser.body_limit(limits_.most_body);
  for (;;) {
    while (!buffer_.empty() && !parser.is_done()) {
      boost::system::error_code problem;
      std::size_t const used = parser.put(boost::asio::buffer(buffer_), problem);
      buffer_.erase(0, used);
      if (problem == http::error::need_more) break;
      if (problem == http::error::body_limit || problem == http::error::header_limit) return Read::too_large;
      if (problem) return Read::malformed;
    }
    if (parser.is_done()) {
      request = take(parser.release());
      return Read::request;
    }
    if (!is_readable(fd_, limits_.stop_fd, kPatienceMs)) return Read::closed;
    std::size_t const filled = buffer_.size();
    buffer_.resize(filled + kPiece);
    ssize_t const got = ::recv(fd_, buffer_.data() + filled, kPiece, 0);
    buffer_.resize(filled + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got <= 0) return Read::closed;
  }
}

bool HttpWire::write(std::string_view data) const {
  while (!data.empty()) {
    // The socket has a time limit of its own for sending.
    ssize_t const written = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool HttpWire::reply(unsigned status, Headers const& headers, std::string_view body, bool keep_alive) {
  auto const reason = http::obsolete_reason(static_cast<http::status>(status));
  std::string out =
      "HTTP/1.1 " + std::to_string(status) + " " + std::string{reason.data(), reason.size()} + "\r\n";
  for (auto const& [name, value] : headers) out.append(name).append(": ").append(value).append("\r\n");
  if (!body.empty()) out += "Content-Type: application/json\r\n";
  out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  out += keep_alive ? "\r\n" : "Connection: close\r\n\r\n";
  return write(out.append(body));
}

bool HttpWire::begin_events(Headers const& headers) {
  std::string out =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache, no-transform\r\n"
      "X-Accel-Buffering: no\r\nConnection: close\r\n";
  for (auto const& [name, value] : headers) out.append(name).append(": ").append(value).append("\r\n");
  return write(out + "\r\n");
}

bool HttpWire::event(std::string_view message) {
  return write("event: message\ndata: " + std::string{message} + "\n\n");
}

bool HttpWire::comment() { return write(":\n\n"); }

bool HttpWire::wait(int wake_fd, int timeout_ms, bool& timed_out) const {
  std::array<pollfd, 3> watched{pollfd{wake_fd, POLLIN, 0}, pollfd{limits_.stop_fd, POLLIN, 0},
                                pollfd{fd_, POLLRDHUP, 0}};
  int ready = 0;
  do ready = ::poll(watched.data(), watched.size(), timeout_ms);
  while (ready < 0 && errno == EINTR);
  timed_out = ready == 0;
  bool const is_there = watched[0].revents != 0 || (watched[1].revents == 0 && watched[2].revents == 0);
  return ready >= 0 && is_there;
}

}  // namespace agenta::mcp
