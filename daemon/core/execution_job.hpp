#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/core/executions.hpp"

namespace agenta::daemon {

/// What a run is told of its call, whatever it does.
struct Executions::Frame {
  ExecutionId id{};  ///< empty: the daemon's
  std::string idempotency_key{};
  std::optional<BatchItem> batch{};
  std::string session{};
  std::string trace_id{};
  ApprovalId approval{};
  OnAsk on_ask = OnAsk::wait;
  RetryRule retry = RetryRule::when_safe;
  bool dry_run = false;
};

/// What is settled before anything is written: as whom, through which connection, and when it may be sent
/// again.
struct Executions::Plan {
  ProviderAccess access{};
  store::Project project{};
  std::optional<Connection> connection{};
  ToolHints hints{};
  std::string subject{};  ///< what messages call it
  std::string version{};  ///< of the tool, where approvals are of one alone; empty: they are of the newest
  std::shared_ptr<OpenSession const> session{};  ///< in which it runs; null: none, and no policy is asked
  JsonText judged{};                             ///< what the session's policy sees of the arguments
  ToolHints judged_hints{};                      ///< and what it believes of the effects
};

/// What is done when the turn has come: running a tool, or making a raw request. Of one run, which asks it
/// from one thread at a time; `plan` comes first.
class Executions::Job {
 public:
  virtual ~Job() = default;
  /// Fills in what the row says of it. An error before `record.project` is known is not journaled.
  virtual Result<Plan> plan(Caller const& caller, Execution& record) = 0;
  /// What is needed before the first sending, and has no effect at the service.
  virtual Result<void> prepare(ProviderCall const&, Plan const&, Execution const&) { return {}; }
  /// Called when the request is written whole; until when its answer is then awaited.
  struct Patience {
    std::optional<SteadyTime> answer_by{};
    std::function<void()> on_written{};
  };
  /// Sends at most once.
  virtual ExecuteOutcome send(ProviderCall const& call, Patience const& patience) = 0;
  /// Whether an answer came that is no tool's result: it is an answer, whatever it says.
  virtual bool has_answer() const { return false; }
  /// That answer, as the row tells it.
  virtual void tell_answer(Execution&) const {}
};

}  // namespace agenta::daemon
