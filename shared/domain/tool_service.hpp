#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/body.hpp"
#include "shared/domain/error.hpp"

namespace agenta {

/// One request of the socket API (contract §6), whoever makes it.
struct ServiceRequest {
  std::string method = "GET";
  std::string target{};                                ///< path and query, already encoded
  std::string body{};                                  ///< JSON, or empty
  std::optional<std::chrono::milliseconds> timeout{};  ///< end to end; none: the default of the method
  /// The `ETag` of the answer that the caller has from before; empty: none. While it is still the answer, the
  /// reply is 304 and has no body.
  std::string if_none_match{};
  bool operator==(ServiceRequest const&) const = default;
};

inline constexpr unsigned kNotModified = 304;

/// Its answer, when it was not an error.
struct ServiceReply {
  unsigned status = 200;
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};  ///< names in lower case
  std::optional<FileBody> file{};  ///< instead of `body`; never on the client's side
};

/// The port of the product: what agenta-tools can do, as requests of its socket API. The daemon's router
/// answers it in-process and `DaemonClient` answers it over the socket, so whoever holds one (a command, an
/// MCP server, an agent loop) cannot tell which, and every permission and policy is checked at one door.
/// Documents stay text: a caller that only prints does not parse; one that looks inside uses
/// `protocol/codec.hpp`.
class ToolService {
 public:
  virtual ~ToolService() = default;
  /// Blocks until the answer, the deadline or `stop`. An error document comes back as the `Error` it
  /// describes.
  virtual Result<ServiceReply> call(ServiceRequest const& request, std::stop_token stop) = 0;
  /// The same for an answer that may be larger than memory: its body goes to `sink` as it comes, and is empty
  /// in the reply. Nothing goes there where the answer is an error. A sink that says no ends the call as
  /// `CANCELLED`.
  virtual Result<ServiceReply> call_streaming(ServiceRequest const& request, BodySink const& sink,
                                              std::stop_token stop) {
    auto reply = call(request, stop);
    if (!reply) return reply;
    std::string const body = std::exchange(reply->body, {});
    if (!body.empty() && !sink(body)) return fail(ErrorCode::cancelled, "the answer was not taken");
    return reply;
  }
};

}  // namespace agenta
