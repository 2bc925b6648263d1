#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "cli/mcp/channel.hpp"
#include "cli/mcp/wake_pipe.hpp"

namespace agenta::mcp {

/// The one writer of a descriptor: whole messages, a line each, in the order in which they were sent. Any
/// thread may send; whoever sends faster than the other side reads waits, so that memory is bounded.
class Outbox final : public Channel {
 public:
  /// `on_broken` is called once, on the writer's thread, when nobody can read any more: with the system's
  /// error number, or 0 where it was given up.
  Outbox(int fd, std::function<void(int error)> on_broken);
  ~Outbox() override;
  Outbox(Outbox const&) = delete;
  Outbox& operator=(Outbox const&) = delete;

  void send(std::string message) override;
  void finish(std::string message, int) override { send(std::move(message)); }
  void drop() override {}
  /// Takes no more, and writes what is there for at most `patience`.
  void close(std::chrono::milliseconds patience);

 private:
  void run();
  /// 0, or why not all of it could be written; `ECANCELED` where it was given up.
  int write(std::string_view data);
  bool is_over();

  int fd_;
  bool is_socket_;
  std::function<void(int)> on_broken_;
  WakePipe wake_{};
  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::deque<std::string> queue_{};
  std::size_t queued_bytes_ = 0;
  bool closing_ = false;
  bool broken_ = false;
  bool idle_ = true;
  bool abandoned_ = false;
  std::thread writer_{};
};

}  // namespace agenta::mcp
