#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "cli/command/batch_input.hpp"
#include "cli/command/batch_progress.hpp"
#include "cli/command/batch_resume.hpp"
#include "cli/command/batch_window.hpp"
#include "cli/command/batch_worker.hpp"
#include "cli/command/context.hpp"

namespace agenta::cli {

/// How a batch is to be run.
struct BatchPlan {
  BatchId id{};
  int jobs = 8;
  bool keep_going = false;
  BatchOutlet::Order order = BatchOutlet::Order::as_completed;
  RetryRule retry = RetryRule::when_safe;
  std::string session{};  ///< in which all of it runs; empty: none
};

/// How it ended.
struct BatchEnd {
  BatchStanding standing{};
  bool read_all = false;             ///< the input was read to its end, and every line of it begun
  bool is_shut = false;              ///< nobody takes the results any more
  std::string first_failure{};       ///< of those that stopped the reading
  std::vector<BatchLine> unknown{};  ///< of an earlier run, not run again; the first of them
};

/// Runs the lines of an input: one thread reads, some run, and what they bring is written in whole lines.
/// However long the input is, only so many lines are held. Once.
class BatchRun {
 public:
  BatchRun(Context& context, BatchPlan plan, BatchInput& input, BatchResume* resume);

  /// Blocks until every line that was begun has its outcome. An error is one of reading the input or the
  /// journal; what had begun by then has ended too.
  Result<BatchEnd> run();

 private:
  Result<bool> read_lines();
  Result<bool> runs_again(BatchJob& job);
  void work(ToolService& service);
  void settle(BatchJob const& job, BatchOutcome const& outcome);
  bool write(std::string const& text);
  void tell(std::int64_t line, ApprovalId const& question, std::string_view text);
  void stop_reading(std::string why);

  Context& context_;
  BatchPlan plan_;
  BatchInput& input_;
  BatchResume* resume_;  ///< none: every line is new
  BatchQueue<BatchJob> queue_;
  BatchProgress progress_;
  BatchOutlet outlet_;
  std::stop_source reading_{};
  bool has_titles_ = false;               ///< the outlet's: one thread writes at a time
  std::set<std::string> told_{};          ///< questions; under the screen's lock
  std::atomic<std::size_t> left_out_{0};  ///< lines that were read and not begun
  std::mutex failure_mutex_;
  BatchEnd end_{};
};

}  // namespace agenta::cli
