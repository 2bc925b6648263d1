#include "cli/command/integration_card.hpp"

#include "cli/command/connect_wait.hpp"
#include "cli/command/connection_state.hpp"
#include "cli/terminal/card.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "cli/terminal/wrap.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::cli {
namespace {

std::string heading(std::string_view text, PageStyle const& style) {
  return "\n" + inked(text, Ink::bold, style.has_color) + "\n";
}

std::string facts(protocol::IntegrationView const& view, PageStyle const& style) {
  Integration const& integration = view.detail.integration;
  std::vector<std::string> categories;
  for (Category const& category : integration.categories) {
    categories.push_back(category.name.empty() ? category.slug : category.name);
  }
  auto const status = view.connections.empty() ? view.state.status : leading_status(view.connections);
  std::string state = status ? state_word(status) : "not connected";
  if (!status && integration.no_auth) state = "its tools need no connection";
  Card card{integration.name + " (" + integration.slug.text + ")"};
  card.row("state", state)
      .row("tools", std::to_string(integration.tools_count))
      .row("categories", join(categories, ", "))
      .row("site", integration.app_url)
      .row("version", integration.version);
  std::string out = card.render(style.has_color);
  std::string const about = wrapped(integration.description, 2, style.columns);
  return about.empty() ? out : out + "\n" + about;
}

std::string connection_lines(Connection const& row, PageStyle const& style) {
  std::string const state = state_word(row.status);
  std::string out = "  " + inked(visible(row.slug), Ink::bold, style.has_color) + "  " +
                    inked(state, ink_of_state(state), style.has_color) + "  " + visible(row.auth_type);
  if (row.is_default) out += "  default";
  out += row.last_checked_at ? "  checked " + short_time(*row.last_checked_at) : "  never checked";
  if (row.last_used_at) out += "  used " + short_time(*row.last_used_at);
  out += "\n";
  if (!row.error) return out;
  std::string const name{protocol::row_of(row.error->code).name};
  return out + wrapped(name + ": " + row.error->message, 4, style.columns);
}

std::string field_lines(AuthField const& field, PageStyle const& style) {
  std::string out = "      " + inked(visible(field.name), Ink::bold, style.has_color);
  out += field.required ? "  " + inked("required", Ink::yellow, style.has_color) : "  optional";
  if (field.secret) out += ", secret";
  if (field.type != "string") out += "  " + visible(field.type);
  if (field.default_value && !field.default_value->empty())
    out += "  default " + visible(*field.default_value);
  out += "\n";
  std::string const& about = field.description.empty() ? field.display_name : field.description;
  return about == field.name ? out : out + wrapped(about, 8, style.columns);
}

std::string fields_block(std::string_view title, std::vector<AuthField> const& fields,
                         PageStyle const& style) {
  std::string out = "    " + std::string{title} + (fields.empty() ? " nothing\n" : "\n");
  for (AuthField const& field : fields) out += field_lines(field, style);
  return out;
}

std::string scheme_lines(AuthScheme const& scheme, PageStyle const& style) {
  std::string out = "  " + inked(visible(scheme.mode), Ink::bold, style.has_color);
  if (scheme.managed) out += "  (Composio's own app: nothing to set up)";
  out += "\n";
  out += needs_browser(scheme.mode) && scheme.connection_fields.empty()
             ? "    to connect: access is granted in the browser\n"
             : fields_block("to connect:", scheme.connection_fields, style);
  if (!scheme.auth_config_fields.empty()) {
    out += fields_block("for an auth config of your own:", scheme.auth_config_fields, style);
  }
  if (!scheme.scopes.empty()) out += wrapped("scopes: " + join(scheme.scopes, ", "), 4, style.columns);
  if (!scheme.help_url.empty()) out += "    help: " + visible(scheme.help_url) + "\n";
  return out;
}

}  // namespace

std::vector<std::vector<std::string>> next_steps(protocol::IntegrationView const& view) {
  Integration const& integration = view.detail.integration;
  std::string const& slug = integration.slug.text;
  std::vector<std::vector<std::string>> steps;
  for (Connection const& each : view.connections) {
    if (each.status == ConnectionStatus::pending) steps.push_back(resume_step(each.id.text));
    if (each.status == ConnectionStatus::expired || each.status == ConnectionStatus::failed) {
      steps.push_back({"agenta-tools", "connect", slug, "--reconnect", each.slug});
    }
  }
  if (view.connections.empty() && !integration.no_auth) steps.push_back({"agenta-tools", "connect", slug});
  steps.push_back({"agenta-tools", "tools", "list", slug});
  return steps;
}

std::string render_integration(protocol::IntegrationView const& view,
                               std::vector<std::vector<std::string>> const& next, PageStyle const& style) {
  std::string out = facts(view, style);
  if (!view.connections.empty()) out += heading("Connections", style);
  for (Connection const& each : view.connections) out += connection_lines(each, style);
  if (!view.detail.auth.empty()) out += heading("Ways to connect", style);
  for (AuthScheme const& scheme : view.detail.auth) out += scheme_lines(scheme, style);
  out += heading("Next", style);
  for (auto const& step : next) out += "  " + visible(shell_line(step)) + "\n";
  return out;
}

}  // namespace agenta::cli
