#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// HTTP/1.1 on a connected socket, as much of it as one door needs. Blocking, one thread a connection.
namespace agenta::mcp {

struct HttpRequest {
  std::string method{};
  std::string target{};
  std::vector<std::pair<std::string, std::string>> headers{};  ///< names in lower case
  std::string body{};
  bool keep_alive = true;

  /// The value of a header; none where it is missing, or comes more than once.
  std::optional<std::string> header(std::string_view name) const;
  bool has(std::string_view name) const;
};

/// What a connection polls beside its socket: readable once all is to end.
struct HttpLimits {
  int stop_fd = -1;
  std::size_t most_body = 0;
};

class HttpWire {
 public:
  HttpWire(int fd, HttpLimits limits) : fd_(fd), limits_(limits) {}

  enum class Read { request, closed, too_large, malformed };
  /// The next request of the connection; `closed` too where it stays away for a minute, or all ends.
  Read read(HttpRequest& request);

  using Headers = std::vector<std::pair<std::string_view, std::string>>;
  /// A whole reply. False where the other side is gone.
  bool reply(unsigned status, Headers const& headers, std::string_view body, bool keep_alive);
  /// A reply of events, which ends with the connection.
  bool begin_events(Headers const& headers);
  bool event(std::string_view message);
  bool comment();

  /// Waits until `wake_fd` is readable; false where the client has gone, or all is to end.
  bool wait(int wake_fd, int timeout_ms, bool& timed_out) const;

 private:
  bool write(std::string_view data) const;

  int fd_;
  HttpLimits limits_;
  std::string buffer_{};  ///< what came after the last request
};

}  // namespace agenta::mcp
