#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/clock.hpp"

namespace agenta::daemon {

/// One request of a declared tool.
struct WebRequest {
  std::string base_url{};  ///< `https://host:port`
  std::string method = "GET";
  std::string target{};  ///< path and query, encoded
  std::vector<std::pair<std::string, std::string>> fields{};
  std::string body{};
  SteadyTime deadline = SteadyTime::max();
  std::stop_token stop{};
  std::size_t most_output = 0;  ///< bytes of the reply's body
  bool only_public = true;      ///< no address that is not on the public internet
};

struct WebReply {
  /// How far it got: only what was not sent can be sent again.
  enum class Fate { not_sent, unknown, replied };
  enum class Trouble { none, unreachable, refused, too_large, timed_out, stopped };
  Fate fate = Fate::not_sent;
  Trouble trouble = Trouble::none;
  std::string detail{};  ///< the trouble, for a person; holds no field and no query
  unsigned status = 0;   ///< when `replied`
  std::string body{};
};

/// What sends requests for declared tools. Sends each at most once, follows no redirect, verifies
/// certificates. Blocks; any thread.
class WebClient {
 public:
  virtual ~WebClient() = default;
  virtual WebReply send(WebRequest const& request) = 0;
};

}  // namespace agenta::daemon
