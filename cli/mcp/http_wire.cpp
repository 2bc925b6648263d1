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

constexpr std::size_t kPiece = std::size_t{64} << 10;
constexpr std::uint32_t kMostHeaders = 64 << 10;

HttpRequest take_head(http::request<http::string_body> const& message) {
  HttpRequest out;
  out.method = std::string_view{message.method_string().data(), message.method_string().size()};
  out.target = std::string_view{message.target().data(), message.target().size()};
  out.keep_alive = message.keep_alive();
  for (auto const& field : message) {
    out.headers.emplace_back(
        to_lower(std::string_view{field.name_string().data(), field.name_string().size()}),
        trim(std::string_view{field.value().data(), field.value().size()}));
  }
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

/// More of what comes, in `buffer_`. False where nothing more comes in time.
bool HttpWire::fill(Deadline deadline) {
  auto const left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  if (left <= 0 || !is_readable(fd_, limits_.stop_fd, static_cast<int>(left))) return false;
  std::size_t const filled = buffer_.size();
  buffer_.resize(filled + kPiece);
  ssize_t const got = ::recv(fd_, buffer_.data() + filled, kPiece, 0);
  buffer_.resize(filled + (got > 0 ? static_cast<std::size_t>(got) : 0));
  return got > 0;
}

HttpWire::Read HttpWire::read(HttpRequest& request, Admit const& admit) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(kMostHeaders);
  parser.body_limit(limits_.most_body);
  auto const now = [] { return std::chrono::steady_clock::now(); };
  // Whoever has been let in before may take its time until it has something to say.
  if (!is_first_ && buffer_.empty() && !fill(now() + limits_.idle)) return Read::closed;
  is_first_ = false;
  Deadline deadline = now() + limits_.head;
  for (;;) {
    while (!buffer_.empty() && !parser.is_done()) {
      boost::system::error_code problem;
      // Without eagerness it stops at the head's end.
      std::size_t const used = parser.put(boost::asio::buffer(buffer_), problem);
      buffer_.erase(0, used);
      if (problem == http::error::need_more) break;
      if (problem == http::error::body_limit || problem == http::error::header_limit) return Read::too_large;
      if (problem) return Read::malformed;
      if (!parser.is_header_done() || parser.eager()) continue;
      request = take_head(parser.get());
      if (!admit(request)) return Read::refused;
      parser.eager(true);
      deadline = now() + limits_.body;
    }
    if (parser.is_done()) {
      request.body = std::move(parser.get().body());
      return Read::request;
    }
    if (!fill(deadline)) return Read::closed;
  }
}

void HttpWire::hang_up() const {
  constexpr std::chrono::seconds kMoment{1};
  ::shutdown(fd_, SHUT_WR);
  std::array<char, std::size_t{16} << 10> thrown_away{};
  auto const end = std::chrono::steady_clock::now() + kMoment;
  for (;;) {
    auto const left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0 || !is_readable(fd_, limits_.stop_fd, static_cast<int>(left))) break;
    if (::recv(fd_, thrown_away.data(), thrown_away.size(), 0) <= 0) break;
  }
  ::shutdown(fd_, SHUT_RDWR);
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
