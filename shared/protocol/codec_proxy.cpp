#include "shared/protocol/codec_proxy.hpp"

#include "shared/protocol/codec_detail.hpp"

namespace agenta::protocol {
namespace {

using detail::ObjectReader;
using detail::ObjectWriter;

constexpr std::string_view kBytes = ",\"body_base64\":\"";

std::string write_fields(std::vector<ProxyField> const& fields) {
  return detail::write_array(fields, [](ProxyField const& each) {
    return ObjectWriter{}.text("name", each.name).text("value", each.value).done();
  });
}

std::vector<ProxyField> read_fields(ObjectReader& in, std::string_view name) {
  return in.each(name, [](ObjectReader& each) {
    ProxyField field;
    field.name = each.required_text("name");
    field.value = each.text("value");
    return field;
  });
}

std::string write_headers(std::vector<ProxyField> const& headers) {
  ObjectWriter out;
  for (ProxyField const& each : headers) out.text(each.name, each.value);
  return out.done();
}

std::string write_failure(std::optional<Error> const& error) {
  if (!error) return "null";
  ObjectWriter out;
  detail::write_error_members(out, *error, "message");
  return out.done();
}

ObjectWriter write_head(ProxyAnswer const& answer) {
  ObjectWriter out;
  out.text("execution_id", answer.execution.text)
      .text("integration_slug", answer.integration.text)
      .raw("connection",
           ObjectWriter{}.text("id", answer.connection.id.text).text("slug", answer.connection.slug).done())
      .text("method", answer.method)
      .text("url", answer.url)
      .number("status", answer.status)
      .raw("headers", write_headers(answer.headers))
      .text_or_null("content_type", answer.content_type)
      .number("attempts", answer.attempts)
      .raw("error", write_failure(answer.error));
  return out;
}

ProxyAnswer read_answer(ObjectReader& in) {
  ProxyAnswer answer;
  answer.execution.text = in.text("execution_id");
  answer.integration.text = in.text("integration_slug");
  auto const connection = in.nested("connection", [](ObjectReader& inner) {
    ConnectionReference reference;
    reference.id.text = inner.text("id");
    reference.slug = inner.text("slug");
    return reference;
  });
  answer.connection = connection.value_or(ConnectionReference{});
  answer.method = in.text("method");
  answer.url = in.text("url");
  answer.status = static_cast<unsigned>(in.number("status"));
  JsonText const headers = in.object("headers").value_or(JsonText{});
  auto const members = members_of(headers.text).value_or(std::vector<JsonMember>{});
  for (JsonMember const& each : members) {
    answer.headers.push_back({each.name, read_string(each.value).value_or(std::string{each.value})});
  }
  answer.content_type = in.text("content_type");
  answer.attempts = static_cast<int>(in.number("attempts"));
  answer.error =
      in.nested("error", [](ObjectReader& inner) { return detail::read_error(inner, ErrorCode::internal); });
  if (auto const body = in.find("body")) answer.body = JsonText{std::string{*body}};
  return answer;
}

}  // namespace

std::string encode_proxy_call(ProxyCall const& call) {
  ObjectWriter out;
  if (!call.id.empty()) out.text("id", call.id.text);
  out.text("integration_slug", call.integration.text).text("method", call.method).text("url", call.url);
  if (!call.headers.empty()) out.raw("headers", write_fields(call.headers));
  if (!call.query.empty()) out.raw("query", write_fields(call.query));
  if (call.body) out.raw("body", call.body->text);
  if (call.binary) {
    ObjectWriter binary;
    binary.text("base64", call.binary->base64);
    if (!call.binary->content_type.empty()) binary.text("content_type", call.binary->content_type);
    out.raw("binary_body", binary.done());
  }
  if (!call.connection.empty()) out.text("connection", call.connection);
  if (!call.session.empty()) out.text("session", call.session);
  if (!call.approval.empty()) out.text("approval", call.approval.text);
  if (call.on_ask == OnAsk::come_back) out.text("on_ask", "come_back");
  return out.done();
}

Result<ProxyCall> decode_proxy_call(std::string_view body) {
  return detail::decode_object(body, "the request", [](ObjectReader& in) {
    ProxyCall call;
    call.id.text = in.text("id");
    if (!call.id.empty() && !is_uuid(call.id.text)) in.complain("id", "a UUID");
    call.integration.text = in.required_text("integration_slug");
    call.method = in.required_text("method");
    call.url = in.required_text("url");
    call.headers = read_fields(in, "headers");
    call.query = read_fields(in, "query");
    if (auto const value = in.find("body")) call.body = JsonText{std::string{*value}};
    call.binary = in.nested("binary_body", [](ObjectReader& inner) {
      BinaryBody binary;
      binary.base64 = inner.required_text("base64");
      binary.content_type = inner.text("content_type");
      return binary;
    });
    call.connection = in.text("connection");
    call.session = in.text("session");
    call.approval = detail::read_approval_id(in);
    call.on_ask = detail::read_on_ask(in);
    return call;
  });
}

std::string encode_proxy_answer(ProxyAnswer const& answer) {
  return write_head(answer).raw("body", answer.body ? answer.body->text : "null").done();
}

std::string encode_proxy_head(ProxyAnswer const& answer) {
  std::string head = write_head(answer).done();
  head.pop_back();
  return head.append(kBytes);
}

Result<ProxyAnswer> decode_proxy_answer(std::string_view body) {
  return detail::decode_object(body, "the answer", read_answer);
}

std::optional<std::size_t> find_proxy_bytes(std::string_view beginning) {
  // Inside a JSON string its quotes would be escaped: this is the member and nothing else.
  std::size_t const at = beginning.find(kBytes);
  if (at == std::string_view::npos) return std::nullopt;
  return at + kBytes.size();
}

Result<ProxyAnswer> decode_proxy_head(std::string_view head) {
  return decode_proxy_answer(std::string{head}.append(kProxyTail));
}

}  // namespace agenta::protocol
