#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "cli/command/context.hpp"
#include "shared/protocol/codec_approval.hpp"

namespace agenta::cli {

/// Looks after a question while somebody at the terminal thinks about it, from a thread of its own: it may be
/// answered elsewhere, withdrawn, or run out of time.
class AnswerWatch {
 public:
  struct Options {
    /// A service of its own for the thread.
    std::function<std::unique_ptr<ToolService>()> make_service{};
    /// Whether the call is made here: then the question is withdrawn once nobody looks after it any more,
    /// however this program ends.
    bool is_ours = false;
    /// When whoever asked stops waiting, in any case.
    std::optional<std::chrono::steady_clock::time_point> until{};
  };
  AnswerWatch(Approval const& approval, Options options);
  /// Ends the connection, and with it what is ours.
  ~AnswerWatch();
  AnswerWatch(AnswerWatch const&) = delete;
  AnswerWatch& operator=(AnswerWatch const&) = delete;

  /// Requested once nobody's answer is needed any more.
  std::stop_token settled() const { return settled_.get_token(); }
  /// The question as it was settled; nothing where it was not, or the time was over before.
  std::optional<Approval> outcome() const;

 private:
  void watch(std::stop_token const& stop);
  ServiceRequest next_request() const;
  bool is_late() const;
  void rest(std::stop_token const& stop);
  void settle(std::optional<Approval> outcome);

  ApprovalId const id_;
  WallTime const expires_at_;
  Options const options_;
  mutable std::mutex mutex_{};
  std::condition_variable_any wake_{};
  std::optional<Approval> outcome_{};
  std::stop_source settled_{};
  std::jthread thread_{};
};

}  // namespace agenta::cli
