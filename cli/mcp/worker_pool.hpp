#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "shared/domain/tool_service.hpp"

namespace agenta::mcp {

using MakeService = std::function<std::unique_ptr<ToolService>()>;

/// Threads that are made when work needs them, `most` at once; further work waits in its order. Each has a
/// service of its own. Any thread may post. Work never throws and ends soon after its own stop is requested.
class WorkerPool {
 public:
  using Work = std::function<void(ToolService&)>;

  WorkerPool(std::size_t most, MakeService make_service);
  /// Drops what has not begun, and waits for what has.
  ~WorkerPool();
  WorkerPool(WorkerPool const&) = delete;
  WorkerPool& operator=(WorkerPool const&) = delete;

  void post(Work work);
  /// Made by work that waits for a person: while it is there another thread may work in its place. Outside of
  /// a pool it does nothing.
  class Rest {
   public:
    Rest();
    ~Rest();
    Rest(Rest const&) = delete;
    Rest& operator=(Rest const&) = delete;

   private:
    WorkerPool* pool_;
  };
  /// Waits until all is done, at most `patience`.
  void drain(std::chrono::milliseconds patience);
  /// Drops what has not begun; nothing posted later is done.
  void close();

 private:
  void run();
  void add_thread();

  static thread_local WorkerPool* of_this_thread_;
  std::size_t most_;
  std::size_t resting_ = 0;
  MakeService make_service_;
  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::deque<Work> queue_{};
  std::vector<std::thread> threads_{};
  std::size_t idle_ = 0;
  bool closed_ = false;
};

}  // namespace agenta::mcp
