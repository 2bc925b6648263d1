#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
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
  std::chrono::milliseconds head{10'000};  ///< for the whole of a request's head, however it trickles
  std::chrono::milliseconds body{30'000};  ///< for the whole of its body
  std::chrono::milliseconds idle{60'000};  ///< between two requests
};

class HttpWire {
 public:
  HttpWire(int fd, HttpLimits limits) : fd_(fd), limits_(limits) {}

  enum class Read { request, refused, closed, too_large, malformed };
  /// Whether a request is let in, by its head alone. Who refuses has answered.
  using Admit = std::function<bool(HttpRequest const& head)>;
  /// The next request of the connection. Nothing of a body is read before `admit` lets it in. `closed` too
  /// where it takes longer than it may, or all ends.
  Read read(HttpRequest& request, Admit const& admit);
  /// Ends the conversation, and takes what is still on its way for a moment: a reply is lost where the
  /// connection is closed over bytes that nobody read.
  void hang_up() const;

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
  using Deadline = std::chrono::steady_clock::time_point;
  bool fill(Deadline deadline);
  bool write(std::string_view data) const;

  int fd_;
  HttpLimits limits_;
  std::string buffer_{};  ///< what came after the last request
  bool is_first_ = true;
};

}  // namespace agenta::mcp
