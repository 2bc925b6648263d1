#include "shared/protocol/codec_batch.hpp"

#include "shared/base/text.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec_detail.hpp"

namespace agenta::protocol {
namespace {

using detail::ObjectReader;
using detail::ObjectWriter;

ServiceRequest request_of(std::string method, std::string_view path, std::string body = {}) {
  ServiceRequest request;
  request.method = std::move(method);
  request.target = std::string{kRoot}.append("/batches").append(path);
  request.body = std::move(body);
  return request;
}

std::string segment(std::string_view id) { return "/" + percent_encode(id); }

std::string write_counts(BatchCounts const& counts) {
  return ObjectWriter{}
      .number("queued", counts.queued)
      .number("sent", counts.sent)
      .number("succeeded", counts.succeeded)
      .number("failed", counts.failed)
      .number("unknown", counts.unknown)
      .done();
}

std::string write_line(BatchLine const& line) {
  return ObjectWriter{}
      .number("line", line.line)
      .text("state", name_of(line.state))
      .text("execution_id", line.execution.text)
      .done();
}

BatchLine read_line(ObjectReader& in) {
  BatchLine line;
  line.line = in.number("line");
  auto const state = parse_execution_state(in.text("state"));
  if (!state) in.complain("state", "an execution's state");
  line.state = state.value_or(ExecutionState::unknown);
  line.execution.text = in.text("execution_id");
  return line;
}

}  // namespace

ServiceRequest begin_batch(std::string_view source) {
  return request_of("POST", "", encode_begin_batch(source));
}

ServiceRequest list_batches(std::string_view cursor, std::optional<int> limit) {
  std::string query;
  if (!cursor.empty()) query += "?cursor=" + percent_encode(cursor);
  if (limit) query += (query.empty() ? "?limit=" : "&limit=") + std::to_string(*limit);
  return request_of("GET", query);
}

ServiceRequest get_batch(std::string_view id) { return request_of("GET", segment(id)); }

ServiceRequest list_batch_lines(std::string_view id, std::int64_t after, std::optional<int> limit) {
  std::string path = segment(id) + "/lines?after=" + std::to_string(after);
  if (limit) path += "&limit=" + std::to_string(*limit);
  return request_of("GET", path);
}

ServiceRequest finish_batch(std::string_view id) { return request_of("POST", segment(id) + "/finish"); }

std::string encode_begin_batch(std::string_view source) {
  return ObjectWriter{}.text("source", source).done();
}

Result<std::string> decode_begin_batch(std::string_view body) {
  return detail::decode_object(body, "the request",
                               [](ObjectReader& in) { return in.required_text("source"); });
}

std::string encode_batch(Batch const& batch, std::optional<BatchCounts> const& counts) {
  ObjectWriter out;
  out.text("id", batch.id.text)
      .text("source", batch.source)
      .time("created_at", batch.created_at)
      .time("finished_at", batch.finished_at);
  if (counts) out.raw("lines", write_counts(*counts));
  return out.raw("actor", detail::write_actor(batch.actor)).done();
}

std::string encode_batches(Page<Batch> const& page) {
  return detail::write_page(page, [](Batch const& each) { return encode_batch(each); });
}

Result<Batch> decode_batch(std::string_view body) {
  return detail::decode_object(body, "the batch", [](ObjectReader& in) {
    Batch batch;
    batch.id.text = in.required_text("id");
    batch.source = in.text("source");
    batch.created_at = in.time("created_at").value_or(WallTime{});
    batch.finished_at = in.time("finished_at");
    batch.actor = in.nested("actor", detail::read_actor).value_or(Actor{});
    return batch;
  });
}

std::string encode_batch_lines(BatchLines const& lines) {
  ObjectWriter out;
  out.raw("items", detail::write_array(lines.items, write_line));
  if (lines.next_after) {
    out.number("next_after", *lines.next_after);
  } else {
    out.null("next_after");
  }
  return out.done();
}

Result<BatchLines> decode_batch_lines(std::string_view body) {
  return detail::decode_object(body, "the lines of the batch", [](ObjectReader& in) {
    BatchLines lines;
    lines.items = in.each("items", read_line);
    lines.next_after = in.find_number("next_after");
    return lines;
  });
}

}  // namespace agenta::protocol
