#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace agenta::daemon {

/// Threads for work that blocks. They are started when work needs them, up to a bound, so that an idle daemon
/// holds none it never used; beyond the bound work queues in order. Any thread.
class WorkerPool {
 public:
  /// `name` is what `ps -T` shows, at most 15 bytes.
  WorkerPool(std::string name, std::size_t most_threads)
      : name_(std::move(name)), most_threads_(most_threads) {}
  /// Runs what is queued, then joins.
  ~WorkerPool();
  WorkerPool(WorkerPool const&) = delete;
  WorkerPool& operator=(WorkerPool const&) = delete;

  /// Runs `job()` once on one of the threads. It must not throw.
  template <class F>
  void post(F job) {
    enqueue(std::make_unique<Task<F>>(std::move(job)));
  }

  std::size_t queued() const;

 private:
  struct Job {
    virtual ~Job() = default;
    virtual void run() = 0;
  };
  template <class F>
  struct Task final : Job {
    explicit Task(F f) : work(std::move(f)) {}
    void run() override { work(); }
    F work;
  };

  void enqueue(std::unique_ptr<Job> job);
  void serve();

  std::string const name_;
  std::size_t const most_threads_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

}  // namespace agenta::daemon
