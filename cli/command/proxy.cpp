#include <utility>

#include "cli/command/commands.hpp"
#include "cli/command/execute_approval.hpp"
#include "cli/command/execute_queue.hpp"
#include "cli/command/output_file.hpp"
#include "cli/command/proxy_call.hpp"
#include "cli/command/proxy_outcome.hpp"
#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_proxy.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

/// A text of the service; nothing where the body is JSON, bytes, or none.
std::optional<std::string> text_of(ProxyAnswer const& answer) {
  if (!answer.body || to_lower(answer.content_type).find("json") != std::string::npos) return std::nullopt;
  return protocol::read_string(answer.body->text);
}

/// What `--fail` makes of an answer that refuses.
Error refusal(ProxyAnswer const& answer) {
  constexpr std::size_t kMostShown = 64 << 10;
  Error error = *answer.error;
  error.execution_id = answer.execution.text;
  std::string context = with_member("{}", "status", std::to_string(answer.status));
  context = with_member(context, "integration", protocol::write_string(answer.integration.text));
  context = with_member(context, "connection", protocol::write_string(answer.connection.slug));
  context = with_member(context, "method", protocol::write_string(answer.method));
  context = with_member(context, "url", protocol::write_string(answer.url));
  if (answer.body && answer.body->text.size() <= kMostShown)
    context = with_member(context, "body", answer.body->text);
  error.context.text = std::move(context);
  return error;
}

void print_head(Context& context, ProxyAnswer const& answer) {
  bool const is_seen = context.terminal.out_is_tty();
  auto const line = [&](std::string const& text) {
    context.terminal.out((is_seen ? visible(text) : text) + "\n");
  };
  line("HTTP " + std::to_string(answer.status));
  // A value with a line break in it would be another header.
  for (ProxyField const& each : answer.headers) line(each.name + ": " + visible(each.value));
  context.terminal.out("\n");
}

/// The body as it came, into a file.
Result<std::int64_t> save(ReceivedAnswer const& received, OutputFile& file) {
  std::int64_t size = 0;
  auto const write = [&](std::string_view bytes) {
    size += static_cast<std::int64_t>(bytes.size());
    return file.write(bytes);
  };
  ProxyAnswer const& answer = received.answer();
  if (received.is_bytes()) {
    AGENTA_CHECK(received.read_bytes(write));
  } else if (auto const text = text_of(answer)) {
    AGENTA_CHECK(write(*text));
  } else if (answer.body) {
    AGENTA_CHECK(write(answer.body->text));
  }
  AGENTA_CHECK(file.finish());
  return size;
}

/// It was made, whatever becomes of the file: a failure says so, so that nobody makes it again.
Error with_status(Error error, ProxyAnswer const& answer) {
  error.message =
      answer.integration.text + " answered " + std::to_string(answer.status) + ", and " + error.message;
  error.execution_id = answer.execution.text;
  return error;
}

Result<void> save_and_tell(Context& context, ReceivedAnswer const& received, OutputFile& file) {
  auto const saved = save(received, file);
  if (!saved) return fail(with_status(saved.error(), received.answer()));
  std::string const path = file.path().string();
  if (context.flags.json) {
    ProxyAnswer told = received.answer();
    told.body.reset();
    std::string document =
        with_member(protocol::encode_proxy_answer(told), "file", protocol::write_string(path));
    print_json(context.terminal, with_member(document, "bytes", std::to_string(*saved)));
  } else {
    context.say("saved " + std::to_string(*saved) + " bytes in " + path);
  }
  return {};
}

/// Bytes go through as they come, and no further once nobody reads.
Result<void> pass_on(Context& context, std::string_view bytes) {
  context.terminal.out(bytes);
  context.terminal.flush();
  return {};
}

Result<void> print_document(Context& context, ReceivedAnswer const& received) {
  if (received.is_small()) {
    print_json(context.terminal, received.beginning());
    return {};
  }
  AGENTA_CHECK(received.read_document([&](std::string_view text) { return pass_on(context, text); }));
  context.terminal.out("\n");
  return {};
}

Result<void> print_body(Context& context, ReceivedAnswer const& received, bool even_bytes) {
  ProxyAnswer const& answer = received.answer();
  if (received.is_bytes()) {
    if (context.terminal.out_is_tty() && !even_bytes) {
      std::string const type = answer.content_type.empty() ? "" : " (" + answer.content_type + ")";
      context.say("the answer, with status " + std::to_string(answer.status) + ", is bytes" + type +
                  " and not shown on a terminal: give -o FILE, or -o - to have them all the same");
      return {};
    }
    return received.read_bytes([&](std::string_view bytes) { return pass_on(context, bytes); });
  }
  if (auto const text = text_of(answer)) {
    bool const is_seen = context.terminal.out_is_tty();
    context.terminal.out(is_seen ? visible(*text, Lines::kept) : *text);
    if (is_seen && !text->ends_with('\n')) context.terminal.out("\n");
  } else if (answer.body) {
    print_json(context.terminal, answer.body->text);
  }
  return {};
}

Result<ReceivedAnswer> make_once(Context& context, ProxyCall const& call) {
  Spinner spinner{context.terminal, context.verbosity(), context.quietness()};
  std::string const what = call.method + " " + call.integration.text;
  spinner.say(what);
  QueueWatch const watch{context, spinner, call.id, what};
  return request_to_outcome(context, call);
}

/// Where its session's policy asks, a raw request is asked about and waits as the call of a tool does, under
/// the name by which policies judge it.
Result<ReceivedAnswer> request_with_approval(Context& context, ProxyCall const& call) {
  ToolCall as_tool;
  as_tool.id = call.id;
  as_tool.tool = "PROXY_" + call.method;
  std::optional<ReceivedAnswer> received;
  auto const made = run_with_approval(context, as_tool, [&](ToolCall const& asked) -> Result<std::string> {
    ProxyCall request = call;
    request.approval = asked.approval;
    request.on_ask = asked.on_ask;
    AGENTA_TRY(auto answer, make_once(context, request));
    received.emplace(std::move(answer));
    return std::string{};
  });
  if (!made) return fail(made.error());
  return *std::move(received);
}

Result<void> run_proxy(Context& context, ProxyOptions const& options) {
  AGENTA_TRY(ProxyCall const call, build_proxy_call(context, options));
  std::optional<OutputFile> file;
  if (!options.output.empty() && options.output != "-") {
    AGENTA_TRY(auto begun, OutputFile::begin(options.output, OutputFile::Access::by_umask));
    file.emplace(std::move(begun));
  }
  if (!context.timeout) context.timeout = context.settings->duration("execute.timeout");
  auto received = request_with_approval(context, call);
  if (!received) return fail(std::move(received).error());
  ProxyAnswer const& answer = received->answer();
  if (answer.error && options.fail) return fail(refusal(answer));
  if (answer.error && answer.error->code == ErrorCode::connection_expired) context.say(answer.error->message);
  if (options.include && !context.flags.json) print_head(context, answer);
  if (file) return save_and_tell(context, *received, *file);
  if (context.flags.json) return print_document(context, *received);
  return print_body(context, *received, options.output == "-");
}

}  // namespace

RunFn add_proxy(Syntax& syntax) {
  auto options = std::make_shared<ProxyOptions>();
  syntax.argument("INTEGRATION", options->integration, "Slug of the service, e.g. github")
      .completes(Completes::integration)
      .argument("METHOD", options->method, "GET, POST, PUT, DELETE, PATCH or HEAD")
      .one_of({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"})
      .argument("URL", options->url, "A path at the service, or an address of its domain")
      .options("-H,--header", "'NAME: VALUE'", options->headers, "A header, or @FILE with one on each line")
      .options("--query", "K=V", options->query, "A query parameter; K=@FILE reads its value from a file")
      .option("-d,--data", "JSON", options->data, "The body: JSON, @FILE or - for stdin")
      .option("--data-binary", "@FILE|-", options->data_binary, "The body as bytes, of a file or stdin")
      .option("-c,--connection", "CONNECTION", options->connection, "Slug or id of the connection to use")
      .completes(Completes::connection);
  add_session_flags(syntax, options->session);
  syntax.flag("-i,--include", options->include, "Print the status and the headers before the body")
      .flag("--fail", options->fail, "Fail where the service answers 400 or above")
      .option("-o,--output", "FILE", options->output,
              "Write the body into FILE, in place of what is there; - is stdout")
      .note(
          "Makes one request with the credentials of a connection, which Composio adds. The body is printed "
          "as "
          "it came; with --json it is one document with the status and the headers, a body of bytes as "
          "base64.")
      .note(
          "Without --fail an answer of the service is a success, whatever its status. GET and HEAD may be "
          "sent again; anything else is sent once, and where its fate is not known that is said (exit 10).")
      .example("agenta-tools proxy github GET /user")
      .example("agenta-tools proxy github POST /repos/o/r/issues -d '{\"title\":\"hello\"}' --fail");
  return [options](Context& context) { return run_proxy(context, *options); };
}

}  // namespace agenta::cli
