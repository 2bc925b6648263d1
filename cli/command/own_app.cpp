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

}  // namespace

std::optional<OwnApp> find_own_app(Error const& refusal) {
  if (refusal.code != ErrorCode::not_configured || refusal.context.text.empty()) return std::nullopt;
  auto const list = protocol::find_member(refusal.context.text, "auth_config_fields");
  auto const elements = protocol::elements_of(list.value_or("null"));
  if (!elements || elements->empty()) return std::nullopt;
  OwnApp app;
  app.redirect_uri = read_text(refusal.context.text, "redirect_uri");
  for (std::string_view const element : *elements) app.fields.push_back(read_field(element));
  return app;
}

Result<void> ask_own_app(Context& context, Integration const& integration, OwnApp const& app,
                         Fields& fields) {
  std::string text = "Composio has no app of its own for " + visible(title_of(integration)) + ": ";
  text += app.redirect_uri.empty() ? "it takes yours.\n"
                                   : "it takes yours. Register one at the service, with this redirect URI:\n"
                                     "  " +
                                         visible(app.redirect_uri) + "\n";
  context.terminal.err(text);
  for (AuthField const& field : app.fields) {
    bool const is_given =
        std::ranges::any_of(fields, [&](auto const& pair) { return pair.first == field.name; });
    if (!field.required || is_given) continue;
    std::optional<Secret> offered;
    if (field.default_value) offered = Secret{*field.default_value};
    auto const file = takes_file("", field);
    AGENTA_TRY(auto value, ask_field(context, field, offered, file, app_needed(integration)));
    fields.emplace_back(field.name, std::move(value));
  }
  return {};
}

}  // namespace agenta::cli
