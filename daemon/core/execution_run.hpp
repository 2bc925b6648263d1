#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "daemon/core/execution_flight.hpp"

namespace agenta::daemon {

/// One execution in steps: what blocks is in `next`, and between its steps nothing holds a thread. `next` by
/// one thread at a time. A run that goes away in the middle gives its turn back; its row stays as it is.
class Executions::Run {
 public:
  /// Whether its caller may be answered before the outcome is known.
  enum class MayLeave : bool { no, yes };
  Run(Executions& executions, Caller caller, ToolCall call, MayLeave may_leave);
  /// The same for what is no tool. `job` is the run's.
  Run(Executions& executions, Caller caller, Frame frame, std::unique_ptr<Job> job, MayLeave may_leave);
  ~Run();
  Run(Run const&) = delete;
  Run& operator=(Run const&) = delete;

  /// Wait until the key is woken, and at most so long; then call `next` again.
  struct Pause {
    std::string key{};
    std::chrono::milliseconds at_most{};
  };
  using Step = std::variant<Pause, Result<Execution>>;
  /// Goes on as far as it can without waiting for its turn. `rested`: the last pause lasted its whole time.
  Step next(bool rested);
  /// For a caller whose deadline has passed while `next` is at work: what to tell it, where the request is
  /// written and cannot be called back. The run goes on, and its outcome is recorded. Any thread.
  std::optional<Error> leave();

 private:
  enum class Stage { fresh, after_twin, asking, following, waiting, resting, over };

  Step start();
  Step look_for_earlier();
  Step pass_policy();
  std::optional<Step> refuse_denied();
  bool may_wait_for(ApprovalId const& id) const;
  Step redeem(ApprovalId const& id);
  Step ask();
  Step come_back(Approval const& approval);
  Step begin_waiting(ApprovalId const& id);
  Step await_approval();
  Step end_asking();
  Error unapproved(Approval const& approval) const;
  Step join();
  std::optional<Step> take_off();
  Step land_twin(Error error);
  Step follow();
  Step take_turn();
  Step send();
  Step attempt();
  Step after_attempt(ExecuteOutcome outcome);
  Step after_rest(bool rested);
  Step pause(SteadyTime until);
  Step end(ExecuteOutcome outcome);
  Step end_unsent(ErrorCode code, std::string message, std::optional<std::chrono::seconds> retry_after = {});
  Step give_up(Error error);
  std::optional<Step> stop_waiting(Turns::Turn::View const& view);
  Result<void> write_row(ExecutionState state);
  ExecuteOutcome worst(ExecuteOutcome outcome);
  bool is_own() const { return is_custom(record_.tool); }
  bool is_cancelled() const;
  void take_place();
  void let_go();
  void stop_asking(ApprovalDesk::Parting parting);

  Executions& owner_;
  Caller const caller_;
  Frame const frame_;
  std::unique_ptr<Job> const job_;
  MayLeave const may_leave_;
  std::shared_ptr<Flight> const flight_;
  Stage stage_ = Stage::fresh;
  Execution record_{};
  Plan plan_{};
  bool is_flying_ = false;
  bool has_passed_ = false;  ///< the policy, and whoever it wanted asked, let it run
  bool is_prepared_ = false;
  bool has_waited_ = false;      ///< for its turn, or for another's answer
  bool is_asking_ = false;       ///< it waits for the answer to its question
  bool has_conflicted_ = false;  ///< somebody else's row was there first
  std::shared_ptr<Turns::Turn> turn_{};
  std::shared_ptr<Flight> leader_{};  ///< the same read, whose answer is this one's too
  SteadyTime rest_until_{};
  std::optional<ExecuteOutcome> last_{};  ///< of the attempt before the rest
  /// Once an attempt may have had its effect, a later one that did not run changes nothing about that.
  std::optional<ExecuteOutcome> doubt_{};
};

}  // namespace agenta::daemon
