#include "daemon/net/worker_pool.hpp"

#include <pthread.h>
#include <signal.h>

namespace agenta::daemon {

WorkerPool::~WorkerPool() {
  Threads threads;
  {
    std::lock_guard const guard{mutex_};
    closing_ = true;
    for (Waiting* const each : idle_) {
      each->woken = true;
      each->wake.notify_one();
    }
    idle_.clear();
    threads.swap(threads_);
    threads.splice(threads.end(), ended_);
  }
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
  {
    std::lock_guard const guard{mutex_};
    ended.swap(ended_);
    jobs_.push_back(std::move(job));
    if (!idle_.empty()) {
      Waiting* const taken = idle_.back();
      idle_.pop_back();
      taken->woken = true;
      taken->wake.notify_one();
    } else if (threads_.size() < most_threads_) {
      start_thread();
    }
  }
  for (std::thread& thread : ended) thread.join();  // they have let go of the mutex, or are about to
}

void WorkerPool::start_thread() {
  // Signals are the loop's: a worker that inherited an open mask could be the one a SIGTERM lands on.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  auto const self = threads_.emplace(threads_.end());
  *self = std::thread{[this, self] { serve(self); }};
  ::pthread_setname_np(self->native_handle(), name_.c_str());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void WorkerPool::serve(Threads::iterator self) {
  std::unique_lock lock{mutex_};
  for (;;) {
    while (!jobs_.empty()) {
      std::unique_ptr<Job> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job->run();
      job.reset();
      lock.lock();
    }
    if (closing_) return;
    if (!wait_for_work(lock)) break;
  }
  ended_.splice(ended_.end(), threads_, self);
}

/// False when there was none for so long that the thread may end.
bool WorkerPool::wait_for_work(std::unique_lock<std::mutex>& lock) {
  Waiting own;
  idle_.push_back(&own);
  if (own.wake.wait_for(lock, patience_, [&] { return own.woken; })) return true;
  std::erase(idle_, &own);
  return false;
}

}  // namespace agenta::daemon
