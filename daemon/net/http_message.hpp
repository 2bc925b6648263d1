#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/body.hpp"

namespace agenta::daemon {

/// Names compare without regard to case; order and duplicates are kept.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;
std::optional<std::string_view> find_header(HttpHeaders const& headers, std::string_view name);

struct HttpRequest {
  std::string method{};
  std::string target{};  ///< as sent: path and query, still encoded
  HttpHeaders headers{};
  std::string body{};

  /// The target up to `?`, still encoded.
  std::string_view path() const;
  /// The target after `?`, or nothing.
  std::string_view query() const;
};

/// What becomes of the bytes of a reply; anything but `whole` is for the sandbox's planted faults.
enum class Delivery : std::uint8_t {
  whole,
  reset,      ///< close the connection with a reset and send nothing
  truncated,  ///< announce the whole length, send half of the body, close
};

struct HttpResponse {
  unsigned status = 200;
  HttpHeaders headers{};  ///< Content-Length, Connection and Date are the session's own
  std::string body{};
  std::optional<FileBody> file{};  ///< instead of `body`: read piece by piece as the peer takes it
  bool close = false;              ///< end the connection after this reply
  std::chrono::milliseconds delay{0};
  Delivery delivery = Delivery::whole;
};

}  // namespace agenta::daemon
