#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/domain/error.hpp"
#include "shared/domain/execution.hpp"

/// The two line formats of `batch`: a call as it comes in, and an outcome as it goes out.
namespace agenta::cli {

/// One line of a batch's input.
struct BatchCall {
  std::string id{};  ///< as JSON: the input's own, else the number of the line
  ToolCall call{};   ///< without id and batch
};
/// `INVALID_REQUEST` naming the line for what is no call: what it may hold is `id`, `tool`, `arguments`,
/// `connection`, `idempotency_key` and `tool_version`.
Result<BatchCall> parse_batch_line(std::string_view text, std::int64_t line);

/// The `id` that the outcome of a line carries, also where the line is no call.
std::string batch_line_id(std::string_view text, std::int64_t line);

/// A new UUIDv7 that carries a mark of the line in its last digits: after a crash the journal's ids tell
/// whether the lines are still the same, without asking about each.
std::string make_marked_id(BatchId const& batch, std::int64_t line, std::string_view text);
/// Whether an id carries the line's mark. One that does not may have been made by a repetition: ask the
/// daemon.
bool has_mark(std::string_view execution_id, BatchId const& batch, std::int64_t line, std::string_view text);

/// What became of a line.
struct BatchOutcome {
  std::string id{};  ///< JSON
  std::int64_t line = 0;
  std::string tool{};
  std::string execution_id{};
  ExecutionState state = ExecutionState::refused;
  std::string data = "null";  ///< JSON, as the tool gave it
  std::string result_file{};  ///< JSON; where the data is too large for a line
  std::optional<Error> error{};
  bool is_unanswered = false;  ///< the daemon did not answer: the outcome is not known for that alone
};
/// One line of JSON, ended.
std::string write_batch_outcome(BatchOutcome const& outcome);

}  // namespace agenta::cli
