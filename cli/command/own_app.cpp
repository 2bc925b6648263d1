#include "cli/command/own_app.hpp"

#include <algorithm>

#include "cli/command/connect_draft.hpp"
#include "cli/command/field_question.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

std::string read_text(std::string_view object, std::string_view name) {
  return protocol::read_string(protocol::find_member(object, name).value_or("null")).value_or("");
}

AuthField read_field(std::string_view json) {
  AuthField field;
  field.name = read_text(json, "name");
  field.display_name = read_text(json, "display_name");
  field.description = read_text(json, "description");
  if (auto type = read_text(json, "type"); !type.empty()) field.type = std::move(type);
  field.required = protocol::find_member(json, "required") == "true";
  // Shown only where it is said to be none.
  field.secret = protocol::find_member(json, "secret") != "false";
  field.default_value = protocol::read_string(protocol::find_member(json, "default").value_or("null"));
  return field;
}

Error app_needed(Integration const& integration) {
  Error error;
  error.code = ErrorCode::input_needed;
  error.message = "connecting " + integration.slug.text + " needs what your own app is known by";
  error.next_step = {"agenta-tools",        "connect",      integration.slug.text,
                     "--auth-config-field", "client_id=ID", "--auth-config-field",
                     "client_secret=@FILE"};
  return error;
}

void introduce(Context& context, Integration const& integration, OwnApp const& app) {
  std::string text = "Composio has no app of its own for " + visible(title_of(integration)) + ": ";
  text += app.redirect_uri.empty() ? "it takes yours.\n"
                                   : "it takes yours. Register one at the service, with this redirect URI:\n"
                                     "  " +
                                         visible(app.redirect_uri) + "\n";
  context.terminal.err(text);
}

std::optional<OwnApp> read_app(std::string_view context) {
  auto const elements =
      protocol::elements_of(protocol::find_member(context, "auth_config_fields").value_or("null"));
  if (!elements || elements->empty()) return std::nullopt;
  OwnApp app;
  app.redirect_uri = read_text(context, "redirect_uri");
  for (std::string_view const element : *elements) app.fields.push_back(read_field(element));
  return app;
}

/// The fields that are missing still, by name.
std::optional<OwnApp> read_rest(std::string_view context, IntegrationDetail const& detail) {
  auto const names = protocol::elements_of(protocol::find_member(context, "fields").value_or("null"));
  if (!names || names->empty()) return std::nullopt;
  OwnApp app;
  app.is_partly_given = true;
  for (std::string_view const name : *names) {
    AuthField field =
        describe_field(detail, &AuthScheme::auth_config_fields, protocol::read_string(name).value_or(""));
    field.required = true;
    app.fields.push_back(std::move(field));
  }
  return app;
}

}  // namespace

std::optional<OwnApp> find_own_app(Error const& refusal, IntegrationDetail const& detail) {
  if (refusal.context.text.empty()) return std::nullopt;
  if (refusal.code == ErrorCode::not_configured) return read_app(refusal.context.text);
  bool const is_about_app =
      std::ranges::find(refusal.next_step, "--auth-config-field") != refusal.next_step.end();
  if (refusal.code == ErrorCode::invalid_credentials && is_about_app)
    return read_rest(refusal.context.text, detail);
  return std::nullopt;
}

Result<void> ask_own_app(Context& context, Integration const& integration, OwnApp const& app,
                         Fields& fields) {
  if (!app.is_partly_given) introduce(context, integration, app);
  for (AuthField const& field : app.fields) {
    bool const is_given =
        std::ranges::any_of(fields, [&](auto const& pair) { return pair.first == field.name; });
    // Where people are sent back to is Composio's to say.
    bool const is_redirect = field.name.find("redirect_uri") != std::string::npos && field.default_value;
    if (!field.required || is_given || is_redirect) continue;
    std::optional<Secret> offered;
    if (field.default_value) offered = Secret{*field.default_value};
    auto const file = takes_file("", field);
    AGENTA_TRY(auto value, ask_field(context, field, offered, file, app_needed(integration)));
    fields.emplace_back(field.name, std::move(value));
  }
  return {};
}

}  // namespace agenta::cli
