#include "daemon/core/execution_run.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "daemon/core/outcome_words.hpp"
#include "daemon/core/retry_policy.hpp"

// A run whose turn has come: what leaves, what the answer is good for, and who may go while it is out.
namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

double random_fraction() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
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

ExecuteOutcome Executions::Run::worst(ExecuteOutcome outcome) {
  return doubt_ && outcome.fate == Fate::nothing_ran ? *std::exchange(doubt_, std::nullopt)
                                                     : std::move(outcome);
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
