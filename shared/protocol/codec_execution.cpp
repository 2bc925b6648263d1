#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_approval.hpp"
#include "shared/protocol/codec_detail.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::protocol {
namespace {

using detail::ObjectReader;
using detail::ObjectWriter;

enum class Payload : bool { left_out, included };

std::string write_reference(std::optional<ConnectionReference> const& connection) {
  if (!connection) return "null";
  return ObjectWriter{}.text("id", connection->id.text).text("slug", connection->slug).done();
}

ConnectionReference read_reference(ObjectReader& in) {
  ConnectionReference reference;
  reference.id.text = in.text("id");
  reference.slug = in.text("slug");
  return reference;
}

std::string write_failure(std::optional<Error> const& error) {
  if (!error) return "null";
  ObjectWriter out;
  detail::write_error_members(out, *error, "message");
  return out.done();
}

std::string write_batch(std::optional<BatchItem> const& item) {
  if (!item) return "null";
  return ObjectWriter{}.text("id", item->batch.text).number("line", item->line).done();
}

BatchItem read_batch(ObjectReader& in) {
  BatchItem item;
  item.batch.text = in.required_text("id");
  if (!is_uuid(item.batch.text)) in.complain("id", "a UUID");
  item.line = in.number("line");
  if (item.line < 1) in.complain("line", "a number from 1");
  return item;
}

std::string write_result_file(std::optional<ResultFile> const& file) {
  if (!file) return "null";
  return ObjectWriter{}
      .text_or_null("path", file->path)
      .number("offset", file->offset)
      .number("size", file->size)
      .done();
}

ResultFile read_result_file(ObjectReader& in) {
  ResultFile file;
  file.path = in.text("path");
  file.offset = in.number("offset");
  file.size = in.number("size");
  return file;
}

std::string write_queue(QueuePlace const& place) {
  ObjectWriter out;
  out.number("position", place.position);
  if (place.expected_wait) {
    out.number("expected_wait_ms", place.expected_wait->count());
  } else {
    out.null("expected_wait_ms");
  }
  return out.text("reason", place.reason).done();
}

QueuePlace read_queue(ObjectReader& in) {
  QueuePlace place;
  place.position = static_cast<int>(in.number("position"));
  if (auto const ms = in.find_number("expected_wait_ms"))
    place.expected_wait = std::chrono::milliseconds{*ms};
  place.reason = in.text("reason");
  return place;
}

std::string write_files(std::vector<FileArgument> const& files) {
  return detail::write_array(files, [](FileArgument const& each) {
    return ObjectWriter{}.text("pointer", each.pointer).text("upload", each.upload).done();
  });
}

FileArgument read_file_argument(ObjectReader& in) {
  FileArgument file;
  file.pointer = in.required_text("pointer");
  file.upload = in.required_text("upload");
  return file;
}

/// A trace id of W3C trace context: 32 lower-case hex digits.
bool is_trace_id(std::string_view text) {
  constexpr std::size_t kLength = 32;
  return text.size() == kLength &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

PolicyDecision read_policy(ObjectReader& in) {
  PolicyDecision decision;
  auto const verdict = parse_verdict(in.text("verdict"));
  if (!verdict) in.complain("verdict", "allow, ask or deny");
  decision.verdict = verdict.value_or(Verdict::deny);
  decision.rule = in.text("rule");
  decision.reason = in.text("reason");
  return decision;
}

/// What was said, of all that is known of an approval: the call itself is the execution's.
std::string write_answer(Approval const& approval) {
  return ObjectWriter{}
      .text("id", approval.id.text)
      .text("state", name_of(approval.state))
      .text("scope", approval.scope == ApprovalScope::session ? "session" : "once")
      .time("decided_at", approval.decided_at)
      .raw("decided_by", approval.decided_by ? detail::write_actor(*approval.decided_by) : "null")
      .text_or_null("answer", approval.answer)
      .done();
}

Approval read_answer(ObjectReader& in) {
  Approval approval;
  approval.id.text = in.text("id");
  auto const state = parse_approval_state(in.text("state"));
  if (!state) in.complain("state", "an approval's state");
  approval.state = state.value_or(ApprovalState::expired);
  approval.scope = in.text("scope") == "session" ? ApprovalScope::session : ApprovalScope::once;
  approval.decided_at = in.time("decided_at");
  approval.decided_by = in.nested("decided_by", detail::read_actor);
  approval.answer = in.text("answer");
  return approval;
}

std::string write_execution(Execution const& execution, Payload payload, Approval const* approval = nullptr) {
  ObjectWriter out;
  out.text("id", execution.id.text)
      .text("execution_id", execution.id.text)
      .text("tool", execution.tool.text)
      .text_or_null("tool_version", execution.tool_version)
      .text("integration_slug", execution.integration.text)
      .raw("connection", write_reference(execution.connection))
      .text("state", name_of(execution.state))
      .boolean("successful", execution.state == ExecutionState::succeeded);
  if (payload == Payload::included) out.raw("data", execution.data ? execution.data->text : "null");
  out.raw("error", write_failure(execution.error))
      .text_or_null("log_id", execution.log_id)
      .number("attempts", execution.attempts)
      .boolean("read_only", execution.read_only)
      .text_or_null("idempotency_key", execution.idempotency_key)
      .time("started_at", execution.started_at)
      .time("finished_at", execution.finished_at);
  if (execution.duration) {
    out.number("duration_ms", execution.duration->count());
  } else {
    out.null("duration_ms");
  }
  if (payload == Payload::included) {
    out.raw("arguments", detail::object_or_empty(execution.arguments))
        .boolean("forgotten", execution.arguments.text.empty());
  }
  out.raw("result_file", write_result_file(execution.result_file));
  if (execution.result_bytes) {
    out.number("result_bytes", *execution.result_bytes);
  } else {
    out.null("result_bytes");
  }
  out.raw("batch", write_batch(execution.batch))
      .text_or_null("session", execution.session)
      .text_or_null("trace_id", execution.trace_id)
      .raw("policy", execution.policy ? encode_decision(*execution.policy) : "null")
      .text_or_null("approval_id", execution.approval.text);
  if (approval != nullptr) out.raw("approval", write_answer(*approval));
  if (execution.queue) out.raw("queue", write_queue(*execution.queue));
  return out.boolean("replayed", execution.replayed)
      .boolean("dry_run", execution.dry_run)
      .raw("actor", detail::write_actor(execution.actor))
      .done();
}

ExecutionState read_state(ObjectReader& in) {
  auto const state = parse_execution_state(in.text("state"));
  if (!state) in.complain("state", "an execution's state");
  return state.value_or(ExecutionState::unknown);
}

Execution read_execution(ObjectReader& in) {
  Execution execution;
  execution.id.text = in.text("id");
  execution.tool.text = in.required_text("tool");
  execution.tool_version = in.text("tool_version");
  execution.integration.text = in.text("integration_slug");
  execution.connection = in.nested("connection", read_reference);
  execution.state = read_state(in);
  if (auto const data = in.find("data")) {
    execution.data.emplace();
    execution.data->text = *data;
  }
  execution.error =
      in.nested("error", [](ObjectReader& inner) { return detail::read_error(inner, ErrorCode::internal); });
  execution.log_id = in.text("log_id");
  execution.attempts = static_cast<int>(in.number("attempts"));
  execution.read_only = in.boolean("read_only");
  execution.idempotency_key = in.text("idempotency_key");
  execution.started_at = in.time("started_at").value_or(WallTime{});
  execution.finished_at = in.time("finished_at");
  if (auto const ms = in.find_number("duration_ms")) execution.duration = std::chrono::milliseconds{*ms};
  execution.arguments = in.object("arguments").value_or(JsonText{});
  execution.result_file = in.nested("result_file", read_result_file);
  execution.result_bytes = in.find_number("result_bytes");
  execution.batch = in.nested("batch", read_batch);
  execution.session = in.text("session");
  execution.trace_id = in.text("trace_id");
  execution.policy = in.nested("policy", read_policy);
  execution.approval.text = in.text("approval_id");
  execution.queue = in.nested("queue", read_queue);
  execution.replayed = in.boolean("replayed");
  execution.dry_run = in.boolean("dry_run");
  execution.actor = in.nested("actor", detail::read_actor).value_or(Actor{});
  return execution;
}

}  // namespace

std::string encode_tool_call(ToolCall const& call) {
  ObjectWriter out;
  auto const add = [&](std::string_view name, std::string const& value) {
    if (!value.empty()) out.text(name, value);
  };
  add("id", call.id.text);
  out.text("tool", call.tool).raw("arguments", detail::object_or_empty(call.arguments));
  if (!call.text_paths.empty()) out.texts("text_paths", call.text_paths);
  add("connection", call.connection);
  add("tool_version", call.tool_version);
  add("idempotency_key", call.idempotency_key);
  add("session", call.session);
  add("approval", call.approval.text);
  if (call.on_ask == OnAsk::come_back) out.text("on_ask", "come_back");
  add("trace_id", call.trace_id);
  if (!call.files.empty()) out.raw("files", write_files(call.files));
  if (call.retry == RetryRule::never) out.boolean("retry", false);
  if (call.batch) out.raw("batch", write_batch(call.batch));
  if (!call.validate) out.boolean("validate", false);
  if (call.dry_run) out.boolean("dry_run", true);
  return out.done();
}

Result<ToolCall> decode_tool_call(std::string_view body) {
  return detail::decode_object(body, "the request", [](ObjectReader& in) {
    ToolCall call;
    call.id.text = in.text("id");
    if (!call.id.empty() && !is_uuid(call.id.text)) in.complain("id", "a UUID");
    call.tool = in.required_text("tool");
    call.arguments = in.object("arguments").value_or(JsonText{});
    call.text_paths = in.texts("text_paths");
    call.connection = in.text("connection");
    call.tool_version = in.text("tool_version");
    call.idempotency_key = in.text("idempotency_key");
    call.session = in.text("session");
    call.approval = detail::read_approval_id(in);
    call.on_ask = detail::read_on_ask(in);
    call.trace_id = in.text("trace_id");
    if (!call.trace_id.empty() && !is_trace_id(call.trace_id)) in.complain("trace_id", "32 hex digits");
    call.files = in.each("files", read_file_argument);
    call.retry = in.boolean("retry", true) ? RetryRule::when_safe : RetryRule::never;
    call.batch = in.nested("batch", read_batch);
    call.validate = in.boolean("validate", true);
    call.dry_run = in.boolean("dry_run");
    return call;
  });
}

std::string encode_execution(Execution const& execution) {
  return write_execution(execution, Payload::included);
}

std::string encode_execution(Execution const& execution, Approval const& approval) {
  return write_execution(execution, Payload::included, &approval);
}

std::string encode_executions(Page<Execution> const& page) {
  return detail::write_page(page,
                            [](Execution const& each) { return write_execution(each, Payload::left_out); });
}

Result<Execution> decode_execution(std::string_view body) {
  return detail::decode_object(body, "the execution", read_execution);
}

std::optional<Approval> find_approval_of(std::string_view execution) {
  auto const told = find_member(execution, "approval");
  if (!told || *told == "null") return std::nullopt;
  auto const approval = detail::decode_object(*told, "the approval", read_answer);
  return approval ? std::optional{*approval} : std::nullopt;
}

Result<Page<Execution>> decode_executions(std::string_view body) {
  return detail::decode_object(body, "the list of executions", [](ObjectReader& in) {
    return detail::read_page<Execution>(in, read_execution);
  });
}

}  // namespace agenta::protocol
