#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>
#include <utility>

namespace agenta::daemon {

/// A loop that runs on a thread of its own, as the daemon's runs on the main one.
class LoopThread {
 public:
  LoopThread() : thread_([this] { loop_.run(); }) {}
  ~LoopThread() { finish(); }
  LoopThread(LoopThread const&) = delete;
  LoopThread& operator=(LoopThread const&) = delete;

  boost::asio::io_context& loop() { return loop_; }
  boost::asio::any_io_executor executor() { return loop_.get_executor(); }

  /// Runs `work` on the loop thread and gives back what it says.
  template <class F>
  auto on_loop(F work) {
    std::packaged_task<decltype(work())()> task{std::move(work)};
    auto result = task.get_future();
    boost::asio::post(loop_, std::move(task));
    return result.get();
  }
  /// Waits until nothing is left to do on the loop.
  void finish() {
    guard_.reset();
    if (thread_.joinable()) thread_.join();
  }

 private:
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{loop_.get_executor()};
  std::thread thread_;
};

}  // namespace agenta::daemon
