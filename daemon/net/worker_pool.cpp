#include "daemon/net/worker_pool.hpp"

#include <pthread.h>
#include <signal.h>

#include <cerrno>
#include <condition_variable>
#include <system_error>

namespace agenta::daemon {

/// Where an idle thread waits. It is handed its job here, under a lock of its own, and woken after: it meets
/// nobody when it wakes. Shared, since it may have gone on before the one that woke it has returned from
/// that.
class WorkerPool::Bench {
 public:
  void hand(std::unique_ptr<Job> job) {
    {
      std::lock_guard const guard{mutex_};
      job_ = std::move(job);
      called_ = true;
    }
    changed_.notify_one();
  }
  /// Whether it was called within that time: with a job, or with none, which is the end.
  bool wait(std::chrono::milliseconds patience) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, [this] { return called_; });
  }
  std::unique_ptr<Job> take() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return called_; });
    called_ = false;
    return std::move(job_);
  }

 private:
  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::unique_ptr<Job> job_{};
  bool called_ = false;
};

WorkerPool::~WorkerPool() {
  Threads threads;
  std::vector<Seat> idle;
  {
    std::lock_guard const guard{mutex_};
    closing_ = true;
    idle.swap(idle_);
    threads.swap(threads_);
    threads.splice(threads.end(), ended_);
  }
  for (Seat const& each : idle) each->hand(nullptr);
  for (std::thread& thread : threads) thread.join();
}

std::size_t WorkerPool::queued() const {
  std::lock_guard const guard{mutex_};
  return jobs_.size();
}

std::size_t WorkerPool::threads() const {
  std::lock_guard const guard{mutex_};
  return threads_.size();
}

void WorkerPool::enqueue(std::unique_ptr<Job> job) {
  Threads ended;
  Seat taken;
  {
    std::lock_guard const guard{mutex_};
    if (!idle_.empty()) {
      taken = std::move(idle_.back());
      idle_.pop_back();
    } else {
      jobs_.push_back(std::move(job));
      if (threads_.size() < most_threads_) start_thread();
    }
    ended.swap(ended_);
  }
  if (taken) taken->hand(std::move(job));
  for (std::thread& thread : ended) thread.join();  // they have let go of the mutex, or are about to
}

void WorkerPool::start_thread() {
  // Signals are the loop's: a worker that inherited an open mask could be the one a SIGTERM lands on.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  auto const self = threads_.emplace(threads_.end());
  try {
    *self = std::thread{[this, self] { serve(self); }};
    ::pthread_setname_np(self->native_handle(), name_.c_str());
  } catch (std::system_error const&) {  // the machine has no more: those that run take the job in its turn
    threads_.erase(self);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (threads_.empty()) {
    jobs_.pop_back();
    throw std::system_error{EAGAIN, std::generic_category(), "no thread can be started"};
  }
}

void WorkerPool::serve(Threads::iterator self) {
  auto const seat = std::make_shared<Bench>();
  while (std::unique_ptr<Job> job = next_job(seat, self)) job->run();
}

/// None: the thread ends.
std::unique_ptr<WorkerPool::Job> WorkerPool::next_job(Seat const& seat, Threads::iterator self) {
  {
    std::lock_guard const guard{mutex_};
    if (!jobs_.empty()) {
      std::unique_ptr<Job> job = std::move(jobs_.front());
      jobs_.pop_front();
      return job;
    }
    if (closing_) return nullptr;
    idle_.push_back(seat);
  }
  if (!seat->wait(patience_) && give_up(seat, self)) return nullptr;
  return seat->take();
}

/// Not where it was called at the last moment: then its job is on the way.
bool WorkerPool::give_up(Seat const& seat, Threads::iterator self) {
  std::lock_guard const guard{mutex_};
  if (std::erase(idle_, seat) == 0) return false;
  ended_.splice(ended_.end(), threads_, self);
  return true;
}

}  // namespace agenta::daemon
