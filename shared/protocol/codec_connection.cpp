#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_detail.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::protocol {
namespace {

using detail::ObjectReader;
using detail::ObjectWriter;

std::string write_reason(std::optional<ConnectionError> const& error) {
  if (!error) return "null";
  return ObjectWriter{}.text("code", row_of(error->code).name).text("message", error->message).done();
}

ConnectionError read_reason(ObjectReader& in) {
  ConnectionError error;
  error.code = parse_error_code(in.text("code")).value_or(ErrorCode::internal);
  error.message = in.text("message");
  return error;
}

ConnectionStatus read_status(ObjectReader& in) {
  auto const status = parse_connection_status(in.text("status"));
  if (!status) in.complain("status", "a connection's status");
  return status.value_or(ConnectionStatus::failed);
}

}  // namespace

Connection detail::read_connection(ObjectReader& in) {
  Connection connection;
  connection.id.text = in.required_text("id");
  connection.project.text = in.text("project_id");
  connection.slug = in.text("slug");
  connection.name = in.text("name");
  connection.integration.text = in.text("integration_slug");
  connection.integration_name = in.text("integration_name");
  connection.account.text = in.text("composio_account_id");
  connection.auth_config.text = in.text("composio_auth_config_id");
  connection.base_url = in.text("base_url");
  connection.status = read_status(in);
  connection.auth_type = in.text("auth_type");
  connection.is_default = in.boolean("is_default");
  connection.redirect_url = in.text("redirect_url");
  connection.expires_at = in.time("expires_at");
  connection.created_at = in.time("created_at").value_or(WallTime{});
  connection.updated_at = in.time("updated_at").value_or(WallTime{});
  connection.last_used_at = in.time("last_used_at");
  connection.last_checked_at = in.time("last_checked_at");
  connection.created_by = in.nested("created_by", detail::read_actor).value_or(Actor{});
  connection.changed_by = in.nested("changed_by", detail::read_actor).value_or(Actor{});
  connection.used_by = in.nested("used_by", detail::read_actor);
  if (in.boolean("renewing")) connection.renewal.emplace();
  connection.error = in.nested("error", read_reason);
  return connection;
}

namespace {

std::string write_credentials(std::vector<std::pair<std::string, Secret>> const& credentials) {
  ObjectWriter out;
  for (auto const& [name, value] : credentials) out.text(name, value.reveal());
  return out.done();
}

std::vector<std::pair<std::string, Secret>> read_credentials(ObjectReader& in, std::string const& name) {
  std::vector<std::pair<std::string, Secret>> credentials;
  auto const json = in.find(name);
  if (!json) return credentials;
  if (!json->starts_with('{')) in.complain(name, "an object");
  for (JsonMember const& member : members_of(*json).value_or(std::vector<JsonMember>{})) {
    auto value = read_string(member.value);
    if (!value) in.complain(name + "." + member.name, "text");
    credentials.emplace_back(member.name, Secret{std::move(value).value_or("")});
  }
  return credentials;
}

}  // namespace

std::string encode_connection(Connection const& connection, std::string_view own_scope) {
  bool const pending = connection.status == ConnectionStatus::pending;
  return ObjectWriter{}
      .text("id", connection.id.text)
      .text_or_null("project_id", connection.project.text)
      .text("slug", connection.slug)
      .text("name", connection.name)
      .text("integration_slug", connection.integration.text)
      .text("integration_name", connection.integration_name)
      .text_or_null("composio_account_id", connection.account.text)
      .text_or_null("composio_auth_config_id", connection.auth_config.text)
      .text_or_null("base_url", connection.base_url)
      .boolean("foreign", !own_scope.empty() && connection.key_scope != own_scope)
      .text("status", name_of(connection.status))
      .text("auth_type", connection.auth_type)
      .boolean("is_default", connection.is_default)
      .text_or_null("redirect_url", pending ? connection.redirect_url : "")
      .time("expires_at", connection.expires_at)
      .time("created_at", connection.created_at)
      .time("updated_at", connection.updated_at)
      .time("last_used_at", connection.last_used_at)
      .time("last_checked_at", connection.last_checked_at)
      .raw("created_by", detail::write_actor(connection.created_by))
      .raw("changed_by", detail::write_actor(connection.changed_by))
      .raw("used_by", connection.used_by ? detail::write_actor(*connection.used_by) : "null")
      .boolean("renewing", connection.renewal.has_value())
      .raw("error", write_reason(connection.error))
      .done();
}

std::string encode_connections(Page<Connection> const& page, std::string_view own_scope) {
  return detail::write_page(page, [&](Connection const& each) { return encode_connection(each, own_scope); });
}

Result<Connection> decode_connection(std::string_view body) {
  return detail::decode_object(body, "the connection", detail::read_connection);
}

Result<Page<Connection>> decode_connections(std::string_view body) {
  return detail::decode_object(body, "the list of connections", [](ObjectReader& in) {
    return detail::read_page<Connection>(in, detail::read_connection);
  });
}

std::string encode_connect_request(ConnectRequest const& request) {
  ObjectWriter out;
  auto const add = [&](std::string_view name, std::string const& value) {
    if (!value.empty()) out.text(name, value);
  };
  out.text("integration_slug", request.integration);
  add("slug", request.slug);
  add("name", request.name);
  add("auth_type", request.auth_type);
  add("auth_config_id", request.auth_config_id);
  if (!request.auth_config_fields.empty())
    out.raw("auth_config_fields", write_credentials(request.auth_config_fields));
  if (!request.credentials.empty()) out.raw("credentials", write_credentials(request.credentials));
  if (!request.scopes.empty()) out.texts("scopes", request.scopes);
  add("reconnect", request.reconnect);
  return out.done();
}

Result<ConnectRequest> decode_connect_request(std::string_view body) {
  return detail::decode_object(body, "the request", [](ObjectReader& in) {
    ConnectRequest request;
    request.reconnect = in.text("reconnect");
    // A connection to renew says what it is a connection of.
    request.integration =
        request.reconnect.empty() ? in.required_text("integration_slug") : in.text("integration_slug");
    request.slug = in.text("slug");
    request.name = in.text("name");
    request.auth_type = in.text("auth_type");
    request.auth_config_id = in.text("auth_config_id");
    request.auth_config_fields = read_credentials(in, "auth_config_fields");
    request.credentials = read_credentials(in, "credentials");
    request.scopes = in.texts("scopes");
    return request;
  });
}

std::string encode_connection_patch(ConnectionPatch const& patch) {
  ObjectWriter out;
  if (patch.slug) out.text("slug", *patch.slug);
  if (patch.name) out.text("name", *patch.name);
  if (patch.make_default) out.boolean("is_default", true);
  return out.done();
}

Result<ConnectionPatch> decode_connection_patch(std::string_view body) {
  return detail::decode_object(body, "the request", [](ObjectReader& in) {
    ConnectionPatch patch;
    if (in.has("slug")) patch.slug = in.text("slug");
    if (in.has("name")) patch.name = in.text("name");
    patch.make_default = in.boolean("is_default");
    // Another connection is made the default instead: none at all is not asked for by taking it away.
    if (in.has("is_default") && !patch.make_default) in.complain("is_default", "true");
    return patch;
  });
}

std::string encode_connect_reply(ConnectReply const& reply) {
  ObjectWriter out;
  out.text_or_null("id", reply.id.text)
      .text_or_null("slug", reply.slug)
      .text("status", name_of(reply.status));
  if (!reply.redirect_url.empty()) out.text("redirect_url", reply.redirect_url);
  if (reply.expires_at) out.time("expires_at", reply.expires_at);
  out.text("message", reply.message);
  if (reply.joined) out.boolean("joined", true);
  return out.done();
}

Result<ConnectReply> decode_connect_reply(std::string_view body) {
  return detail::decode_object(body, "the reply", [](ObjectReader& in) {
    ConnectReply reply;
    reply.id.text = in.text("id");  // none where there was nothing to connect
    reply.slug = in.text("slug");
    reply.status = read_status(in);
    reply.redirect_url = in.text("redirect_url");
    reply.expires_at = in.time("expires_at");
    reply.message = in.text("message");
    reply.joined = in.boolean("joined");
    return reply;
  });
}

}  // namespace agenta::protocol
