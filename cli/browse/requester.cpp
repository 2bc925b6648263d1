#include "cli/browse/requester.hpp"

#include <signal.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <string>
#include <utility>

namespace agenta::cli::browse {
namespace {

Result<Content> ask_guarded(Source const& source, Question const& question, std::stop_token const& stop) {
  try {
    return source(question, stop);
  } catch (std::exception const& bug) {
    return fail(ErrorCode::internal, std::string{"a bug in agenta-tools: "} + bug.what());
  }
}

}  // namespace

Requester::Requester(Source source, std::function<void(Answer)> deliver, std::chrono::milliseconds pause)
    : source_(std::move(source)), deliver_(std::move(deliver)), pause_(pause) {
  // Signals are for the thread that has the screen.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::jthread{[this](std::stop_token const& stop) { work(stop); }};
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Requester::~Requester() {
  thread_.request_stop();
  ask({}, true);
}

void Requester::ask(std::vector<Question> questions, bool forgets) {
  std::stop_source abandoned{std::nostopstate};
  {
    std::lock_guard const guard{mutex_};
    if (forgets) {
      ++generation_;
      waiting_.clear();
      abandoned = current_;
    }
    std::ranges::move(questions, std::back_inserter(waiting_));
  }
  abandoned.request_stop();
  changed_.notify_one();
}

/// Waits until the first waiting question may be asked; false at the end.
bool Requester::wait_for_question(std::unique_lock<std::mutex>& lock, std::stop_token const& stop) {
  for (;;) {
    if (!changed_.wait(lock, stop, [&] { return !waiting_.empty(); })) return false;
    if (!waiting_.front().is_typed) return true;
    std::uint64_t const generation = generation_;
    bool const was_forgotten =
        changed_.wait_for(lock, stop, pause_, [&] { return generation_ != generation; });
    if (stop.stop_requested()) return false;
    if (!was_forgotten) return true;
  }
}

void Requester::work(std::stop_token const& stop) {
  std::unique_lock lock{mutex_};
  while (wait_for_question(lock, stop)) {
    Question const question = std::move(waiting_.front());
    waiting_.pop_front();
    std::uint64_t const generation = generation_;
    current_ = std::stop_source{};
    auto const token = current_.get_token();
    lock.unlock();
    Answer answer;
    answer.id = question.id;
    answer.content = ask_guarded(source_, question, token);
    lock.lock();
    if (generation == generation_) deliver_(std::move(answer));
  }
}

}  // namespace agenta::cli::browse
