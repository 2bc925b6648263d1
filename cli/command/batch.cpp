#include "cli/command/batch_run.hpp"
#include "cli/command/commands.hpp"
#include "cli/command/session_choice.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_batch.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr int kUsualJobs = 8;
constexpr int kMostJobs = 64;

struct BatchOptions {
  std::string file{};
  std::string jobs{};
  std::string resume{};
  std::string retry = "safe";
  SessionChoice session{};
  bool keep_going = false;
  bool ordered = false;
};

Result<BatchPlan> plan_of(BatchOptions const& options) {
  BatchPlan plan;
  AGENTA_TRY(auto const jobs, read_count("--jobs", options.jobs));
  plan.jobs = jobs.value_or(kUsualJobs);
  if (plan.jobs < 1 || plan.jobs > kMostJobs) return fail(ErrorCode::usage, "--jobs is 1 to 64");
  if (options.retry != "safe" && options.retry != "never")
    return fail(ErrorCode::usage, "--retry is safe or never");
  if (options.retry == "never") plan.retry = RetryRule::never;
  if (!options.resume.empty() && !is_uuid(options.resume))
    return fail(ErrorCode::usage, "--resume takes the id of a batch, as its first line on stderr names it");
  plan.id.text = options.resume;
  plan.keep_going = options.keep_going;
  if (options.ordered) plan.order = BatchOutlet::Order::as_read;
  return plan;
}

Result<BatchInput> open_input(Context& context, std::string const& file) {
  if (file != "-" || !context.terminal.is_captured()) return BatchInput::open(file);
  AGENTA_TRY(auto text, context.terminal.read_all(BatchInput::kLongestLine, context.stop));
  return BatchInput{std::move(text)};
}

/// The same batch goes on as it was begun: without its session it would escape the policy.
std::vector<std::string> resume_step(Context const& context, BatchOptions const& options,
                                     BatchId const& batch, std::string const& session) {
  std::vector<std::string> step{"agenta-tools", "batch", options.file.empty() ? "-" : options.file,
                                "--resume", batch.text};
  auto const add = [&](std::string_view flag, std::string const& value) {
    if (!value.empty()) step.insert(step.end(), {std::string{flag}, value});
  };
  add("--session", session);
  if (options.session.none) step.emplace_back("--no-session");
  add("--jobs", options.jobs);
  if (options.keep_going) step.emplace_back("--keep-going");
  if (options.ordered) step.emplace_back("--ordered");
  if (options.retry != "safe") add("--retry", options.retry);
  add("--timeout", context.flags.timeout);
  return step;
}

/// The first line on stderr: what to type should this run not come to its end.
void announce(Context const& context, BatchId const& batch, std::vector<std::string> const& go_on) {
  auto const step = step_here(go_on, context.flags);
  if (context.flags.json) {
    context.say("{\"event\":\"batch\",\"id\":" + protocol::write_string(batch.text) +
                ",\"resume\":" + write_argv(step) + "}");
  } else {
    context.say("batch " + batch.text + "; to go on after an interruption: " + shell_line(step));
  }
}

std::string number(std::string_view name, std::int64_t value) {
  return ",\"" + std::string{name} + "\":" + std::to_string(value);
}

void summarize(Context const& context, BatchId const& batch, BatchEnd const& end) {
  BatchStanding const& counts = end.standing;
  if (context.flags.json) {
    context.say("{\"event\":\"summary\",\"id\":" + protocol::write_string(batch.text) +
                number("succeeded", counts.succeeded) + number("failed", counts.failed) +
                number("unknown", counts.unknown) + number("cancelled", counts.cancelled) +
                number("finished_before", counts.finished_before) +
                number("failed_before", counts.failed_before) +
                number("unknown_before", counts.unknown_before) +
                ",\"read_all\":" + (end.read_all ? "true" : "false") + "}");
    return;
  }
  std::string text = std::to_string(counts.succeeded) + " succeeded, " + std::to_string(counts.failed) +
                     " failed, " + std::to_string(counts.unknown) + " unknown";
  if (counts.cancelled > 0) text += ", " + std::to_string(counts.cancelled) + " cancelled";
  if (counts.finished_before > 0) {
    text += "; " + std::to_string(counts.finished_before) + " had been finished before";
    if (counts.failed_before > 0) text += ", " + std::to_string(counts.failed_before) + " of them failed";
    if (counts.unknown_before > 0) text += ", " + std::to_string(counts.unknown_before) + " of them unknown";
  }
  if (end.is_shut) text += "; stopped there: nobody takes the output";
  context.say(text);
}

/// Lines that may have run are the person's to judge.
void list_unknown(Context const& context, BatchEnd const& end) {
  if (context.flags.json) {
    for (BatchLine const& each : end.unknown) {
      context.say("{\"event\":\"unknown\",\"line\":" + std::to_string(each.line) +
                  ",\"execution_id\":" + protocol::write_string(each.execution.text) + "}");
    }
    return;
  }
  for (BatchLine const& each : end.unknown) {
    context.say(
        "line " + std::to_string(each.line) + " may have run and is not run again: " +
        shell_line(step_here({"agenta-tools", "history", "show", each.execution.text}, context.flags)));
  }
  auto const more = end.standing.unknown_before - static_cast<std::int64_t>(end.unknown.size());
  if (more > 0)
    context.say(
        "and " + std::to_string(more) + " more: " +
        shell_line(step_here({"agenta-tools", "history", "list", "--state", "unknown"}, context.flags)));
}

std::string lines(std::int64_t count) { return count == 1 ? "1 line" : std::to_string(count) + " lines"; }

/// The end as what the command ends with.
Result<void> verdict(Context const& context, BatchEnd const& end, std::vector<std::string> const& go_on) {
  BatchStanding const& counts = end.standing;
  if (context.stop.stop_requested()) {
    std::string text = "interrupted after " + lines(counts.done());
    if (counts.unknown > 0) text += ", " + std::to_string(counts.unknown) + " of which may have run";
    return fail(ErrorCode::cancelled, text, go_on);
  }
  std::int64_t const failed = counts.failed + counts.failed_before;
  if (failed > 0) {
    std::string text =
        lines(failed) + " of " + std::to_string(counts.done() + counts.finished_before) + " failed";
    if (!end.first_failure.empty() && !end.read_all)
      text += "; nothing was begun after this: " + end.first_failure;
    bool const is_left = !end.read_all || counts.failed > 0;
    return fail(ErrorCode::tool_failed, text, is_left ? go_on : std::vector<std::string>{});
  }
  std::int64_t const unknown = counts.unknown + counts.unknown_before;
  if (unknown > 0) {
    return fail(ErrorCode::outcome_unknown, lines(unknown) + " may have run",
                {"agenta-tools", "history", "list", "--state", "unknown"});
  }
  return {};
}

Result<void> run_batch(Context& context, BatchOptions const& options) {
  AGENTA_TRY(BatchPlan plan, plan_of(options));
  AGENTA_TRY(plan.session, session_of(context, options.session));
  std::string const file = options.file.empty() ? "-" : options.file;
  if (file == "-" && context.terminal.in_is_tty())
    return fail(ErrorCode::usage, "there is no input: name a file, or pipe the lines into it");
  AGENTA_TRY(BatchInput input, open_input(context, file));
  if (!context.timeout) context.timeout = context.settings->duration("execute.timeout");

  std::optional<BatchResume> resume;
  if (plan.id.empty()) {
    AGENTA_TRY(auto const reply, context.call(protocol::begin_batch(file)));
    AGENTA_TRY(auto const batch, protocol::decode_batch(reply.body));
    plan.id = batch.id;
  } else {
    resume.emplace(context, plan.id);
    AGENTA_CHECK(resume->begin());
  }
  BatchId const id = plan.id;
  auto const go_on = resume_step(context, options, id, plan.session);
  announce(context, id, go_on);
  BatchRun run{context, std::move(plan), input, resume ? &*resume : nullptr};
  AGENTA_TRY(BatchEnd const end, run.run());
  if (end.read_all) static_cast<void>(context.call(protocol::finish_batch(id.text)));
  list_unknown(context, end);
  summarize(context, id, end);
  return verdict(context, end, go_on);
}

}  // namespace

RunFn add_batch(Syntax& syntax) {
  auto options = std::make_shared<BatchOptions>();
  syntax.optional_argument("FILE", options->file, "Calls, one JSON object a line; - or none for stdin")
      .option("-j,--jobs", "N", options->jobs, "How many run at a time, at most 64 (default: 8)")
      .flag("-k,--keep-going", options->keep_going, "Go on after a line that failed")
      .flag("--ordered", options->ordered, "Print the results in the order of the lines")
      .option("--resume", "BATCH", options->resume, "Run what did not finish of a batch that was cut off")
      .option("--retry", "safe|never", options->retry,
              "Send again where nothing can have run (default: safe)")
      .one_of({"safe", "never"});
  add_session_flags(syntax, options->session);
  syntax
      .note(
          "A line is {\"tool\":…,\"arguments\":{…}} and, where wanted, \"id\", \"connection\", "
          "\"idempotency_key\" and \"tool_version\". For each, one line comes out as soon as it is done: id, "
          "line, "
          "tool, execution_id, state, successful, data, error. Where there is no id, it is the line's "
          "number.")
      .note(
          "The first line on stderr names the batch. --resume with its id and the same input runs the lines "
          "that "
          "did not run; one that may have run is listed, and never run again. Type it as it is printed: the "
          "session is not remembered.")
      .note(
          "Exits with 1 if a line failed, and with 10 if none failed but the outcome of some is unknown. "
          "Ctrl-C "
          "cancels what has not been sent, and begins no other line.")
      .example("agenta-tools batch calls.ndjson --keep-going > results.ndjson")
      .example("jq -c '{tool:\"SLACK_SEND_MESSAGE\",arguments:.}' messages.ndjson | agenta-tools batch");
  return [options](Context& context) { return run_batch(context, *options); };
}

}  // namespace agenta::cli
