#include <utility>

#include "daemon/core/connection_standing.hpp"
#include "daemon/core/execution_flight.hpp"
#include "daemon/core/next_step.hpp"
#include "daemon/core/outcome_words.hpp"
#include "daemon/store/sha256.hpp"
#include "shared/base/try.hpp"

// What becomes of an execution's row, and of the connection that it used.
namespace agenta::daemon {
namespace {

Error with_execution(Error error, ExecutionId const& id) {
  error.execution_id = id.text;
  return error;
}

}  // namespace

/// Outcomes that a full disk did not take. Most often there are none.
void Executions::write_unsettled() {
  auto rows = unsettled_.with([](auto& waiting) { return std::exchange(waiting, {}); });
  for (Unsettled& each : rows) {
    if (journal_.settle(each.row, store::Durability::normal, each.file_sha256)) continue;
    unsettled_.with([&](auto& waiting) { waiting.push_back(std::move(each)); });
  }
}

/// Keeps the refusal in the journal: it is part of who tried what. A key is not spent on what never ran.
Error Executions::refuse(Execution& record, std::string const& project, Error error) {
  record.state = ExecutionState::refused;
  record.idempotency_key.clear();
  complete_next_step(error.next_step, options_.sandbox_flag, project);
  record.error = error;
  record.finished_at = clock_.wall();
  record.duration = *record.finished_at - record.started_at;
  auto const written = journal_.insert(record, store::Durability::normal);
  return written ? with_execution(std::move(error), record.id) : std::move(error);
}

Execution Executions::settle(Job const& job, Plan const& plan, Execution record, ExecuteOutcome outcome,
                             bool cancelled) {
  record.finished_at = clock_.wall();
  record.duration = *record.finished_at - record.started_at;
  std::string tool_words;
  std::string file_sha256;
  if (outcome.result) {
    record.log_id = outcome.result->log_id;
    record.result_file = std::move(outcome.result->file);
    file_sha256 = std::move(outcome.result->file_sha256);
    record.result_lost = std::move(outcome.result->dropped_why);
    if (record.result_file) {
      record.result_bytes = record.result_file->size;
    } else if (outcome.result->dropped_bytes) {
      record.result_bytes = outcome.result->dropped_bytes;
    } else {
      record.data = std::move(outcome.result->data);
      record.result_bytes = static_cast<std::int64_t>(record.data->text.size());
    }
    record.state = outcome.result->successful ? ExecutionState::succeeded : ExecutionState::failed;
    if (!outcome.result->successful) {
      tool_words = outcome.result->error;
      record.error =
          fail(ErrorCode::tool_failed, tool_words.empty() ? "the tool failed and gave no reason" : tool_words)
              .error();
    }
  } else if (job.has_answer()) {
    job.tell_answer(record);
  } else if (cancelled) {
    record.state = ExecutionState::cancelled;
    bool const says_why = outcome.error && (outcome.error->code == ErrorCode::cancelled ||
                                            outcome.error->code == ErrorCode::daemon_unavailable);
    record.error = says_why
                       ? std::move(outcome.error)
                       : fail(ErrorCode::cancelled,
                              record.read_only ? "cancelled" : "cancelled before it was sent: nothing ran")
                             .error();
  } else {
    record.error = outcome.error ? std::move(outcome.error)
                                 : fail(ErrorCode::internal, "the provider gave no reason").error();
    switch (outcome.fate) {
      case Fate::answered: record.state = ExecutionState::failed; break;
      case Fate::nothing_ran: record.state = ExecutionState::refused; break;
      case Fate::unknown:
        record.state = ExecutionState::unknown;
        if (record.error->next_step.empty()) record.error->next_step = show_step(record.id);
        break;
    }
  }
  // The connection was ACTIVE here; where Composio knows no usable account behind it, it has to be renewed.
  if (record.error && plan.connection && record.state != ExecutionState::unknown &&
      (record.error->code == ErrorCode::connection_not_found ||
       record.error->code == ErrorCode::not_connected)) {
    record.error->code = ErrorCode::connection_expired;
    record.error->message = "the account behind " + plan.connection->slug +
                            " can no longer be used at Composio: " + record.error->message;
  }
  if (plan.connection) {
    bool const is_dead = (record.error && record.error->code == ErrorCode::connection_expired) ||
                         (!tool_words.empty() && options_.proves_dead_credential(tool_words));
    note_use(connections_, *plan.connection, record, is_dead ? Grant::is_dead : Grant::stands, clock_.wall());
  }
  if (options_.returned && !job.has_answer()) options_.returned(record);
  if (record.error && record.error->code == ErrorCode::connection_expired && record.connection) {
    record.error->next_step = {"agenta-tools", "connect", record.integration.text, "--reconnect",
                               record.connection->slug};
  }
  if (record.error) complete_next_step(record.error->next_step, options_.sandbox_flag, plan.project.slug);
  // Not being able to write the outcome must not hide it: a restart will find the row as `sent`, and say
  // `unknown`.
  bool const keep = !record.data || record.data->text.size() <= options_.most_kept_result_bytes;
  Execution row = record;
  if (!keep) row.data.reset();
  // Composio's come in a file where they are large; a tool of one's own gives them as they are.
  if (!keep && is_custom(record.tool) && options_.results != nullptr) {
    row.result_file = options_.results->keep(record.id, record.data->text);
    file_sha256 = store::sha256_hex(record.data->text);
  }
  if (row.data) {
    if (auto redacted = options_.redaction.result(row.tool.text, *row.data)) row.data = std::move(redacted);
  }
  if (!journal_.settle(row, store::Durability::normal, file_sha256)) {
    unsettled_.with([&](auto& rows) { rows.push_back({row, file_sha256}); });
  }
  if (row.result_file && options_.results != nullptr) {
    options_.results->keep_quota([&](std::vector<ExecutionId> const& ids) {
      return journal_.record_dropped_files(ids, clock_.wall()).has_value();
    });
  }
  return record;
}

}  // namespace agenta::daemon
