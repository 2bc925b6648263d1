#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_detail.hpp"

namespace agenta::protocol {
namespace {

using detail::ObjectReader;
using detail::ObjectWriter;

void write_catalogued(ObjectWriter& out, Integration const& integration) {
  out.text("slug", integration.slug.text)
      .text("name", integration.name)
      .text("description", integration.description)
      .text_or_null("logo_url", integration.logo_url)
      .text_or_null("app_url", integration.app_url)
      .raw("categories", detail::write_array(integration.categories, detail::write_category))
      .texts("auth_schemes", integration.auth_schemes)
      .texts("managed_auth_schemes", integration.managed_auth_schemes)
      .number("tools_count", integration.tools_count)
      .text_or_null("version", integration.version)
      .boolean("no_auth", integration.no_auth);
}

void write_state(ObjectWriter& out, IntegrationState const& state) {
  out.boolean("is_connected", state.status == ConnectionStatus::active)
      .text_or_null("connection_id", state.connection ? state.connection->text : "")
      .text_or_null("connection_status", state.status ? name_of(*state.status) : "");
}

void write_item(ObjectWriter& out, Integration const& integration, IntegrationState const& state) {
  write_catalogued(out, integration);
  write_state(out, state);
}

Integration read_item(ObjectReader& in) {
  Integration integration;
  integration.slug.text = in.required_text("slug");
  integration.name = in.text("name");
  integration.description = in.text("description");
  integration.logo_url = in.text("logo_url");
  integration.app_url = in.text("app_url");
  integration.categories = in.each("categories", detail::read_category);
  integration.auth_schemes = in.texts("auth_schemes");
  integration.managed_auth_schemes = in.texts("managed_auth_schemes");
  integration.tools_count = in.number("tools_count");
  integration.version = in.text("version");
  integration.no_auth = in.boolean("no_auth");
  return integration;
}

IntegrationState read_state(ObjectReader& in) {
  IntegrationState state;
  if (in.has("connection_id")) state.connection = ConnectionId{in.text("connection_id")};
  // A status of a newer daemon is shown as none rather than not at all.
  state.status = parse_connection_status(in.text("connection_status"));
  return state;
}

IntegrationItem read_item_with_state(ObjectReader& in) {
  return {.integration = read_item(in), .state = read_state(in)};
}

std::string write_field(AuthField const& field) {
  ObjectWriter out;
  out.text("name", field.name)
      .text("display_name", field.display_name)
      .text("type", field.type)
      .text("description", field.description);
  if (field.default_value) {
    out.text("default", *field.default_value);
  } else {
    out.null("default");
  }
  return out.boolean("required", field.required).boolean("secret", field.secret).done();
}

AuthField read_field(ObjectReader& in) {
  AuthField field;
  field.name = in.required_text("name");
  field.display_name = in.text("display_name");
  if (in.has("type")) field.type = in.text("type");
  field.description = in.text("description");
  if (in.has("default")) field.default_value = in.text("default");
  field.required = in.boolean("required");
  field.secret = in.boolean("secret");
  return field;
}

std::string write_scheme(AuthScheme const& scheme) {
  return ObjectWriter{}
      .text("mode", scheme.mode)
      .text("name", scheme.name)
      .boolean("managed", scheme.managed)
      .raw("auth_config_fields", detail::write_array(scheme.auth_config_fields, write_field))
      .raw("connection_fields", detail::write_array(scheme.connection_fields, write_field))
      .texts("scopes", scheme.scopes)
      .text_or_null("help_url", scheme.help_url)
      .done();
}

AuthScheme read_scheme(ObjectReader& in) {
  AuthScheme scheme;
  scheme.mode = in.required_text("mode");
  scheme.name = in.text("name");
  scheme.managed = in.boolean("managed");
  scheme.auth_config_fields = in.each("auth_config_fields", read_field);
  scheme.connection_fields = in.each("connection_fields", read_field);
  scheme.scopes = in.texts("scopes");
  scheme.help_url = in.text("help_url");
  return scheme;
}

IntegrationDetail read_detail(ObjectReader& in) {
  IntegrationDetail detail;
  detail.integration = read_item(in);
  detail.auth = in.each("auth_config", read_scheme);
  detail.available_versions = in.texts("available_versions");
  detail.current_user_endpoint = in.text("current_user_endpoint");
  detail.current_user_method = in.text("current_user_method");
  return detail;
}

}  // namespace

std::string detail::write_category(Category const& category) {
  return ObjectWriter{}.text("slug", category.slug).text("name", category.name).done();
}

Category detail::read_category(ObjectReader& in) {
  Category category;
  category.slug = in.text("slug");
  category.name = in.text("name");
  return category;
}

std::string encode_integration_item(Integration const& integration) {
  ObjectWriter out;
  write_catalogued(out, integration);
  return out.done();
}

Result<Integration> decode_integration_item(std::string_view body) {
  return detail::decode_object(body, "the integration", read_item);
}

std::string encode_integration_items(Page<std::string> const& page,
                                     std::vector<IntegrationState> const& states,
                                     std::string_view categories) {
  std::size_t index = 0;
  auto const encode = [&](std::string const& item) {
    ObjectWriter out{item};
    write_state(out, index < states.size() ? states[index] : IntegrationState{});
    ++index;
    return out.done();
  };
  return detail::write_page(page, encode, [&](ObjectWriter& out) { out.raw("categories", categories); });
}

std::string encode_integrations(Page<Integration> const& page, std::vector<IntegrationState> const& states,
                                std::vector<Category> const& categories) {
  std::size_t index = 0;
  auto const encode = [&](Integration const& integration) {
    ObjectWriter out;
    write_item(out, integration, index < states.size() ? states[index] : IntegrationState{});
    ++index;
    return out.done();
  };
  return detail::write_page(page, encode, [&](ObjectWriter& out) {
    out.raw("categories", detail::write_array(categories, detail::write_category));
  });
}

std::string encode_integration(IntegrationDetail const& detail, IntegrationState const& state,
                               std::vector<Connection> const& connections) {
  ObjectWriter out;
  write_item(out, detail.integration, state);
  return out.raw("auth_config", detail::write_array(detail.auth, write_scheme))
      .texts("available_versions", detail.available_versions)
      .text_or_null("current_user_endpoint", detail.current_user_endpoint)
      .text_or_null("current_user_method", detail.current_user_method)
      .raw("connections",
           detail::write_array(connections, [](Connection const& c) { return encode_connection(c, ""); }))
      .done();
}

std::string encode_own_app(std::vector<AuthField> const& fields, std::string_view redirect_uri) {
  return ObjectWriter{}
      .raw("auth_config_fields", detail::write_array(fields, write_field))
      .text_or_null("redirect_uri", redirect_uri)
      .done();
}

std::optional<OwnApp> decode_own_app(std::string_view context) {
  auto app = detail::decode_object(context, "the context", [](ObjectReader& in) {
    return OwnApp{.fields = in.each("auth_config_fields", read_field),
                  .redirect_uri = in.text("redirect_uri")};
  });
  if (!app || app->fields.empty()) return std::nullopt;
  return std::move(*app);
}

Result<Page<Integration>> decode_integrations(std::string_view body) {
  return detail::decode_object(body, "the list of integrations", [](ObjectReader& in) {
    return detail::read_page<Integration>(in, read_item);
  });
}

Result<IntegrationDetail> decode_integration(std::string_view body) {
  return detail::decode_object(body, "the integration", read_detail);
}

Result<Page<IntegrationItem>> decode_integration_items(std::string_view body) {
  return detail::decode_object(body, "the list of integrations", [](ObjectReader& in) {
    return detail::read_page<IntegrationItem>(in, read_item_with_state);
  });
}

Result<IntegrationView> decode_integration_view(std::string_view body) {
  return detail::decode_object(body, "the integration", [](ObjectReader& in) {
    IntegrationView view;
    view.detail = read_detail(in);
    view.state = read_state(in);
    view.connections = in.each("connections", detail::read_connection);
    return view;
  });
}

}  // namespace agenta::protocol
