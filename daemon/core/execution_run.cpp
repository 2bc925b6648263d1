#include "daemon/core/execution_run.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "daemon/core/retry_policy.hpp"
#include "daemon/core/tool_job.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Standing = RateLimiter::Standing;

std::vector<std::string> show_step(ExecutionId const& id) {
  return {"agenta-tools", "history", "show", id.text};
}

double random_fraction() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
}

ExecuteOutcome nothing_ran(Error error) {
  ExecuteOutcome outcome;
  outcome.fate = Fate::nothing_ran;
  outcome.error = std::move(error);
  return outcome;
}

bool is_rate_limited(ExecuteOutcome const& outcome) {
  return outcome.fate == Fate::nothing_ran && outcome.error && outcome.error->code == ErrorCode::rate_limited;
}

RateAnswer rate_answer(ExecuteOutcome const& outcome) {
  RateAnswer answer;
  answer.facts = outcome.rate;
  answer.limited = is_rate_limited(outcome);
  if (answer.limited) answer.retry_after = outcome.error->retry_after;
  return answer;
}

/// Whether somebody answered at all: what never arrived tells nothing of the rate.
bool is_heard(ExecuteOutcome const& outcome) {
  return outcome.fate == Fate::answered || is_rate_limited(outcome) || outcome.rate.remaining;
}

}  // namespace

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
  bool const at_once = turn_->look().standing == Standing::granted;
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

bool Executions::Run::is_cancelled() const {
  std::lock_guard const guard{flight_->mutex};
  return flight_->cancel_wanted;
}

void Executions::Run::take_place() {
  RateLimiter::Wish wish;
  wish.client = caller_.client;
  wish.batch = frame_.batch.has_value();
  wish.deadline = caller_.deadline;
  wish.owner = flight_->id.text;
  Turns& turns = is_own() ? owner_.custom_turns_ : owner_.turns_;
  turn_ = turns.join(plan_.access, std::move(wish));
  std::lock_guard const guard{flight_->mutex};
  flight_->turn = turn_;
}

void Executions::Run::let_go() {
  {
    std::lock_guard const guard{flight_->mutex};
    flight_->turn.reset();
  }
  turn_.reset();
}

Executions::Run::Step Executions::Run::pause(SteadyTime until) {
  auto const left = std::chrono::ceil<milliseconds>(until - owner_.clock_.steady());
  return Pause{flight_->id.text, std::max(left, milliseconds{1})};
}

/// Waits for the answer to the same read. Where that has none to share it is asked for itself.
Executions::Run::Step Executions::Run::follow() {
  if (is_cancelled()) return end_unsent(ErrorCode::cancelled, "cancelled before it was sent: nothing ran");
  // In this order: one that lands in between has left its answer.
  bool const is_under_way = owner_.watch_flight(leader_->id);
  std::optional<ExecuteOutcome> answer;
  {
    std::lock_guard const guard{leader_->mutex};
    answer = leader_->shared;
  }
  if (answer) return end(std::move(*answer));
  if (owner_.clock_.steady() >= caller_.deadline)
    return end_unsent(ErrorCode::timeout, plan_.subject + ": no answer within the time allowed");
  if (is_under_way) {
    stage_ = Stage::following;
    has_waited_ = true;
    auto step = pause(caller_.deadline);
    std::get<Pause>(step).key = leader_->id.text;
    return step;
  }
  take_place();
  return take_turn();
}

Executions::Run::Step Executions::Run::take_turn() {
  auto const view = turn_->look();
  if (auto step = stop_waiting(view)) return std::move(*step);
  if (view.standing != Standing::granted) {
    stage_ = Stage::waiting;
    has_waited_ = true;
    return pause(std::min(caller_.deadline, view.look_again_at.value_or(caller_.deadline)));
  }
  if (record_.state == ExecutionState::queued) {
    auto const durability = record_.read_only ? store::Durability::normal : store::Durability::full;
    auto const marked = owner_.journal_.mark_sent(record_.id, record_.attempts, durability);
    if (!marked) return end(nothing_ran(marked.error()));
    if (!*marked) return end_unsent(ErrorCode::cancelled, "cancelled before it was sent: nothing ran");
    record_.state = ExecutionState::sent;
  }
  return send();
}

/// What ends the waiting before the turn has come, or now that it is too late.
std::optional<Executions::Run::Step> Executions::Run::stop_waiting(Turns::Turn::View const& view) {
  if (is_cancelled()) return end_unsent(ErrorCode::cancelled, "cancelled before it was sent: nothing ran");
  if (stage_ == Stage::waiting && caller_.stop.stop_requested())
    return end_unsent(ErrorCode::cancelled, "its client went away before it was sent: nothing ran");
  auto const now = owner_.clock_.steady();
  bool const is_late = now >= caller_.deadline;
  if (view.standing == Standing::hopeless || (is_late && view.is_rate)) {
    std::optional<seconds> retry_after;
    if (view.blocked_until) retry_after = std::chrono::ceil<seconds>(*view.blocked_until - now);
    if (last_ && is_rate_limited(*last_)) {
      last_->error->retry_after = retry_after ? retry_after : last_->error->retry_after;
      last_->error->message +=
          "; it leaves no room in the time allowed" +
          (retry_after ? ", and none for " + std::to_string(retry_after->count()) + " s" : std::string{}) +
          ": nothing ran";
      return end(worst(*std::exchange(last_, std::nullopt)));
    }
    return end_unsent(
        ErrorCode::rate_limited,
        plan_.subject + ": Composio's rate limit leaves no room for it in the time allowed" +
            (retry_after ? ", and none for " + std::to_string(retry_after->count()) + " s" : "") +
            ": nothing ran",
        retry_after);
  }
  if (is_late) {
    return end_unsent(ErrorCode::timeout,
                      plan_.subject +
                          (is_own() ? ": as many tools of your own as may run at the same time are running "
                                      "(custom.in_flight)"
                                    : ": as many executions as may run at the same time are running "
                                      "(limits.in_flight)") +
                          ", and its turn did not come in time: nothing ran");
  }
  return std::nullopt;
}

Executions::Run::Step Executions::Run::send() {
  if (!std::exchange(is_prepared_, true)) {
    ProviderCall const provider_call{plan_.access, caller_.deadline, flight_->abort.get_token()};
    if (auto prepared = job_->prepare(provider_call, plan_, record_); !prepared)
      return end(nothing_ran(std::move(prepared).error()));
  }
  return attempt();
}

Executions::Run::Step Executions::Run::attempt() {
  // It may have waited for long: what left its session meanwhile does not leave here. After an approval that
  // was looked at before.
  if (plan_.session && std::exchange(has_waited_, false)) {
    if (auto open = owner_.check_still_open(caller_, plan_, record_); !open)
      return end(worst(nothing_ran(std::move(open).error())));
  }
  bool cancelled = false;
  {
    std::lock_guard const guard{flight_->mutex};
    cancelled = flight_->cancel_wanted;
    flight_->on_the_wire = !cancelled;
    flight_->written = false;
  }
  if (cancelled) return end_unsent(ErrorCode::cancelled, "cancelled before it was sent: nothing ran");
  ProviderCall const provider_call{plan_.access, caller_.deadline, flight_->abort.get_token()};
  Job::Patience patience;
  if (may_leave_ == MayLeave::yes && !record_.read_only) {
    patience.answer_by = std::max(caller_.deadline, owner_.clock_.steady() + owner_.options_.answer_patience);
    patience.on_written = [flight = flight_] {
      std::lock_guard const guard{flight->mutex};
      flight->written = true;
    };
  }
  ++record_.attempts;
  return after_attempt(job_->send(provider_call, patience));
}

/// What the answer tells of the rate is learned; it ends, waits for its turn again, or rests and is repeated.
Executions::Run::Step Executions::Run::after_attempt(ExecuteOutcome outcome) {
  bool const is_final =
      outcome.fate == Fate::nothing_ran && outcome.error && outcome.error->retryable == Retryable::no;
  bool may_repeat = frame_.retry == RetryRule::when_safe;
  {
    std::lock_guard const guard{flight_->mutex};
    flight_->on_the_wire = false;
    flight_->ever_written = flight_->ever_written || outcome.fate != Fate::nothing_ran;
    may_repeat = may_repeat && !flight_->cancel_wanted;
  }
  auto const answer = rate_answer(outcome);
  if (answer.limited && may_repeat) {
    --record_.attempts;  // it was told to come later, and not tried
    turn_->put_back(answer);
    last_ = std::move(outcome);
    return take_turn();
  }
  turn_->finish(is_heard(outcome) ? &answer : nullptr);
  let_go();
  if (!may_repeat || is_final || !may_retry(outcome.fate, plan_.hints) || record_.attempts >= kMostAttempts) {
    return end(worst(std::move(outcome)));
  }
  auto const now = owner_.clock_.steady();
  auto const rest =
      retry_delay(record_.attempts + 1, outcome.error ? outcome.error->retry_after : std::nullopt,
                  random_fraction(), std::chrono::duration_cast<milliseconds>(caller_.deadline - now));
  if (!rest) return end(worst(std::move(outcome)));
  last_ = std::move(outcome);
  rest_until_ = now + *rest;
  stage_ = Stage::resting;
  return pause(rest_until_);
}

Executions::Run::Step Executions::Run::after_rest(bool rested) {
  if (is_cancelled()) return end(worst(*std::exchange(last_, std::nullopt)));
  if (!rested && owner_.clock_.steady() < rest_until_) return pause(rest_until_);
  if (last_->fate == Fate::unknown && !record_.read_only) doubt_ = std::move(last_);
  last_.reset();
  stage_ = Stage::waiting;
  has_waited_ = true;
  take_place();
  return take_turn();
}

ExecuteOutcome Executions::Run::worst(ExecuteOutcome outcome) {
  return doubt_ && outcome.fate == Fate::nothing_ran ? *std::exchange(doubt_, std::nullopt)
                                                     : std::move(outcome);
}

Executions::Run::Step Executions::Run::end_unsent(ErrorCode code, std::string message,
                                                  std::optional<seconds> retry_after) {
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

std::optional<Error> Executions::Run::leave() {
  if (may_leave_ == MayLeave::no) return std::nullopt;
  {
    std::lock_guard const guard{flight_->mutex};
    if (!flight_->on_the_wire || !flight_->written || flight_->read_only) return std::nullopt;
  }
  Error error = fail(ErrorCode::outcome_unknown,
                     plan_.subject +
                         ": no reply within the time allowed; it may have run, and its outcome is "
                         "journaled when it comes",
                     show_step(flight_->id))
                    .error();
  error.execution_id = flight_->id.text;
  return error;
}

}  // namespace agenta::daemon
