#include <algorithm>

#include "cli/command/commands.hpp"
#include "cli/command/execute_approval.hpp"
#include "cli/command/execute_outcome.hpp"
#include "cli/command/execution_reference.hpp"
#include "cli/command/session_choice.hpp"
#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/shell_line.hpp"
#include "cli/terminal/spinner.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_session.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/redact.hpp"

namespace agenta::cli {
namespace {

struct ReplayOptions {
  std::string id{};
  bool dry_run = false;
};

/// What would be typed to run it again.
std::vector<std::string> command_of(Context const& context, Execution const& execution,
                                    std::string const& session) {
  std::vector<std::string> argv{"agenta-tools", "execute", execution.tool.text};
  if (execution.connection) argv.insert(argv.end(), {"-c", execution.connection->slug});
  if (!session.empty()) argv.insert(argv.end(), {"--session", session});
  argv.insert(argv.end(), {"-d", execution.arguments.text});
  return step_here(std::move(argv), context.flags);
}

/// Whether it can be run again as it was: all of its arguments must still be there.
Result<void> check_complete(Execution const& execution, std::string_view body) {
  std::vector<std::string> const step{"agenta-tools", "history", "show", execution.id.text};
  if (protocol::find_member(body, "forgotten").value_or("false") == "true") {
    return fail(ErrorCode::invalid_request,
                "the arguments of " + execution.id.text +
                    " were forgotten (history.keep_for, history.keep_rows): it cannot be run again as it was",
                step);
  }
  if (execution.tool.text.starts_with("PROXY_")) {
    return fail(ErrorCode::unsupported,
                execution.id.text + " was a raw request: type it again with agenta-tools proxy", step);
  }
  // What stands for a file is known by its digest: the file itself was not kept.
  if (execution.arguments.text.find("\"s3key\":\"sha256:") != std::string::npos) {
    return fail(ErrorCode::invalid_request,
                execution.id.text +
                    " was given a file, which is not kept: it cannot be run again as it was. Run it with "
                    "--file",
                step);
  }
  auto const places = schema::redacted_places(execution.arguments);
  if (places.empty()) return {};
  return fail(ErrorCode::invalid_request,
              "of the arguments of " + execution.id.text +
                  " these were not kept, so that it cannot be run "
                  "again as it was: " +
                  join(places, ", "),
              step);
}

Result<void> confirm(Context& context, Execution const& execution, std::string const& line) {
  if (context.flags.yes) return {};
  Error instead;
  instead.code = ErrorCode::input_needed;
  instead.message = "running " + execution.tool.text + " again needs a yes, and there is nobody to ask";
  instead.next_step = {"agenta-tools", "history", "replay", execution.id.text, "--yes"};
  if (context.prompt().may_ask()) context.terminal.err(visible(line) + "\n");
  bool const is_unknown = execution.state == ExecutionState::unknown;
  AGENTA_TRY(
      bool const agreed,
      context.prompt().confirm(
          is_unknown ? "It may have run already: its outcome is unknown. Run this again?" : "Run this again?",
          instead, context.stop));
  if (!agreed) return fail(ErrorCode::cancelled, "nothing was run");
  return {};
}

/// In the session that it ran in: one that has its name by now is another, with another policy.
Result<void> check_session(Context& context, Execution const& execution) {
  bool const is_inside = context.environment && !named_socket(context.environment).empty();
  if (execution.session.empty() || is_inside) return {};
  AGENTA_TRY(auto const reply, context.call(protocol::get_session(execution.session)));
  AGENTA_TRY(auto const view, protocol::decode_session(reply.body));
  Session const& session = view.session;
  bool const is_another = session.created_at > execution.started_at;
  if (session.state == SessionState::open && !is_another) return {};
  return fail(ErrorCode::forbidden,
              execution.id.text + " ran in the session " + execution.session + ", which is " +
                  (is_another ? "another one by now" : std::string{name_of(session.state)}) +
                  ": it is not run again as it was",
              {"agenta-tools", "session", "list"});
}

Result<void> show_command(Context& context, Execution const& execution,
                          std::vector<std::string> const& argv) {
  std::string document = with_member("{}", "execution_id", protocol::write_string(execution.id.text));
  document = with_member(document, "command", write_argv(argv));
  return present(context, document, [&]() -> Result<void> {
    context.terminal.out(visible(shell_line(argv)) + "\n");
    return {};
  });
}

Result<void> run_replay(Context& context, ReplayOptions const& options) {
  AGENTA_TRY(auto const id, find_execution(context, options.id));
  AGENTA_TRY(auto const found, context.call(protocol::get_execution(id)));
  AGENTA_TRY(auto const execution, protocol::decode_execution(found.body));
  AGENTA_CHECK(check_complete(execution, found.body));
  SessionChoice choice;
  choice.name = execution.session;
  AGENTA_TRY(auto const session, session_of(context, choice));
  auto const argv = command_of(context, execution, session);
  if (options.dry_run) return show_command(context, execution, argv);
  AGENTA_CHECK(check_session(context, execution));
  AGENTA_CHECK(confirm(context, execution, shell_line(argv)));

  ToolCall call;
  call.id.text = make_uuid_v7();
  call.tool = execution.tool.text;
  call.arguments = execution.arguments;
  if (execution.connection) call.connection = execution.connection->id.text;
  if (!context.timeout) context.timeout = context.settings->duration("execute.timeout");
  call.session = session;
  AGENTA_TRY(auto const body, run_with_approval(context, call, [&](ToolCall const& made) {
               Spinner spinner{context.terminal, context.verbosity(), context.quietness()};
               spinner.say("running " + made.tool);
               return run_to_outcome(context, made, protocol::ExecuteOutput::data);
             }));
  print_json(context.terminal, body);
  return {};
}

}  // namespace

RunFn add_history_replay(Syntax& syntax) {
  auto options = std::make_shared<ReplayOptions>();
  syntax.argument("ID", options->id, kExecutionArgument)
      .flag("--dry-run", options->dry_run, "Print the command, and run nothing")
      .note(
          "Shows what would be typed to run it again, asks, unless --yes is given, and runs it as a new "
          "execution, in the session that it ran in: where that is not open any more, not at all. What was "
          "redacted or forgotten cannot be run again.")
      .example("agenta-tools history replay 8a9b0c1d2e3f --dry-run");
  return [options](Context& context) { return run_replay(context, *options); };
}

}  // namespace agenta::cli
