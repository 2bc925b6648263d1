#include "cli/command/tool_card.hpp"

#include <optional>
#include <string_view>

#include "cli/command/schema_tree.hpp"
#include "cli/terminal/card.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "cli/terminal/wrap.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

std::string hints_line(ToolHints const& hints) {
  std::vector<std::string> words;
  words.emplace_back(hints.read_only ? "only reads" : "writes");
  if (hints.destructive) words.emplace_back("may destroy");
  if (hints.idempotent) words.emplace_back("may be repeated");
  if (hints.open_world) words.emplace_back("reaches beyond the account");
  return join(words, ", ");
}

/// What `execute` prints: the data inside Composio's envelope, where the schema has the envelope.
std::string_view result_schema(std::string_view schema) {
  bool const has_envelope = protocol::find_pointer(schema, "/properties/successful").has_value();
  auto const data = protocol::find_pointer(schema, "/properties/data");
  bool const is_plain = data && protocol::find_member(*data, "properties").has_value();
  return has_envelope && is_plain ? *data : schema;
}

std::string section(std::string_view title, std::string const& body, PageStyle const& style) {
  return "\n" + inked(title, Ink::bold, style.has_color) + "\n" + body;
}

}  // namespace

std::string render_tool(Tool const& tool, std::vector<std::string> const& command, PageStyle const& style) {
  Card card{tool.slug.text};
  card.row("name", tool.name)
      .row("integration", tool.integration.text)
      .row("effects", hints_line(hints_of(tool)))
      .row("version", tool.version)
      .row("deprecated", tool.deprecated ? "yes: it may go away" : "")
      .row("connection", tool.no_auth ? "none needed" : "");
  std::string out = card.render(style.has_color);
  if (!tool.scopes.empty()) out += wrapped("scopes: " + join(tool.scopes, ", "), 2, style.columns);
  if (std::string const about = wrapped(tool.description, 2, style.columns); !about.empty())
    out += "\n" + about;

  std::string const inputs = render_schema(tool.input_schema.text, SchemaSide::input, style);
  out += inputs.empty() ? "\nTakes no arguments.\n" : section("Arguments", inputs, style);
  std::string const outputs =
      render_schema(result_schema(tool.output_schema.text), SchemaSide::output, style);
  if (!outputs.empty()) out += section("Result", outputs, style);
  return out + section("Example", "  " + visible(shell_line(command)) + "\n", style);
}

std::string untold_integration(std::string_view slug, IntegrationSlug const& integration) {
  return to_lower(slug).starts_with(to_lower(integration.text) + "_") ? "" : integration.text;
}

}  // namespace agenta::cli
