#include "cli/command/batch_worker.hpp"

#include "cli/command/execute_approval.hpp"
#include "cli/command/execute_outcome.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

/// The caller's world for one thread: what is said to the person is the caller's to say.
Context context_of(Context const& context, ToolService& service, Terminal& terminal) {
  Context own{.tools = service, .terminal = terminal};
  own.stop = context.stop;
  own.flags = context.flags;
  own.flags.quiet = true;
  own.flags.verbose = own.flags.json = false;
  own.paths = context.paths;
  own.environment = context.environment;
  own.settings = context.settings;
  own.timeout = context.timeout;
  own.was_interrupted = context.was_interrupted;
  own.lost_reply = [&service, ask = context.lost_reply_of] { return ask(service); };
  own.lost_reply_of = context.lost_reply_of;
  own.another_service = context.another_service;
  own.without_autostart = context.without_autostart;
  return own;
}

std::string text_of(std::string_view json) { return protocol::read_string(json).value_or(""); }

/// Takes what the line tells out of an execution's document, as it is written there.
void read_envelope(std::string_view body, BatchOutcome& outcome) {
  auto const members = protocol::members_of(body);
  if (!members) return;
  for (protocol::JsonMember const& each : *members) {
    if (each.name == "id") outcome.execution_id = text_of(each.value);
    if (each.name == "tool") outcome.tool = text_of(each.value);
    if (each.name == "state")
      outcome.state = parse_execution_state(text_of(each.value)).value_or(ExecutionState::unknown);
    if (each.name == "data") outcome.data = each.value;
    if (each.name == "result_file" && each.value != "null") outcome.result_file = each.value;
  }
}

Error other_call(BatchLine const& before) {
  return fail(ErrorCode::idempotency_conflict,
              "line " + std::to_string(before.line) +
                  " is another call than the one that this batch ran under that number: put new calls into a "
                  "new batch",
              {"agenta-tools", "history", "show", before.execution.text})
      .error();
}

}  // namespace

BatchWorker::BatchWorker(Context const& context, ToolService& service, BatchId batch, RetryRule retry,
                         std::string session, Asking asking)
    : context_(context_of(context, service, context.terminal)),
      batch_(std::move(batch)),
      retry_(retry),
      session_(std::move(session)),
      asking_(std::move(asking)) {}

/// As `execute` where nobody sits at a terminal: a batch runs many lines at once, and a prompt asks one
/// question. What is said then is heard here, for the screen is shared.
Result<std::string> BatchWorker::run_asking(ToolCall call, std::int64_t line) {
  Capture heard;
  Terminal ear = Terminal::captured(heard, {});
  Context asks = context_of(context_, context_.tools, ear);
  asks.flags.quiet = false;
  asks.flags.no_input = true;
  ApprovalId question;
  auto const usual = context_.timeout;
  auto answer = run_with_approval(asks, std::move(call), [&](ToolCall const& made) {
    if (!question.empty()) asking_(line, question, trim(heard.err));
    context_.timeout = asks.timeout;
    auto once = run_to_outcome(context_, made, protocol::ExecuteOutput::envelope);
    if (!once && once.error().code == ErrorCode::approval_required)
      question.text = text_of(protocol::find_pointer(once.error().context.text, "/approval/id").value_or(""));
    return once;
  });
  context_.timeout = usual;
  return answer;
}

BatchOutcome BatchWorker::run(BatchJob const& job) {
  BatchOutcome outcome;
  outcome.line = job.line.number;
  if (job.line.is_too_long) {
    outcome.id = std::to_string(outcome.line);
    outcome.error = fail(ErrorCode::invalid_request, "line " + outcome.id + " is longer than the " +
                                                         std::to_string(BatchInput::kLongestLine) +
                                                         " bytes a call may have")
                        .error();
    return outcome;
  }
  auto parsed = parse_batch_line(job.line.text, job.line.number);
  if (!parsed) {
    outcome.id = batch_line_id(job.line.text, job.line.number);
    outcome.error = std::move(parsed).error();
    return outcome;
  }
  outcome.id = std::move(parsed->id);
  outcome.tool = parsed->call.tool;
  ToolCall call = std::move(parsed->call);
  call.id.text = make_marked_id(batch_, outcome.line, job.line.text);
  call.batch = BatchItem{batch_, outcome.line};
  call.retry = retry_;
  call.session = session_;
  auto const body = run_asking(std::move(call), outcome.line);
  if (body) {
    read_envelope(*body, outcome);
  } else {
    conclude(outcome, body.error());
    outcome.is_unanswered =
        body.error().code == ErrorCode::outcome_unknown && context_.lost_reply() && !job.line.text.empty();
    if (job.before && body.error().code == ErrorCode::idempotency_conflict) {
      outcome.error = other_call(*job.before);
    }
  }
  return outcome;
}

/// What an error says of the state that the line is in.
void BatchWorker::conclude(BatchOutcome& outcome, Error error) {
  outcome.execution_id = error.execution_id;
  switch (error.code) {
    case ErrorCode::tool_failed:
      outcome.state = ExecutionState::failed;
      if (auto const data = protocol::find_member(error.context.text, "data")) outcome.data = *data;
      error.context = {};
      break;
    case ErrorCode::outcome_unknown: outcome.state = ExecutionState::unknown; break;
    case ErrorCode::cancelled:
      outcome.state =
          error.retryable == Retryable::unknown ? ExecutionState::unknown : ExecutionState::cancelled;
      if (outcome.state == ExecutionState::unknown) error.code = ErrorCode::outcome_unknown;
      break;
    case ErrorCode::idempotency_conflict: break;  // the id is another execution's
    default:
      if (!error.execution_id.empty()) outcome.state = ask_journal(error.execution_id);
      break;
  }
  error.next_step = step_here(std::move(error.next_step), context_.flags);
  outcome.error = std::move(error);
}

/// Where nothing else tells: whether a service refused it, or we did before it was sent.
ExecutionState BatchWorker::ask_journal(std::string const& execution_id) {
  constexpr std::chrono::seconds kPatience{10};
  ServiceRequest request = protocol::get_execution(execution_id);
  request.timeout = kPatience;
  auto const reply = context_.tools.call(request, std::stop_token{});  // also after an interruption
  if (!reply) return ExecutionState::refused;
  return parse_execution_state(text_of(protocol::find_member(reply->body, "state").value_or("")))
      .value_or(ExecutionState::refused);
}

bool is_repeated(BatchJob const& job, BatchOutcome const& outcome) {
  return job.before && outcome.state == job.before->state;
}

}  // namespace agenta::cli
