#include <nlohmann/json.hpp>

#include "daemon/composio/composio_codec.hpp"
#include "daemon/composio/wire_json.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

std::string quoted(std::string const& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string text_of(std::string_view body, std::string_view name) {
  auto const raw = protocol::find_member(body, name);
  if (!raw || *raw == "null") return {};
  // An error that is no text is still the tool's own words.
  return protocol::read_string(*raw).value_or(std::string{*raw});
}

}  // namespace

Result<ToolResult> parse_tool_result(std::string_view body) {
  if (!protocol::is_json(body)) return wire::unreadable("no tool result");
  auto const successful = protocol::find_member(body, "successful");
  auto const error = protocol::find_member(body, "error");
  auto const data = protocol::find_member(body, "data");
  // Answers of sessions have no `successful`: there, no error is success.
  if (!successful && !(error && data)) return wire::unreadable("no tool result");

  auto result = ToolResult{};
  if (!successful) {
    result.successful = *error == "null";
  } else if (*successful == "true" || *successful == "\"true\"") {
    result.successful = true;
  } else if (*successful != "false" && *successful != "\"false\"") {
    return wire::unreadable("no tool result");
  }
  if (data && *data != "null") result.data.text = std::string{*data};
  result.error = text_of(body, "error");
  result.log_id = text_of(body, "log_id");
  return result;
}

std::string encode_execute(ExecuteRequest const& request) {
  auto body = "{\"user_id\":" + quoted(request.user_id);
  if (!request.account.empty()) body += ",\"connected_account_id\":" + quoted(request.account.text);
  if (!request.version.empty()) body += ",\"version\":" + quoted(request.version);
  body += ",\"arguments\":" + (request.arguments.text.empty() ? std::string{"{}"} : request.arguments.text);
  body += '}';
  return body;
}

}  // namespace agenta::daemon
