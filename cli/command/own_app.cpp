#include "cli/command/own_app.hpp"

#include <algorithm>

#include "cli/command/connect_draft.hpp"
#include "cli/command/field_question.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/wrap.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

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
  std::string text = "Composio has no app of its own for " + title_of(integration) + ": it takes yours.";
  if (!app.redirect_uri.empty()) text += " Register one at the service, with this redirect URI:";
  text = wrapped(text, 0, std::max(context.terminal.err_width(), 20));
  if (!app.redirect_uri.empty()) text += "  " + visible(app.redirect_uri) + "\n";
  context.terminal.err(text);
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
  if (refusal.code == ErrorCode::not_configured) {
    auto told = protocol::decode_own_app(refusal.context.text);
    if (!told) return std::nullopt;
    OwnApp app;
    app.fields = std::move(told->fields);
    app.redirect_uri = std::move(told->redirect_uri);
    return app;
  }
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
