#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <thread>

#include "cli/mcp/wake_pipe.hpp"

namespace agenta::mcp {

/// Watches, while something else is done, whether the client at the other end of a descriptor has gone
/// without having said anything: then `stop` is requested. Reads nothing. For the time before messages are
/// read.
class EndOfInput {
 public:
  /// `also`: requested, it requests `stop` too.
  EndOfInput(int fd, std::stop_token also);
  ~EndOfInput();
  EndOfInput(EndOfInput const&) = delete;
  EndOfInput& operator=(EndOfInput const&) = delete;

  std::stop_token stop() const { return source_.get_token(); }
  bool has_come() const { return has_come_; }

 private:
  void watch(int fd);

  std::stop_source source_{};
  std::stop_callback<std::function<void()>> on_stop_;
  std::atomic<bool> has_come_ = false;
  WakePipe wake_{};
  std::thread watcher_;
};

}  // namespace agenta::mcp
