#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "cli/browse/question.hpp"

namespace agenta::cli::browse {

/// Asks a source on a thread of its own, so that who draws and reads keys never waits. Any thread.
class Requester {
 public:
  /// `deliver` takes the answers, on that thread. A question that is typed waits for `pause`: while a person
  /// types, only where he pauses is asked for.
  Requester(Source source, std::function<void(Answer)> deliver, std::chrono::milliseconds pause);
  /// Calls off what is being asked, and waits for the source to return.
  ~Requester();
  Requester(Requester const&) = delete;
  Requester& operator=(Requester const&) = delete;

  /// Asks these after those that are waiting; with `forgets`, in place of them and of the one being asked,
  /// whose answer is not delivered any more.
  void ask(std::vector<Question> questions, bool forgets);

 private:
  void work(std::stop_token const& stop);
  bool wait_for_question(std::unique_lock<std::mutex>& lock, std::stop_token const& stop);

  Source source_;
  std::function<void(Answer)> deliver_;
  std::chrono::milliseconds pause_;
  std::mutex mutex_{};
  std::condition_variable_any changed_{};
  std::deque<Question> waiting_{};
  std::uint64_t generation_ = 0;  ///< how often everything was forgotten
  std::stop_source current_{};    ///< of the question being asked
  std::jthread thread_{};         ///< last: it uses the rest
};

}  // namespace agenta::cli::browse
