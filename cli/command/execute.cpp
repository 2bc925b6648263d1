#include <algorithm>

#include "cli/command/commands.hpp"
#include "cli/command/download.hpp"
#include "cli/command/execute_approval.hpp"
#include "cli/command/execute_outcome.hpp"
#include "cli/command/execute_queue.hpp"
#include "cli/command/execute_text.hpp"
#include "cli/command/file_argument.hpp"
#include "cli/command/result_view.hpp"
#include "cli/command/session_choice.hpp"
#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/domain/tool.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/arguments.hpp"

namespace agenta::cli {
namespace {

struct ExecuteOptions {
  std::string tool{};
  std::vector<std::string> arguments{};
  std::string data{};
  std::string connection{};
  std::string tool_version{};
  std::string idempotency_key{};
  std::string output = "data";
  std::string text{};
  std::string retry = "safe";
  std::vector<std::string> select{};  // at most one; an empty pointer names the whole
  std::string max_bytes{};
  std::vector<std::string> files{};
  std::string download{};
  SessionChoice session{};
  bool allow_sensitive = false;
  bool dry_run = false;
  bool no_validate = false;
};

unexpected<Error> usage(std::string message) { return fail(ErrorCode::usage, std::move(message)); }

/// RFC 6901: empty, or `/`-led tokens with `~` only in `~0` and `~1`.
bool is_pointer(std::string_view text) {
  if (!text.empty() && text.front() != '/') return false;
  for (std::size_t at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
    if (at + 1 >= text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
  }
  return true;
}

Result<void> check(ExecuteOptions const& options) {
  if (options.output != "data" && options.output != "envelope") return usage("--output is data or envelope");
  if (options.text == "-" && options.data == "-")
    return usage("--text and -d cannot both be read from stdin");
  if (options.retry != "safe" && options.retry != "never") return usage("--retry is safe or never");
  if (options.select.size() > 1) return usage("--select is given more than once");
  if (!options.max_bytes.empty() && (options.output != "data" || options.dry_run))
    return usage("--max-bytes is about a tool's data: it goes with neither --output envelope nor --dry-run");
  if (options.dry_run && !options.select.empty())
    return usage("--dry-run runs nothing, so --select has no result to select from");
  if (options.dry_run && !options.download.empty())
    return usage("--dry-run runs nothing, so --download has nothing to fetch");
  if (!options.select.empty() && !is_pointer(options.select.front())) {
    return usage("--select takes a JSON pointer such as /items/0/title");
  }
  return {};
}

Result<std::string> choose_connection(ExecuteOptions const& options) {
  auto const reference = parse_tool_reference(options.tool);
  if (!reference) {
    return usage(
        "this does not name a tool: a tool is named like GITHUB_CREATE_AN_ISSUE or "
        "tools.composio.github.CREATE_AN_ISSUE.work");
  }
  std::string const named = reference->connection.value_or("");
  if (options.connection.empty()) return named;
  if (!named.empty() && !equal_ignoring_case(named, options.connection)) {
    return usage("the tool names the connection " + named + " and -c names " + options.connection);
  }
  return options.connection;
}

Result<ToolCall> build_call(Context& context, ExecuteOptions const& options) {
  AGENTA_CHECK(check(options));
  ToolCall call;
  AGENTA_TRY(call.connection, choose_connection(options));
  std::optional<std::string> data;
  if (!options.data.empty()) {
    AGENTA_TRY(data, read_data(context, options.data));
  }
  std::vector<std::string> items = options.arguments;
  AGENTA_TRY(auto const files, take_file_items(options.files, items));
  auto const read = [&context](std::string const& path) { return read_input(context, path); };
  AGENTA_TRY(auto arguments, schema::build_arguments(items, data, read));
  AGENTA_TRY(call.files,
             hand_over(context, files, options.allow_sensitive ? Sensitive::allowed : Sensitive::refused));
  call.id.text = make_uuid_v7();
  call.tool = options.tool;
  call.arguments = std::move(arguments.json);
  call.text_paths = std::move(arguments.text_paths);
  call.tool_version = options.tool_version;
  call.idempotency_key = options.idempotency_key;
  AGENTA_TRY(call.session, session_of(context, options.session));
  call.validate = !options.no_validate;
  call.dry_run = options.dry_run;
  call.retry = options.retry == "never" ? RetryRule::never : RetryRule::when_safe;
  return call;
}

Result<void> print_selected(Context& context, std::string const& body, std::string const& pointer) {
  auto const value = protocol::find_pointer(body, pointer);
  if (!value) {
    // The tool ran: a failure here would read as a refusal, and a script would run it again.
    context.say("the result has nothing at " + pointer);
    print_json(context.terminal, "null");
    return {};
  }
  auto const text = context.flags.json ? std::nullopt : protocol::read_string(*value);
  if (text) {
    context.terminal.out((context.terminal.out_is_tty() ? visible(*text, Lines::kept) : *text) + "\n");
  } else {
    print_json(context.terminal, *value);
  }
  return {};
}

Result<void> run_execute(Context& context, ExecuteOptions const& options) {
  std::optional<DownloadDirectory> downloads;
  if (!options.download.empty()) {
    AGENTA_TRY(downloads, open_download_directory(options.download));
  }
  AGENTA_TRY(ToolCall call, build_call(context, options));
  if (!options.text.empty()) {
    AGENTA_TRY(call, fill_from_text(context, std::move(call), options.text));
  }
  if (!context.timeout) context.timeout = context.settings->duration("execute.timeout");
  // For its files the record is needed: it says which execution it was, and so where they are.
  auto const output = options.output == "envelope" || downloads ? protocol::ExecuteOutput::envelope
                                                                : protocol::ExecuteOutput::data;
  ResultWish wish;
  if (!options.select.empty()) wish.select = options.select.front();
  AGENTA_TRY(wish.max_bytes, read_count("--max-bytes", options.max_bytes));
  ResultView view{context, std::move(wish)};
  bool const is_data = output == protocol::ExecuteOutput::data && !call.dry_run;
  Result<std::string> body = run_with_approval(context, call, [&](ToolCall const& made) {
    Spinner spinner{context.terminal, context.verbosity(), context.quietness()};
    spinner.say("running " + made.tool);
    QueueWatch const watch{context, spinner, made.id, made.tool};
    return run_to_outcome(context, made, output, is_data ? &view.intake() : nullptr);
  });
  if (!body) return fail(std::move(body).error());
  if (is_data) return view.finish(*body);
  if (downloads) {
    AGENTA_TRY(body, download_files_of(context, *downloads, *body));
    if (options.output == "data") body = std::string{protocol::find_member(*body, "data").value_or("null")};
  }
  if (!options.select.empty()) return print_selected(context, *body, options.select.front());
  print_json(context.terminal, *body);
  return {};
}

}  // namespace

RunFn add_execute(Syntax& syntax) {
  auto options = std::make_shared<ExecuteOptions>();
  syntax.argument("TOOL", options->tool, "Slug of a tool, e.g. GITHUB_CREATE_AN_ISSUE")
      .completes(Completes::tool)
      .arguments("K=V", options->arguments,
                 "Arguments: K=text, K:=JSON, K=@FILE, A.B=V for a member of an object, K@PATH for a file")
      .option("-d,--data", "JSON", options->data, "All arguments as a JSON object, @FILE or - for stdin")
      .option("--text", "WORDS", options->text,
              "Have the arguments written from words: a text, @FILE or - for stdin")
      .option("-c,--connection", "CONNECTION", options->connection, "Slug or id of the connection to use")
      .completes(Completes::connection);
  add_session_flags(syntax, options->session);
  syntax.option("--tool-version", "V", options->tool_version, "This version of the tool")
      .options("--file", "FIELD=PATH", options->files, "A file, or a URL, for a field that takes one")
      .flag("--allow-sensitive-file", options->allow_sensitive,
            "Hand over files that hold keys or credentials too")
      .option("--download", "DIR", options->download, "Fetch the files of the result into DIR")
      .flag("--dry-run", options->dry_run, "Check everything and send nothing")
      .flag("--no-validate", options->no_validate, "Leave the arguments to the service to judge")
      .option("--idempotency-key", "KEY", options->idempotency_key, "Run at most once under this key, ever")
      .option("--retry", "safe|never", options->retry,
              "Send it again only where that cannot have a second effect, or never (default: safe)")
      .one_of({"safe", "never"})
      .option("--output", "data|envelope", options->output,
              "The tool's data, or the whole record (default: data)")
      .one_of({"data", "envelope"})
      .options("--select", "POINTER", options->select, "Only the value at this JSON pointer")
      .option("--max-bytes", "N", options->max_bytes,
              "Print no more of the data than this: of more, what it is made of and how it begins")
      .note(
          "A selected text is printed as it is, without quotes, unless --json asks for JSON. Where the "
          "pointer names "
          "nothing, null is printed: the tool has run, and a failure would say otherwise.")
      .note(
          "Ctrl-C cancels what has not been sent, and says so where it may have run. A second one leaves at "
          "once.")
      .note(
          "--text asks Composio for the arguments; K=V and -d go before what it writes. They are shown and "
          "run "
          "after a yes, or at once with --yes.")
      .example("agenta-tools execute GITHUB_CREATE_AN_ISSUE owner=o repo=r title=hello 'labels:=[\"bug\"]'")
      .example(
          "agenta-tools execute GMAIL_SEND_EMAIL recipient_email=ann@example.com body=hello "
          "attachment@report.pdf")
      .example("agenta-tools execute GITHUB_LIST_REPOSITORY_ISSUES owner=o repo=r --select /issues/0/title");
  return [options](Context& context) { return run_execute(context, *options); };
}

}  // namespace agenta::cli
