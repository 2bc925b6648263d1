#include "cli/command/execute_outcome.hpp"

#include "cli/command/interruption.hpp"
#include "cli/command/journal_question.hpp"
#include "cli/command/result_fetch.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using protocol::ExecuteOutput;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What is left of an answer that was coming already.
constexpr milliseconds kRestPatience{10'000};
/// For a context without a timeout.
constexpr milliseconds kDefaultPatience{120'000};

std::vector<std::string> history_step(ToolCall const& call) {
  return {"agenta-tools", "history", "show", call.id.text};
}

Error outcome(ErrorCode code, std::string message, ToolCall const& call) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  error.execution_id = call.id.text;
  error.next_step = history_step(call);
  return error;
}

Error unknown_outcome(ToolCall const& call, std::string const& why) {
  return outcome(ErrorCode::outcome_unknown, why + ", so " + call.tool + " may have run", call);
}

/// The tool's own failure as an error, with what it returned.
Error tool_failure(Execution const& execution) {
  Error error = *execution.error;
  error.execution_id = execution.id.text;
  std::string context = with_member("{}", "tool", protocol::write_string(execution.tool.text));
  if (execution.connection) {
    context = with_member(context, "connection", protocol::write_string(execution.connection->slug));
  }
  if (execution.data) context = with_member(context, "data", execution.data->text);
  error.context.text = std::move(context);
  return error;
}

/// A tool that said no answers 200, also where its data alone was asked for: then with an error document,
/// which its execution id tells from a tool's data.
std::optional<Error> find_failure(std::string const& body, ToolCall const& call, ExecuteOutput output) {
  if (output == ExecuteOutput::envelope || call.dry_run) {
    if (protocol::find_member(body, "error").value_or("null") == "null") return std::nullopt;
    auto const execution = protocol::decode_execution(body);
    if (!execution || !execution->error) return std::nullopt;
    return tool_failure(*execution);
  }
  if (!body.starts_with("{\"detail\":")) return std::nullopt;
  constexpr unsigned kOk = 200;
  Error error = protocol::decode_error(body, kOk);
  // A replay of an idempotency key answers under the id of the first run.
  bool const is_ours = error.code == ErrorCode::tool_failed && is_uuid(error.execution_id);
  if (!is_ours) return std::nullopt;
  return error;
}

/// The id of the execution that a reply is of: that of a replay is the first run's.
std::string execution_of(ServiceReply const& reply, ToolCall const& call) {
  for (auto const& [name, value] : reply.headers) {
    if (equal_ignoring_case(name, protocol::kExecutionIdHeader)) return value;
  }
  return call.id.text;
}

Result<std::string> body_of(ServiceReply reply, ToolCall const& call, ExecuteOutput output,
                            ResultIntake* intake) {
  if (intake != nullptr) {
    intake->execution_id = execution_of(reply, call);
    reply.body = intake->take_held();
    if (intake->is_large()) return std::string{};
  }
  if (auto failure = find_failure(reply.body, call, output)) return fail(std::move(*failure));
  return std::move(reply.body);
}

/// The result was coming already.
Error interrupted_after(ToolCall const& call) {
  Error error =
      outcome(ErrorCode::cancelled, "interrupted; " + call.tool + " has run, and its result is kept", call);
  error.retryable = Retryable::no;
  error.next_step = {"agenta-tools", "history", "result", call.id.text};
  return error;
}

enum class Fate {
  answered,
  never_began,  ///< the journal knows nothing of it
  never_left,   ///< it was still queued when its daemon died
  unknown,
};
struct Recovered {
  Fate fate = Fate::unknown;
  Result<std::string> answer = std::string{};
};

Result<std::string> recorded_answer(Context& context, Execution const& execution, ToolCall const& call,
                                    ExecuteOutput output, ResultIntake* intake) {
  if (execution.state == ExecutionState::unknown) {
    return fail(unknown_outcome(call, "the connection to the daemon was lost while it ran"));
  }
  if (execution.error) {
    return fail(execution.error->code == ErrorCode::tool_failed ? tool_failure(execution) : *execution.error);
  }
  if (output == ExecuteOutput::envelope) return protocol::encode_execution(execution);
  if (intake != nullptr && (execution.result_file || intake->is_large()))
    return fetch_result(context, execution.id.text, {}, *intake);
  if (intake != nullptr) intake->execution_id = execution.id.text;
  return execution.data ? execution.data->text : std::string{"null"};
}

Recovered recover(Context& context, ToolCall const& call, ExecuteOutput output,
                  steady_clock::time_point until, ResultIntake* intake) {
  auto const execution = ask_journal(context, call.id, until);
  if (!execution) {
    if (execution.error().code == ErrorCode::execution_not_found) return {.fate = Fate::never_began};
    return {.fate = Fate::unknown};
  }
  if (!is_settled(execution->state)) return {.fate = Fate::unknown};
  if (execution->state == ExecutionState::cancelled) return {.fate = Fate::never_left};
  return {.fate = Fate::answered, .answer = recorded_answer(context, *execution, call, output, intake)};
}

}  // namespace

Result<std::string> run_to_outcome(Context& context, ToolCall call, ExecuteOutput output,
                                   ResultIntake* intake) {
  auto const until = steady_clock::now() + context.timeout.value_or(kDefaultPatience);
  for (bool is_second = false;; is_second = true) {
    auto reply = intake == nullptr ? context.call(protocol::execute(call, output))
                                   : context.call_streaming(protocol::execute(call, output), intake->sink());
    if (reply) return body_of(std::move(*reply), call, output, intake);
    if (intake != nullptr && intake->is_refused()) return std::string{};
    if (call.dry_run) return fail(std::move(reply).error());
    if (context.stop.stop_requested()) {
      if (intake != nullptr && intake->is_large()) return fail(interrupted_after(call));
      return fail(interrupted(context, call.id, call.tool, "run"));
    }
    if (!context.lost_reply()) return fail(std::move(reply).error());
    // Nobody answered in all the time there was: the journal would not either.
    // Whoever takes the result slowly may be past the deadline: it has run, and its result is kept.
    bool const is_coming = intake != nullptr && intake->is_large();
    auto const patience = is_coming ? steady_clock::now() + kRestPatience : until;
    if (steady_clock::now() >= patience)
      return fail(unknown_outcome(call, "the daemon did not answer in time"));

    Recovered found = recover(context, call, output, patience, intake);
    if (found.fate == Fate::answered) return std::move(found.answer);
    if (context.stop.stop_requested()) return fail(interrupted(context, call.id, call.tool, "run"));
    if (found.fate == Fate::unknown || is_second) {
      return fail(unknown_outcome(call, "the connection to the daemon was lost"));
    }
    // Where it never began the id stays: should the first request be read after all, the daemon sees one
    // execution.
    if (found.fate == Fate::never_left) call.id.text = make_uuid_v7();
  }
}

}  // namespace agenta::cli
