#include "cli/mcp/worker_pool.hpp"

namespace agenta::mcp {

WorkerPool::WorkerPool(std::size_t most, MakeService make_service)
    : most_(most), make_service_(std::move(make_service)) {}

WorkerPool::~WorkerPool() {
  close();
  for (std::thread& each : threads_) each.join();
}

void WorkerPool::post(Work work) {
  std::lock_guard const guard{mutex_};
  if (closed_) return;
  queue_.push_back(std::move(work));
  if (idle_ < queue_.size() && threads_.size() < most_) threads_.emplace_back([this] { run(); });
  changed_.notify_all();
}

void WorkerPool::drain(std::chrono::milliseconds patience) {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, patience, [this] { return queue_.empty() && idle_ == threads_.size(); });
}

void WorkerPool::close() {
  std::deque<Work> dropped;
  std::lock_guard const guard{mutex_};
  closed_ = true;
  dropped.swap(queue_);
  changed_.notify_all();
}

void WorkerPool::run() {
  auto const service = make_service_();
  std::unique_lock lock{mutex_};
  for (;;) {
    ++idle_;
    changed_.notify_all();  // whoever drains
    changed_.wait(lock, [this] { return !queue_.empty() || closed_; });
    --idle_;
    if (closed_) return;
    Work work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work(*service);
    work = nullptr;
    lock.lock();
  }
}

}  // namespace agenta::mcp
