#include "cli/mcp/json_rpc.hpp"

#include <algorithm>
#include <optional>

#include "cli/mcp/json_object.hpp"
#include "shared/base/text.hpp"

namespace agenta::mcp {
namespace {

using protocol::find_member;

/// An id is echoed as it was written, so it is kept so: a string, or an integer.
bool is_id(std::string_view json) {
  constexpr std::size_t kLongest = 1024;
  if (json.empty() || json.size() > kLongest) return false;
  if (json.front() == '"') return true;
  if (json.front() == '-') json.remove_prefix(1);
  return !json.empty() && std::ranges::all_of(json, [](char c) { return c >= '0' && c <= '9'; });
}

unexpected<Refusal> refuse(int code, std::string message, std::string id = {}) {
  return unexpected(Refusal{.error = {.code = code, .message = std::move(message)}, .id = std::move(id)});
}

expected<Message, Refusal> read_response(std::string_view text, std::string id) {
  Message message;
  message.kind = Message::Kind::response;
  message.id = std::move(id);
  if (auto const result = find_member(text, "result")) {
    message.result = *result;
  } else if (!find_member(text, "error")) {
    return refuse(kInvalidRequest, "a message has a method, a result or an error", message.id);
  }
  return message;
}

}  // namespace

expected<Message, Refusal> read_message(std::string_view text) {
  text = trim(text);
  if (!protocol::is_json(text)) return refuse(kParseError, "this is not one JSON document in UTF-8");
  if (text.front() == '[')
    return refuse(kInvalidRequest, "batches are not taken: send one message at a time");
  if (text.front() != '{') return refuse(kInvalidRequest, "a message is a JSON object");

  auto const id = find_member(text, "id");
  bool const has_id = id.has_value();
  if (has_id && !is_id(*id)) return refuse(kInvalidRequest, "an id is a string or an integer");
  std::string const own_id{id.value_or("")};
  if (protocol::read_string(find_member(text, "jsonrpc").value_or("")) != "2.0")
    return refuse(kInvalidRequest, "a message says \"jsonrpc\":\"2.0\"", own_id);

  auto const method = find_member(text, "method");
  if (!method) {
    if (!has_id) return refuse(kInvalidRequest, "a message has a method, or is an answer with an id");
    return read_response(text, own_id);
  }
  Message message;
  message.kind = has_id ? Message::Kind::request : Message::Kind::notification;
  message.id = own_id;
  auto name = protocol::read_string(*method);
  if (!name || name->empty()) return refuse(kInvalidRequest, "the method is a text", own_id);
  message.method = std::move(*name);
  if (auto const params = find_member(text, "params"); params && *params != "null") {
    if (params->front() != '{') return refuse(kInvalidParams, "params is an object", own_id);
    message.params = *params;
  }
  return message;
}

std::string write_result(std::string_view id, std::string_view result) {
  return JsonObject{}.text("jsonrpc", "2.0").raw("id", id).raw("result", result).done();
}

std::string write_error(std::string_view id, RpcError const& error) {
  JsonObject inner;
  inner.number("code", error.code).text("message", error.message);
  if (!error.data.empty()) inner.raw("data", error.data);
  JsonObject out;
  out.text("jsonrpc", "2.0");
  if (!id.empty()) out.raw("id", id);
  return out.raw("error", inner.done()).done();
}

std::string write_notification(std::string_view method, std::string_view params) {
  JsonObject out;
  out.text("jsonrpc", "2.0").text("method", method);
  if (!params.empty()) out.raw("params", params);
  return out.done();
}

std::string write_request(std::string_view id, std::string_view method, std::string_view params) {
  return JsonObject{}
      .text("jsonrpc", "2.0")
      .raw("id", id)
      .text("method", method)
      .raw("params", params)
      .done();
}

}  // namespace agenta::mcp
