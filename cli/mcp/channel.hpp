#pragma once

#include <string>

namespace agenta::mcp {

/// Where what belongs to one request goes: the one output of stdio, or the reply to one HTTP request. Any
/// thread.
class Channel {
 public:
  virtual ~Channel() = default;
  /// Whether what `send` is given arrives: a client may take the answer alone.
  virtual bool carries_more() const { return true; }
  /// A notification, or a request of ours. May block while the other side does not read.
  virtual void send(std::string message) = 0;
  /// The answer; nothing of the request follows. `error_code` is 0 for a result.
  virtual void finish(std::string message, int error_code) = 0;
  /// The request was cancelled: no answer comes.
  virtual void drop() = 0;
};

}  // namespace agenta::mcp
