#include "cli/command/batch_line.hpp"

#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

unexpected<Error> no_call(std::int64_t line, std::string const& why) {
  return fail(ErrorCode::invalid_request, "line " + std::to_string(line) + " " + why);
}

bool is_id(std::string_view json) {
  return json.starts_with('"') || json.starts_with('-') || (json.front() >= '0' && json.front() <= '9');
}

/// A text member into its place; an empty one is as good as none.
Result<void> read_text(protocol::JsonMember const& member, std::int64_t line, std::string& into) {
  if (member.value == "null") return {};
  auto text = protocol::read_string(member.value);
  if (!text) return no_call(line, "has a " + member.name + " that is no text");
  into = *std::move(text);
  return {};
}

/// FNV-1a. The marks compare a user's own lines, and what they say differs is asked for: no more is needed.
std::uint64_t add(std::uint64_t hash, std::string_view text) {
  constexpr std::uint64_t kPrime = 0x100000001b3;
  for (char const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return (hash ^ 0xff) * kPrime;  // between the parts
}

constexpr std::size_t kMarkDigits = 15;  // what a UUID has after its version, counter and variant

std::string mark_of(BatchId const& batch, std::int64_t line, std::string_view text) {
  constexpr std::uint64_t kBasis = 0xcbf29ce484222325;
  std::uint64_t const hash = add(add(add(kBasis, batch.text), std::to_string(line)), trim(text));
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string digits(kMarkDigits, '0');
  for (std::size_t i = 0; i < kMarkDigits; ++i) digits[i] = kHex[(hash >> (4 * i)) & 0xf];
  return digits;
}

constexpr std::size_t kVariantAt = 19;  // `xxxxxxxx-xxxx-7xxx-Vmmm-mmmmmmmmmmmm`
constexpr std::size_t kUuidLength = 36;

}  // namespace

Result<BatchCall> parse_batch_line(std::string_view text, std::int64_t line) {
  if (!protocol::is_json(text)) return no_call(line, "is not JSON");
  auto const members = protocol::members_of(text);
  if (!members) return no_call(line, "is no JSON object");
  BatchCall parsed;
  parsed.id = std::to_string(line);
  parsed.call.arguments.text = "{}";
  for (protocol::JsonMember const& each : *members) {
    if (each.name == "id") {
      if (each.value == "null") continue;
      if (!is_id(each.value)) return no_call(line, "has an id that is neither text nor number");
      parsed.id = each.value;
    } else if (each.name == "arguments") {
      if (each.value == "null") continue;
      if (!each.value.starts_with('{')) return no_call(line, "has arguments that are no object");
      parsed.call.arguments.text = each.value;
    } else if (each.name == "tool") {
      AGENTA_CHECK(read_text(each, line, parsed.call.tool));
    } else if (each.name == "connection") {
      AGENTA_CHECK(read_text(each, line, parsed.call.connection));
    } else if (each.name == "idempotency_key") {
      AGENTA_CHECK(read_text(each, line, parsed.call.idempotency_key));
    } else if (each.name == "tool_version") {
      AGENTA_CHECK(read_text(each, line, parsed.call.tool_version));
    } else {
      // Passed over, a misspelt `arguments` would run the tool without them.
      return no_call(line,
                     "has a member " + each.name +
                         ": a call has id, tool, arguments, connection, idempotency_key and tool_version");
    }
  }
  if (parsed.call.tool.empty()) return no_call(line, "names no tool");
  return parsed;
}

std::string batch_line_id(std::string_view text, std::int64_t line) {
  std::string number = std::to_string(line);
  if (!protocol::is_json(text)) return number;
  auto const id = protocol::find_member(text, "id");
  return id && is_id(*id) ? std::string{*id} : number;
}

std::string make_marked_id(BatchId const& batch, std::int64_t line, std::string_view text) {
  std::string const made = make_uuid_v7();
  std::string const mark = mark_of(batch, line, text);
  return made.substr(0, kVariantAt + 1) + mark.substr(0, 3) + "-" + mark.substr(3);
}

bool has_mark(std::string_view execution_id, BatchId const& batch, std::int64_t line, std::string_view text) {
  if (execution_id.size() != kUuidLength) return false;
  std::string const mark = mark_of(batch, line, text);
  return execution_id.substr(kVariantAt + 1, 3) == mark.substr(0, 3) &&
         execution_id.substr(kVariantAt + 5) == mark.substr(3);
}

std::string write_batch_outcome(BatchOutcome const& outcome) {
  std::string out = "{\"id\":";
  auto const add_text = [&out](std::string_view name, std::string const& text) {
    out.append(",\"").append(name).append("\":");
    text.empty() ? static_cast<void>(out.append("null")) : protocol::append_string(out, text);
  };
  out.append(outcome.id).append(",\"line\":").append(std::to_string(outcome.line));
  add_text("tool", outcome.tool);
  add_text("execution_id", outcome.execution_id);
  add_text("state", std::string{name_of(outcome.state)});
  out.append(",\"successful\":").append(outcome.state == ExecutionState::succeeded ? "true" : "false");
  out.append(",\"data\":");
  // Line ends in JSON are only ever between its tokens.
  std::size_t const data_at = out.size();
  out.append(outcome.data);
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(data_at), out.end(),
      [](char c) { return c == '\n' || c == '\r'; }, ' ');
  if (!outcome.result_file.empty()) out.append(",\"result_file\":").append(outcome.result_file);
  out.append(",\"error\":");
  if (outcome.error) {
    std::string const document = protocol::encode_cli_error(*outcome.error);
    out.append(protocol::find_member(document, "error").value_or("null"));
  } else {
    out.append("null");
  }
  return out.append("}\n");
}

}  // namespace agenta::cli
