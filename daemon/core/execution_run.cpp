#include "daemon/core/execution_run.hpp"

#include <utility>

#include "daemon/core/outcome_words.hpp"
#include "daemon/core/tool_job.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
Executions::Run::Run(Executions& executions, Caller caller, ToolCall call, MayLeave may_leave)
    : Run(executions, std::move(caller), ToolJob::frame_of(call), std::make_unique<ToolJob>(executions, call),
          may_leave) {}

Executions::Run::Run(Executions& executions, Caller caller, Frame frame, std::unique_ptr<Job> job,
                     MayLeave may_leave)
    : owner_(executions),
      caller_(std::move(caller)),
      frame_(std::move(frame)),
      job_(std::move(job)),
      may_leave_(may_leave),
      flight_(std::make_shared<Flight>(owner_.own_id(caller_, frame_.id))) {}

Executions::Run::~Run() {
  stop_asking(ApprovalDesk::Parting::unwanted);
  let_go();
  if (is_flying_) owner_.end_flight(flight_->id);
}

Executions::Run::Step Executions::Run::next(bool rested) {
  switch (stage_) {
    case Stage::fresh: return start();
    case Stage::after_twin: return look_for_earlier();
    case Stage::asking: return await_approval();
    case Stage::following: return follow();
    case Stage::waiting: return take_turn();
    case Stage::resting: return after_rest(rested);
    case Stage::over: break;
  }
  return fail(ErrorCode::internal, "the execution is over");
}

Executions::Run::Step Executions::Run::start() {
  owner_.write_unsettled();
  record_.id = flight_->id;
  if (!is_uuid(record_.id.text)) return fail(ErrorCode::invalid_request, "the execution id is not a UUID");
  constexpr std::size_t kLongestKey = 255;
  if (frame_.idempotency_key.size() > kLongestKey ||
      (!frame_.idempotency_key.empty() && trim(frame_.idempotency_key).empty())) {
    return fail(ErrorCode::invalid_request, "an idempotency key is 1 to 255 characters, and not all blank");
  }
  record_.actor = caller_.actor;
  record_.batch = frame_.batch;
  // Who came by a session's socket is in that one, whatever is said.
  if (caller_.session.empty()) record_.session = frame_.session;
  record_.trace_id = frame_.trace_id;
  record_.started_at = owner_.clock_.wall();
  record_.idempotency_key = frame_.idempotency_key;

  auto planned = job_->plan(caller_, record_);
  if (!planned) {
    if (record_.project.empty() || frame_.dry_run) return fail(std::move(planned).error());
    return give_up(std::move(planned).error());
  }
  plan_ = std::move(*planned);
  if (frame_.dry_run) {
    record_.dry_run = true;
    return Result<Execution>{std::move(record_)};
  }
  return look_for_earlier();
}

/// A repeated key, or a line of a batch that was run before, is answered with what came of it.
Executions::Run::Step Executions::Run::look_for_earlier() {
  auto earlier = owner_.find_earlier(plan_, record_);
  if (!earlier) return Result<Execution>{fail(std::move(earlier).error())};
  if (earlier->answer) return Result<Execution>{*std::move(earlier->answer)};
  if (auto const& twin = earlier->twin) {
    if (owner_.clock_.steady() < caller_.deadline) {
      stage_ = Stage::after_twin;
      auto step = pause(caller_.deadline);
      std::get<Pause>(step).key = twin->text;
      return step;
    }
    Error error = fail(ErrorCode::outcome_unknown,
                       "the first call of this kind has no outcome yet: it may have run", show_step(*twin))
                      .error();
    error.execution_id = twin->text;
    return fail(std::move(error));
  }
  return pass_policy();
}

/// From here on it can be cancelled.
std::optional<Executions::Run::Step> Executions::Run::take_off() {
  if (is_flying_) return std::nullopt;
  flight_->read_only = record_.read_only;
  flight_->can_be_ended = is_own();
  flight_->project = record_.project;
  if (plan_.session) flight_->session = plan_.session->session.id.text;
  switch (owner_.begin_flight(flight_, caller_)) {
    case Start::flying: break;
    case Start::cancelled_before:
      return give_up(fail(ErrorCode::cancelled, "cancelled before it was sent: nothing ran").error());
    case Start::id_in_use:
      return fail(ErrorCode::idempotency_conflict, "the execution " + record_.id.text + " is running already",
                  show_step(record_.id));
  }
  is_flying_ = true;
  return std::nullopt;
}

/// Journals the intent, once it is known whether it is sent now or waits for its turn. What waited for an
/// approval is journaled already.
Executions::Run::Step Executions::Run::join() {
  if (stage_ == Stage::asking) {
    stage_ = Stage::waiting;
    take_place();
    return take_turn();
  }
  if (auto stopped = take_off()) return std::move(*stopped);
  bool const may_share = owner_.options_.coalesce_reads && record_.read_only && !record_.batch &&
                         record_.idempotency_key.empty() && !is_own() && !record_.arguments_digest.empty();
  if (may_share) {
    flight_->read_key =
        plan_.access.key_scope + "\n" + plan_.project.id.text + "\n" + record_.arguments_digest;
    leader_ = owner_.join_read(flight_);
  }
  if (leader_) {
    if (auto written = write_row(ExecutionState::sent); !written)
      return Result<Execution>{fail(std::move(written).error())};
    return follow();
  }
  take_place();
  bool const at_once = turn_->look().standing == RateLimiter::Standing::granted;
  if (auto written = write_row(at_once ? ExecutionState::sent : ExecutionState::queued); !written)
    return land_twin(std::move(written).error());
  return take_turn();
}

/// Its row could not be written: a twin may have been faster by a moment.
Executions::Run::Step Executions::Run::land_twin(Error error) {
  let_go();
  owner_.end_flight(flight_->id);
  is_flying_ = false;
  if (error.code != ErrorCode::idempotency_conflict || std::exchange(has_conflicted_, true))
    return Result<Execution>{fail(std::move(error))};
  auto step = look_for_earlier();
  return step;
}

Result<void> Executions::Run::write_row(ExecutionState state) {
  record_.state = state;
  // The intent of a write survives a power cut; a lost read is only a lost line. What waits has not left.
  bool const must_survive = state == ExecutionState::sent && !record_.read_only;
  return owner_.journal_.insert(record_, must_survive ? store::Durability::full : store::Durability::normal);
}

Executions::Run::Step Executions::Run::end_unsent(ErrorCode code, std::string message,
                                                  std::optional<std::chrono::seconds> retry_after) {
  Error error = fail(code, std::move(message)).error();
  error.retry_after = retry_after;
  return end(worst(nothing_ran(std::move(error))));
}

Executions::Run::Step Executions::Run::end(ExecuteOutcome outcome) {
  // What nobody approved in time is worth approving all the same: the call is then made again.
  bool const is_late = outcome.error && outcome.error->code == ErrorCode::timeout;
  stop_asking(is_late ? ApprovalDesk::Parting::may_return : ApprovalDesk::Parting::unwanted);
  let_go();
  bool cancelled = outcome.error && outcome.error->code == ErrorCode::cancelled;
  {
    std::lock_guard const guard{flight_->mutex};
    cancelled = cancelled || (flight_->cancel_wanted && outcome.fate != Fate::answered &&
                              (!flight_->ever_written || record_.read_only));
    // A file is one execution's own.
    bool const can_be_shared = outcome.fate == Fate::answered && outcome.result && !outcome.result->file;
    if (can_be_shared && !flight_->read_key.empty() && !leader_) flight_->shared = outcome;
  }
  Execution settled = owner_.settle(*job_, plan_, std::move(record_), std::move(outcome), cancelled);
  stage_ = Stage::over;
  is_flying_ = false;
  owner_.end_flight(flight_->id);
  if (settled.error && settled.error->code != ErrorCode::tool_failed && !job_->has_answer()) {
    Error error = *settled.error;
    error.execution_id = settled.id.text;
    return fail(std::move(error));
  }
  tell_own_key(settled);
  return Result<Execution>{std::move(settled)};
}

/// Before there is a row of it.
Executions::Run::Step Executions::Run::give_up(Error error) {
  stage_ = Stage::over;
  return fail(owner_.refuse(record_, caller_.project, std::move(error)));
}

}  // namespace agenta::daemon
