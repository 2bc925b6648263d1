#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace agenta::daemon {

/// Threads for work that blocks. They are started when work needs them, up to a bound, and end when nothing
/// was left for them for a while, so that a daemon holds what its load takes and not what its worst moment
/// took; beyond the bound work queues in order. The thread that waited the shortest is taken: its stack is
/// warm, and those that are too many are left to end. Any thread.
class WorkerPool {
 public:
  static constexpr std::chrono::milliseconds kPatience{10'000};

  /// `name` is what `ps -T` shows, at most 15 bytes. A thread ends after `patience` without work.
  WorkerPool(std::string name, std::size_t most_threads, std::chrono::milliseconds patience = kPatience)
      : name_(std::move(name)), most_threads_(most_threads), patience_(patience) {}
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
  std::size_t threads() const;

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
  using Threads = std::list<std::thread>;
  class Bench;
  using Seat = std::shared_ptr<Bench>;

  void enqueue(std::unique_ptr<Job> job);
  void start_thread();
  void serve(Threads::iterator self);
  std::unique_ptr<Job> next_job(Seat const& seat, Threads::iterator self);
  bool give_up(Seat const& seat, Threads::iterator self);

  std::string const name_;
  std::size_t const most_threads_;
  std::chrono::milliseconds const patience_;
  mutable std::mutex mutex_;
  std::deque<std::unique_ptr<Job>> jobs_;  // none while a thread is idle
  std::vector<Seat> idle_;
  Threads threads_;
  Threads ended_;  // to be joined by whoever comes next
  bool closing_ = false;
};

}  // namespace agenta::daemon
