#include "cli/command/loopback_http.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/base/unique_fd.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kMostReply = 16 << 20;

struct Endpoint {
  sockaddr_storage address{};
  socklen_t size = 0;
  std::string host{};
};

std::optional<Endpoint> parse_endpoint(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  std::size_t const colon = url.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view const host = url.substr(0, colon);
  std::string_view const digits = url.substr(colon + 1);
  std::uint16_t port = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;

  Endpoint endpoint;
  endpoint.host = url;
  if (host == "[::1]") {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    address.sin6_port = htons(port);
    std::memcpy(&endpoint.address, &address, endpoint.size = sizeof address);
  } else if (host == "127.0.0.1" || host == "localhost") {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    std::memcpy(&endpoint.address, &address, endpoint.size = sizeof address);
  } else {
    return std::nullopt;
  }
  return endpoint;
}

unexpected<Error> unreachable(std::string_view url, int number) {
  return fail(ErrorCode::provider_unavailable,
              "the sandbox at " + std::string{url} + " cannot be reached: " + std::strerror(number),
              {"agenta-tools", "sandbox", "serve", "--port", "0"});
}

/// The message in an error body: Composio's shape, or the text itself.
std::string words_of(std::string const& body) {
  if (!protocol::is_json(body)) return body.substr(0, 200);
  auto const message = protocol::find_pointer(body, "/error/message");
  return message ? protocol::read_string(*message).value_or(body) : body;
}

Result<std::string> exchange(int fd, std::string_view url, std::string_view request) {
  while (!request.empty()) {
    ssize_t const sent = ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return unreachable(url, errno);
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
  std::string reply;
  std::array<char, 16384> buffer{};
  for (;;) {
    ssize_t const got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreachable(url, errno == EAGAIN ? ETIMEDOUT : errno);
    if (got == 0) return reply;
    reply.append(buffer.data(), static_cast<std::size_t>(got));
    if (reply.size() > kMostReply) return unreachable(url, EFBIG);
  }
}

}  // namespace

Result<std::string> call_loopback(std::string_view base_url, std::string_view method, std::string_view path,
                                  std::string_view body, std::chrono::milliseconds patience) {
  auto const endpoint = parse_endpoint(base_url);
  if (!endpoint) {
    return fail(ErrorCode::usage, "--url takes http://127.0.0.1:PORT, where `sandbox serve` says it serves");
  }
  UniqueFd const fd{::socket(endpoint->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!fd) return unreachable(base_url, errno);
  timeval limit{};
  limit.tv_sec = static_cast<time_t>(patience.count() / 1000);
  limit.tv_usec = static_cast<suseconds_t>(patience.count() % 1000 * 1000);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(fd.get(), reinterpret_cast<sockaddr const*>(&endpoint->address), endpoint->size) != 0) {
    return unreachable(base_url, errno);
  }

  std::string request =
      std::string{method}.append(" ").append(path).append(" HTTP/1.1\r\nHost: ").append(endpoint->host);
  // `close`: the end of the stream is the end of the reply, whose framing need not be read.
  request.append("\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ");
  request.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  AGENTA_TRY(auto const reply, exchange(fd.get(), base_url, request));

  std::size_t const head = reply.find("\r\n\r\n");
  if (head == std::string::npos || !reply.starts_with("HTTP/1.")) return unreachable(base_url, EPROTO);
  int status = 0;
  std::from_chars(reply.data() + reply.find(' ') + 1, reply.data() + head, status);
  std::string content = reply.substr(head + 4);
  constexpr int kFirstError = 400;
  if (status >= kFirstError)
    return fail(ErrorCode::invalid_request, "the sandbox says: " + words_of(content));
  return content;
}

}  // namespace agenta::cli
