#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "daemon/core/approvals.hpp"

namespace agenta::daemon {

/// Somebody at a terminal thinks about a question: waits in steps for its answer, in the place of the call
/// that was told to come back for it. Ends as the question stands, at the latest at the caller's deadline;
/// with a caller who hangs up the question is withdrawn. `next` by one thread at a time.
class AnswerWait {
 public:
  AnswerWait(Approvals& approvals, Caller caller, ApprovalId id)
      : approvals_(approvals), caller_(std::move(caller)), id_(std::move(id)) {}
  ~AnswerWait() { stop(ApprovalDesk::Parting::unwanted); }
  AnswerWait(AnswerWait const&) = delete;
  AnswerWait& operator=(AnswerWait const&) = delete;

  /// Wait until the key is woken, and at most so long; then call `next` again.
  struct Pause {
    std::string key{};
    std::chrono::milliseconds at_most{};
  };
  using Step = std::variant<Pause, Result<Approval>>;
  Step next(bool rested);
  /// No step takes its time.
  std::optional<Error> leave() { return std::nullopt; }

 private:
  void stop(ApprovalDesk::Parting parting);

  Approvals& approvals_;
  Caller const caller_;
  ApprovalId const id_;
  bool has_begun_ = false;
  bool is_waiting_ = false;
};

}  // namespace agenta::daemon
