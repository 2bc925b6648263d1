#include <utility>

#include "daemon/core/execution_flight.hpp"
#include "shared/base/try.hpp"

// What an earlier run left to answer a repeated one with: the same idempotency key, or the same line of a
// batch.
namespace agenta::daemon {
namespace {

Error about(ErrorCode code, std::string message, ExecutionId const& id) {
  Error error = fail(code, std::move(message), {"agenta-tools", "history", "show", id.text}).error();
  error.execution_id = id.text;
  return error;
}

}  // namespace

/// The error that an earlier run ended with is this one's too.
Result<Executions::Earlier> Executions::find_earlier(Plan const& plan, Execution const& record) {
  if (record.batch) {
    AGENTA_TRY(auto found, journal_.find_by_line(*record.batch));
    if (found && found->project != plan.project.id)
      return fail(about(ErrorCode::idempotency_conflict, "the batch is another project's", record.id));
    if (found && found->arguments_digest != record.arguments_digest) {
      return fail(about(ErrorCode::idempotency_conflict,
                        "line " + std::to_string(record.batch->line) + " of the batch ran as another call (" +
                            found->id.text + "): it is not run again",
                        found->id));
    }
    if (found) return replay(std::move(*found), true);
  }
  if (record.idempotency_key.empty()) return Earlier{};
  AGENTA_TRY(auto found, journal_.find_by_key(plan.project.id, record.idempotency_key));
  if (!found) return Earlier{};
  if (found->arguments_digest != record.arguments_digest) {
    Execution told;
    told.idempotency_key = record.idempotency_key;
    tell_own_key(told);
    return fail(about(ErrorCode::idempotency_conflict,
                      "the idempotency key " + told.idempotency_key + " was used for another call (" +
                          found->id.text + "): take a new key for new arguments",
                      found->id));
  }
  return replay(std::move(*found), false);
}

Result<Executions::Earlier> Executions::replay(Execution found, bool is_line) {
  std::string const what =
      is_line ? "the first run of this line of the batch" : "the first call with this idempotency key";
  if (!is_settled(found.state)) {
    if (watch_flight(found.id)) return Earlier{.answer = std::nullopt, .twin = found.id};
    AGENTA_TRY(auto again, journal_.find(found.id));  // it may have landed between the two looks
    if (!again || !is_settled(again->state)) {
      return fail(about(ErrorCode::outcome_unknown, what + " has no outcome yet: it may have run", found.id));
    }
    found = std::move(*again);
  }
  // It ended before it was sent, after it had been found: the call is new.
  if (found.state == ExecutionState::refused || found.state == ExecutionState::cancelled) return Earlier{};
  note_gone(found);
  if (!is_line && found.state == ExecutionState::succeeded && !found.data && !found.result_file) {
    return fail(
        about(ErrorCode::execution_not_found,
              what + " succeeded, and its result is " +
                  (found.arguments.text.empty() ? "kept no longer (history.keep_for, history.keep_rows)"
                                                : "not kept (history.keep_results, history.results_quota)"),
              found.id));
  }
  found.replayed = true;
  if (schema::is_redacted(found.data)) {
    found.notice = "this is the recorded result of " + found.id.text +
                   ", in which secrets were not kept: they stand as [redacted]";
  }
  if (found.error && found.error->code != ErrorCode::tool_failed) {
    Error error = *found.error;
    error.execution_id = found.id.text;
    return fail(std::move(error));
  }
  return Earlier{.answer = std::move(found), .twin = std::nullopt};
}

}  // namespace agenta::daemon
