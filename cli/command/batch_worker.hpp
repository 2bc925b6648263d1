#pragma once

#include <functional>

#include "cli/command/batch_input.hpp"
#include "cli/command/batch_line.hpp"
#include "cli/command/context.hpp"
#include "shared/domain/batch.hpp"

namespace agenta::cli {

/// A line on its way through a batch.
struct BatchJob {
  std::uint64_t turn = 0;
  InputLine line{};
  /// What the journal says of it, where it is not certain to be the same call: then the daemon is asked,
  /// which runs no line twice.
  std::optional<BatchLine> before{};
};

/// Runs lines of one batch for one thread, over a connection of its own.
class BatchWorker {
 public:
  /// A line that waits for somebody's answer to a question, and how that is given. Any thread.
  using Asking = std::function<void(std::int64_t line, ApprovalId const& question, std::string_view text)>;
  /// The context and the service outlive the worker, and the service is its alone.
  BatchWorker(Context const& context, ToolService& service, BatchId batch, RetryRule retry,
              std::string session, Asking asking);

  /// Runs the line, and finds out what became of it.
  BatchOutcome run(BatchJob const& job);

 private:
  Result<std::string> run_asking(ToolCall call, std::int64_t line);
  void conclude(BatchOutcome& outcome, Error error);
  ExecutionState ask_journal(std::string const& execution_id);

  Context context_;
  BatchId batch_;
  RetryRule retry_;
  std::string session_;
  Asking asking_;
};

/// Whether the outcome is the one that the journal had of a line that ran before: nothing ran now.
bool is_repeated(BatchJob const& job, BatchOutcome const& outcome);

}  // namespace agenta::cli
