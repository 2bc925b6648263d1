#include "daemon/core/execution_run.hpp"

#include <algorithm>
#include <utility>

#include "daemon/core/outcome_words.hpp"

// What a run waits for before it is sent, and between attempts: another's same read, its turn, a rest.
namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Standing = RateLimiter::Standing;

}  // namespace

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

bool Executions::Run::is_cancelled() const {
  std::lock_guard const guard{flight_->mutex};
  return flight_->cancel_wanted;
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

}  // namespace agenta::daemon
