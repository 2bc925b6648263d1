#include "cli/mcp/worker_pool.hpp"

#include <algorithm>

namespace agenta::mcp {
namespace {

/// People are asked so much at once at most without keeping other work waiting.
constexpr std::size_t kMostResting = 256;

}  // namespace

thread_local WorkerPool* WorkerPool::of_this_thread_ = nullptr;

WorkerPool::Rest::Rest() : pool_(of_this_thread_) {
  if (pool_ == nullptr) return;
  std::lock_guard const guard{pool_->mutex_};
  ++pool_->resting_;
  pool_->add_thread();
}

WorkerPool::Rest::~Rest() {
  if (pool_ == nullptr) return;
  std::lock_guard const guard{pool_->mutex_};
  --pool_->resting_;
}

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
  add_thread();
  changed_.notify_all();
}

/// One more, where there is work for it; under the lock. Those that rest stand beside those that may work.
void WorkerPool::add_thread() {
  bool const has_room = threads_.size() < most_ + std::min(resting_, kMostResting);
  if (!closed_ && idle_ < queue_.size() && has_room) threads_.emplace_back([this] { run(); });
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
  of_this_thread_ = this;
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
