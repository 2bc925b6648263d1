#include "cli/command/batch_run.hpp"

#include <utility>

#include "cli/command/batch_row.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/error_table.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kMostHeld =
    32 << 20;  // bytes of lines that wait, and of results that wait for their turn

std::size_t window(BatchPlan const& plan) {
  constexpr std::size_t kLinesAJob = 4;
  return kLinesAJob * static_cast<std::size_t>(plan.jobs);
}

/// What no other line would fare better with: going on would only say it again and again.
bool concerns_all(ErrorCode code) {
  using enum ErrorCode;
  return code == daemon_unavailable || code == version_skew || code == blocked || code == not_configured ||
         code == api_key_rejected || code == storage_unavailable;
}

BatchProgress::Bar bar_of(Context const& context) {
  bool const is_shown = context.terminal.err_is_tty() && !context.terminal.is_dumb() && !context.flags.quiet;
  return is_shown ? BatchProgress::Bar::shown : BatchProgress::Bar::hidden;
}

}  // namespace

BatchRun::BatchRun(Context& context, BatchPlan plan, BatchInput& input, BatchResume* resume)
    : context_(context),
      plan_(std::move(plan)),
      input_(input),
      resume_(resume),
      queue_(window(plan_), kMostHeld),
      progress_(context.terminal, bar_of(context), input.size()),
      outlet_(plan_.order, window(plan_), kMostHeld,
              [this](std::string const& text) { return write(text); }) {}

Result<BatchEnd> BatchRun::run() {
  std::stop_callback const on_interrupt{context_.stop, [this] { reading_.request_stop(); }};
  std::vector<std::unique_ptr<ToolService>> services;
  std::vector<std::thread> workers;
  for (int i = 0; i < plan_.jobs; ++i) {
    services.push_back(context_.another_service());
    workers.emplace_back([this, service = services.back().get()] { work(*service); });
  }
  auto const read = read_lines();
  if (reading_.stop_requested() || !read) {
    left_out_ += queue_.abandon();
  } else {
    queue_.close();
  }
  for (std::thread& each : workers) each.join();
  progress_.stop();
  AGENTA_CHECK(read);
  end_.standing = progress_.standing();
  end_.read_all = *read && left_out_ == 0;
  end_.is_shut = outlet_.is_shut();
  return std::move(end_);
}

/// Whether that was all of the input.
Result<bool> BatchRun::read_lines() {
  std::stop_token const stop = reading_.get_token();
  for (std::uint64_t turn = 0;;) {
    AGENTA_TRY(auto line, input_.next(stop));
    if (!line) return !stop.stop_requested();
    BatchJob job;
    job.line = *std::move(line);
    AGENTA_TRY(bool const runs, runs_again(job));
    progress_.note_read(input_.bytes_taken(), job.line.number);
    if (!runs) continue;
    job.turn = turn++;
    std::size_t const bytes = job.line.text.size();
    if (!queue_.push(std::move(job), bytes, stop)) return false;
  }
}

/// Whether the line is to be run, or the daemon asked about it. What ran before is counted, and what may have
/// run is told.
Result<bool> BatchRun::runs_again(BatchJob& job) {
  if (resume_ == nullptr) return true;
  AGENTA_TRY(auto const before, resume_->find(job.line.number));
  if (!before || !is_settled(before->state)) return true;
  job.before = *before;
  if (!has_mark(before->execution.text, plan_.id, job.line.number, job.line.text)) return true;
  progress_.note_before(before->state);
  constexpr std::size_t kMostListed = 20;
  if (before->state == ExecutionState::unknown && end_.unknown.size() < kMostListed)
    end_.unknown.push_back(*before);
  return false;
}

void BatchRun::work(ToolService& service) {
  BatchWorker worker{
      context_,
      service,
      plan_.id,
      plan_.retry,
      plan_.session,
      [this](auto line, ApprovalId const& question, std::string_view text) { tell(line, question, text); }};
  while (auto const job = queue_.pop()) {
    // What comes after an interruption is left for another run.
    if (context_.stop.stop_requested()) {
      ++left_out_;
      outlet_.put(job->turn, {});
      queue_.finish(job->line.text.size());
      continue;
    }
    settle(*job, worker.run(*job));
    queue_.finish(job->line.text.size());
  }
}

void BatchRun::settle(BatchJob const& job, BatchOutcome const& outcome) {
  if (is_repeated(job, outcome)) {
    progress_.note_before(outcome.state);
    outlet_.put(job.turn, {});
    return;
  }
  progress_.note(outcome.state);
  // A daemon that does not answer fares no better with another line.
  if (outcome.is_unanswered)
    stop_reading("line " + std::to_string(outcome.line) + ": the daemon does not answer");
  bool const failed = outcome.state == ExecutionState::failed || outcome.state == ExecutionState::refused;
  if (failed && (!plan_.keep_going || (outcome.error && concerns_all(outcome.error->code)))) {
    std::string const why = outcome.error ? ": " + outcome.error->message : "";
    bool const names_line = why.starts_with(": line ");
    stop_reading(names_line ? why.substr(2) : "line " + std::to_string(outcome.line) + why);
  }
  Terminal const& terminal = context_.terminal;
  outlet_.put(job.turn, context_.wants_json()
                            ? write_batch_outcome(outcome)
                            : batch_row(outcome, terminal.width(), terminal.out_has_color()));
  if (outlet_.is_shut()) stop_reading({});
}

/// Each question once, however many lines wait for its answer.
void BatchRun::tell(std::int64_t line, ApprovalId const& question, std::string_view text) {
  auto const screen = progress_.pause();
  if (!told_.insert(question.text).second) return;
  if (!context_.flags.json) return context_.say("line " + std::to_string(line) + ": " + std::string{text});
  context_.say("{\"event\":\"approval\",\"line\":" + std::to_string(line) + ",\"approval_id\":" +
               protocol::write_string(question.text) + ",\"message\":" + protocol::write_string(text) + "}");
}

void BatchRun::stop_reading(std::string why) {
  {
    std::lock_guard const guard{failure_mutex_};
    if (end_.first_failure.empty()) end_.first_failure = std::move(why);
  }
  reading_.request_stop();
  left_out_ += queue_.abandon();
}

bool BatchRun::write(std::string const& text) {
  if (text.empty()) return true;
  auto const screen = progress_.pause();
  Terminal& terminal = context_.terminal;
  if (!context_.wants_json()) {
    if (!std::exchange(has_titles_, true))
      terminal.out(batch_titles(terminal.width(), terminal.out_has_color()));
    terminal.out(text);
  } else {
    terminal.out(terminal.out_is_tty() ? visible(text, Lines::kept) : text);
  }
  terminal.flush();
  return !terminal.out_failure();
}

}  // namespace agenta::cli
