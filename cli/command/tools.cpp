#include "cli/command/commands.hpp"
#include "cli/command/tool_card.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/try.hpp"
#include "shared/domain/tool.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

struct ListOptions {
  protocol::ToolQuery query{};
  std::string limit{};
  bool all = false;
};

Result<void> run_list(Context& context, ListOptions const& options) {
  protocol::ToolQuery query = options.query;
  AGENTA_TRY(query.limit, read_count("--limit", options.limit));
  AGENTA_TRY(auto const body, fetch_list(context, options.all, [&](std::string const& cursor) {
               protocol::ToolQuery page = query;
               if (!cursor.empty()) page.cursor = cursor;
               return protocol::list_tools(page);
             }));
  return present(context, body, [&]() -> Result<void> {
    AGENTA_TRY(auto const page, protocol::decode_tools(body));
    Table table{{"TOOL", "NAME", "DESCRIPTION"}};
    table.keep(0);
    for (Tool const& tool : page.items) table.add({tool.slug.text, tool.name, tool.description});
    print(context.terminal, table, "No tool matches.");
    if (page.next_cursor) {
      context.say(std::to_string(page.items.size()) + " of " + std::to_string(page.total) +
                  "; more with --all");
    }
    return {};
  });
}

struct ShowOptions {
  std::string tool{};
  std::string version{};
};

Result<void> run_show(Context& context, ShowOptions const& options) {
  auto const reference = parse_tool_reference(options.tool);
  if (!reference)
    return fail(ErrorCode::usage, "this does not name a tool: a tool is named like GITHUB_CREATE_AN_ISSUE");
  std::string const integration = reference->integration ? reference->integration->text : "";
  AGENTA_TRY(auto const reply,
             context.call(protocol::get_tool(reference->slug.text, integration, options.version)));
  return present(context, reply.body, [&]() -> Result<void> {
    AGENTA_TRY(auto const tool, protocol::decode_tool(reply.body));
    context.terminal.out(render_tool(tool, context.terminal.out_has_color()));
    return {};
  });
}

}  // namespace

RunFn add_tools_list(Syntax& syntax) {
  auto options = std::make_shared<ListOptions>();
  syntax.argument("INTEGRATION", options->query.integration, "Slug of an integration")
      .option("--search", "WORDS", options->query.search, "Only what matches these words")
      .option("--limit", "N", options->limit, "At most so many")
      .option("--cursor", "CURSOR", options->query.cursor, "Go on after a page: its next_cursor")
      .flag("--all", options->all, "Every page")
      .example("agenta-tools tools list github --search issue");
  return [options](Context& context) { return run_list(context, *options); };
}

RunFn add_tools_show(Syntax& syntax) {
  auto options = std::make_shared<ShowOptions>();
  syntax.argument("TOOL", options->tool, "Slug of a tool")
      .option("--tool-version", "V", options->version, "The tool as it is in this version")
      .example("agenta-tools tools show GITHUB_CREATE_AN_ISSUE");
  return [options](Context& context) { return run_show(context, *options); };
}

}  // namespace agenta::cli
