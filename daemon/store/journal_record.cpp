#include "daemon/store/journal_record.hpp"

#include <algorithm>
#include <charconv>

#include "daemon/store/execution_row.hpp"
#include "daemon/store/row.hpp"
#include "daemon/store/sha256.hpp"
#include "shared/protocol/error_table.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon::store {
namespace {

using protocol::write_string;

std::string write_optional(std::optional<std::string> const& text) {
  return text ? write_string(*text) : "null";
}

std::string write_actor(Actor const& actor) {
  return "{\"uid\":" + std::to_string(actor.uid) + ",\"user\":" + write_string(actor.user) +
         ",\"host\":" + write_string(actor.host) + ",\"program\":" + write_string(actor.program) + "}";
}

/// Every column that no fact of its own stands for; each ended by a byte that no text of a column needs, so
/// that nothing can move from one into the next.
std::string rest_of(Execution const& row) {
  std::string out;
  auto const text = [&out](std::string_view value) { out.append(value).append(1, '\0'); };
  auto const number = [&](std::optional<std::int64_t> value) { text(value ? std::to_string(*value) : "-"); };
  text(row.tool_version);
  text(row.integration.text);
  text(row.connection ? row.connection->slug : "");
  text(row.read_only ? "1" : "0");
  text(row.idempotency_key);
  text(row.arguments_digest);
  // What is not settled yet is sent, maybe again and again, without a record of that.
  number(is_settled(row.state) ? row.attempts : 0);
  text(row.log_id);
  number(milliseconds_of(row.started_at));
  number(milliseconds_of(row.finished_at));
  number(row.duration ? std::optional<std::int64_t>{row.duration->count()} : std::nullopt);
  text(error_text(row.error).value_or(""));
  text(row.batch ? row.batch->batch.text : "");
  number(row.batch ? std::optional<std::int64_t>{row.batch->line} : std::nullopt);
  text(row.session);
  text(row.trace_id);
  number(row.result_bytes);
  // Rows outside of sessions are recorded as they were before there were any.
  if (row.policy || !row.approval.empty()) {
    text(row.policy ? name_of(row.policy->verdict) : "");
    text(row.policy ? row.policy->rule : "");
    text(row.approval.text);
  }
  return out;
}

std::string write_file(std::optional<ResultFile> const& file) {
  if (!file) return "null";
  return "{\"path\":" + write_string(file->path) + ",\"offset\":" + std::to_string(file->offset) +
         ",\"size\":" + std::to_string(file->size) + "}";
}

}  // namespace

PayloadDigests digests_of(Execution const& row) {
  PayloadDigests digests;
  if (!row.arguments.text.empty()) digests.arguments = sha256_hex(row.arguments.text);
  if (row.data) digests.result = sha256_hex(row.data->text);
  return digests;
}

std::vector<Fact> facts_of(std::int64_t seq, Execution const& row, PayloadDigests const& digests) {
  WallTime const at = is_settled(row.state) ? row.finished_at.value_or(row.started_at) : row.started_at;
  std::vector<Fact> facts;
  facts.reserve(14);
  facts.push_back({"row", std::to_string(seq)});
  facts.push_back({"id", write_string(row.id.text)});
  facts.push_back({"at", write_string(format_rfc3339(at))});
  facts.push_back({"project", write_string(row.project.text)});
  facts.push_back({"tool", write_string(row.tool.text)});
  facts.push_back({"connection", row.connection ? write_string(row.connection->id.text) : "null"});
  facts.push_back({"state", write_string(name_of(row.state))});
  facts.push_back({"actor", write_actor(row.actor)});
  facts.push_back({"arguments_sha256", write_optional(digests.arguments)});
  facts.push_back({"result_sha256", write_optional(digests.result)});
  facts.push_back({kResultFile, write_file(row.result_file)});
  if (digests.file) facts.push_back({kResultFileDigest, write_string(*digests.file)});
  facts.push_back({"error", row.error ? write_string(protocol::row_of(row.error->code).name) : "null"});
  facts.push_back({"rest_sha256", write_string(sha256_hex(rest_of(row)))});
  return facts;
}

std::string write_record(std::string_view prev, std::string_view event, std::vector<Fact> const& facts) {
  constexpr std::size_t kUsual = 900;
  std::string out;
  out.reserve(kUsual);
  out.append("{\"prev\":\"").append(prev).append("\",\"event\":\"").append(event).append("\"");
  for (Fact const& fact : facts) out.append(",\"").append(fact.name).append("\":").append(fact.json);
  return out.append("}");
}

std::vector<std::string> differences(std::string_view record, std::vector<Fact> const& facts,
                                     std::vector<std::string_view> const& except) {
  std::vector<std::string> names;
  auto const members = protocol::members_of(record);
  for (Fact const& fact : facts) {
    if (std::ranges::find(except, fact.name) != except.end()) continue;
    bool const same = members && std::ranges::any_of(*members, [&](protocol::JsonMember const& each) {
                        return each.name == fact.name && each.value == fact.json;
                      });
    if (!same) names.emplace_back(fact.name);
  }
  return names;
}

std::string member_text(std::string_view record, std::string_view name) {
  return protocol::read_string(protocol::find_member(record, name).value_or("null")).value_or("");
}

std::int64_t member_number(std::string_view record, std::string_view name) {
  std::string_view const json = protocol::find_member(record, name).value_or("0");
  std::int64_t number = 0;
  std::from_chars(json.data(), json.data() + json.size(), number);
  return number;
}

}  // namespace agenta::daemon::store
