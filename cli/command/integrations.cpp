#include "cli/command/commands.hpp"
#include "cli/terminal/card.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

struct ListOptions {
  protocol::IntegrationQuery query{};
  std::string limit{};
  bool connected = false;
  bool all = false;
};

Result<void> run_list(Context& context, ListOptions const& options) {
  protocol::IntegrationQuery query = options.query;
  AGENTA_TRY(query.limit, read_count("--limit", options.limit));
  if (options.connected) query.connected = true;
  AGENTA_TRY(auto const body, fetch_list(context, options.all, [&](std::string const& cursor) {
               protocol::IntegrationQuery page = query;
               if (!cursor.empty()) page.cursor = cursor;
               return protocol::list_integrations(page);
             }));
  return present(context, body, [&]() -> Result<void> {
    AGENTA_TRY(auto const page, protocol::decode_integrations(body));
    Table table{{"SLUG", "NAME", "TOOLS", "AUTH", "DESCRIPTION"}};
    table.keep(0);
    for (Integration const& each : page.items) {
      table.add({each.slug.text, each.name, std::to_string(each.tools_count), join(each.auth_schemes, ","),
                 each.description});
    }
    print(context.terminal, table, "No integration matches.");
    if (page.next_cursor) {
      context.say(std::to_string(page.items.size()) + " of " + std::to_string(page.total) +
                  "; more with --all");
    }
    return {};
  });
}

std::string scheme_lines(AuthScheme const& scheme, bool has_color) {
  std::string out = "  " + inked(visible(scheme.mode), Ink::bold, has_color);
  if (scheme.managed) out += "  (Composio's own app: nothing to set up)";
  out += "\n";
  for (AuthField const& field : scheme.connection_fields) {
    out += "    " + visible(field.name) + (field.required ? "  required" : "  optional") +
           (field.secret ? ", secret" : "");
    if (!field.description.empty()) out += "  " + visible(field.description);
    out += "\n";
  }
  if (!scheme.scopes.empty()) out += "    scopes: " + visible(join(scheme.scopes, ", ")) + "\n";
  return out;
}

void print_integration(Context& context, IntegrationDetail const& detail) {
  Integration const& integration = detail.integration;
  Card card{integration.name + " (" + integration.slug.text + ")"};
  std::vector<std::string> categories;
  for (Category const& category : integration.categories) categories.push_back(category.name);
  card.row("about", integration.description)
      .row("tools", std::to_string(integration.tools_count))
      .row("categories", join(categories, ", "))
      .row("site", integration.app_url)
      .row("version", integration.version);
  print(context.terminal, card);
  if (!detail.auth.empty()) context.terminal.out("\nWays to connect\n");
  for (AuthScheme const& scheme : detail.auth) {
    context.terminal.out(scheme_lines(scheme, context.terminal.out_has_color()));
  }
  std::string const slug = visible(integration.slug.text);
  context.terminal.out("\nNext\n");
  if (!integration.no_auth) context.terminal.out("  agenta-tools connect " + slug + "\n");
  context.terminal.out("  agenta-tools tools list " + slug + "\n");
}

}  // namespace

RunFn add_integrations_list(Syntax& syntax) {
  auto options = std::make_shared<ListOptions>();
  syntax.option("--search", "WORDS", options->query.search, "Only what matches these words")
      .option("--category", "NAME", options->query.category, "Only one category")
      .option("--auth", "SCHEME", options->query.auth, "Only what can be connected by this scheme")
      .flag("--connected", options->connected, "Only what has an active connection")
      .option("--limit", "N", options->limit, "At most so many")
      .option("--cursor", "CURSOR", options->query.cursor, "Go on after a page: its next_cursor")
      .flag("--all", options->all, "Every page")
      .example("agenta-tools integrations list --search mail");
  return [options](Context& context) { return run_list(context, *options); };
}

RunFn add_integrations_show(Syntax& syntax) {
  auto slug = std::make_shared<std::string>();
  syntax.argument("INTEGRATION", *slug, "Slug of an integration")
      .example("agenta-tools integrations show stripe");
  return [slug](Context& context) -> Result<void> {
    AGENTA_TRY(auto const reply, context.call(protocol::get_integration(*slug)));
    return present(context, reply.body, [&]() -> Result<void> {
      AGENTA_TRY(auto const detail, protocol::decode_integration(reply.body));
      print_integration(context, detail);
      return {};
    });
  };
}

}  // namespace agenta::cli
