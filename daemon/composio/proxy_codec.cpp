#include "daemon/composio/composio_codec.hpp"
#include "daemon/composio/wire_json.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

using protocol::write_string;

std::string parameter(ProxyField const& field, std::string_view type) {
  return "{\"name\":" + write_string(field.name) + ",\"value\":" + write_string(field.value) +
         ",\"type\":\"" + std::string{type} + "\"}";
}

std::string parameters_of(ProxyRequest const& request) {
  auto list = std::string{};
  auto const add = [&](std::vector<ProxyField> const& fields, std::string_view type) {
    for (auto const& each : fields) list.append(list.empty() ? "" : ",").append(parameter(each, type));
  };
  add(request.headers, "header");
  add(request.query, "query");
  return "[" + list + "]";
}

std::vector<ProxyField> headers_in(std::string_view json) {
  auto headers = std::vector<ProxyField>{};
  auto const members = protocol::members_of(json);
  if (!members) return headers;
  for (auto const& each : *members) {
    if (each.value == "null") continue;
    headers.push_back({each.name, protocol::read_string(each.value).value_or(std::string{each.value})});
  }
  return headers;
}

}  // namespace

std::string encode_proxy(ProxyRequest const& request) {
  auto json = "{\"connected_account_id\":" + write_string(request.account.text) +
              ",\"endpoint\":" + write_string(request.endpoint) +
              ",\"method\":" + write_string(request.method);
  if (request.body) json += ",\"body\":" + request.body->text;
  if (request.binary) {
    // Written in one go: it is long, and needs no escaping.
    json.append(",\"binary_body\":{\"base64\":\"").append(request.binary->base64).append("\"");
    if (!request.binary->content_type.empty())
      json += ",\"content_type\":" + write_string(request.binary->content_type);
    json += '}';
  }
  if (!request.headers.empty() || !request.query.empty()) json += ",\"parameters\":" + parameters_of(request);
  return json + '}';
}

Result<ProxyReply> parse_proxy(std::string_view body) {
  constexpr std::string_view kNone = "no answer of the service";
  auto const slice = wire::Slice::parse(body);
  if (!slice) return wire::unreadable(kNone);
  auto const status = wire::number_at(*slice, "status");
  if (status < 100 || status > 599) return wire::unreadable(kNone);
  auto reply = ProxyReply{};
  reply.status = static_cast<unsigned>(status);
  reply.headers = headers_in(slice->raw("headers"));
  if (auto const file = wire::Slice::of(slice->raw("binary_data"))) {
    reply.file.emplace();
    reply.file->url = wire::text_at(*file, "url");
    reply.file->content_type = wire::text_at(*file, "content_type");
    reply.file->size = wire::number_at(*file, "size");
    if (reply.file->url.empty()) return wire::unreadable(kNone);
    return reply;
  }
  auto const data = slice->raw("data");
  if (data.empty() || data == "null") return reply;
  auto text = protocol::read_string(data);
  reply.is_json = !text;
  reply.body = text ? *std::move(text) : std::string{data};
  return reply;
}

}  // namespace agenta::daemon
