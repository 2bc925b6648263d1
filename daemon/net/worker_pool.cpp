#include "daemon/net/worker_pool.hpp"

#include <pthread.h>
#include <signal.h>

namespace agenta::daemon {

WorkerPool::~WorkerPool() {
  {
    std::lock_guard const guard{mutex_};
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::size_t WorkerPool::queued() const {
  std::lock_guard const guard{mutex_};
  return jobs_.size();
}

void WorkerPool::enqueue(std::unique_ptr<Job> job) {
  std::lock_guard const guard{mutex_};
  jobs_.push_back(std::move(job));
  if (idle_ >= jobs_.size() || threads_.size() == most_threads_) {
    wake_.notify_one();
    return;
  }
  // Signals are the loop's: a worker that inherited an open mask could be the one a SIGTERM lands on.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  threads_.emplace_back([this] { serve(); });
  ::pthread_setname_np(threads_.back().native_handle(), name_.c_str());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void WorkerPool::serve() {
  std::unique_lock lock{mutex_};
  for (;;) {
    ++idle_;
    wake_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) return;
    std::unique_ptr<Job> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job->run();
    job.reset();
    lock.lock();
  }
}

}  // namespace agenta::daemon
