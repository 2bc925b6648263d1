#include <algorithm>
#include <functional>

#include "cli/command/catalog_flags.hpp"
#include "cli/command/commands.hpp"
#include "cli/command/connection_state.hpp"
#include "cli/command/sample_call.hpp"
#include "cli/command/tool_card.hpp"
#include "cli/command/tool_name.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/try.hpp"
#include "shared/domain/tool.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

struct ListOptions : NetworkOption {
  protocol::ToolQuery query{};
  std::string limit{};
  bool connected = false;
  bool all = false;
  ViewOptions view{};
};

Result<View> render_list(Context& context, std::string const& body) {
  AGENTA_TRY(auto const page, protocol::decode_tools(body));
  auto const states = find_states(context);
  Table table{{"TOOL", "INTEGRATION", "STATE", "DESCRIPTION"}};
  table.keep(0).keep(2).paint(2, ink_of_state).hide_all(1, "").hide_all(2, "-");
  for (Tool const& tool : page.items) {
    auto const state = states.find(tool.integration.text);
    table.add({tool.slug.text, untold_integration(tool.slug.text, tool.integration),
               state == states.end() ? "-" : state->second,
               tool.description.empty() ? tool.name : tool.description});
  }
  View view;
  view.text = table_text(context, table, "No tool matches.");
  if (page.next_cursor) view.notes.push_back(more_line(page.items.size(), page.total));
  return view;
}

Result<void> run_list(Context& context, ListOptions const& options) {
  protocol::ToolQuery query = options.query;
  AGENTA_TRY(query.limit, read_page_size(options.limit, options.all));
  if (options.connected) query.connected = true;
  query.network = options.network();
  AGENTA_TRY(auto const body, fetch_list(context, options.all, [&](std::string const& cursor) {
               protocol::ToolQuery page = query;
               if (!cursor.empty()) page.cursor = cursor;
               return protocol::list_tools(page);
             }));
  return present_view(context, body, options.view, [&] { return render_list(context, body); });
}

struct ShowOptions : NetworkOption {
  std::string tool{};
  std::string version{};
  ViewOptions view{};
};

Result<ServiceReply> get_tool(Context& context, ShowOptions const& options) {
  AGENTA_TRY(auto const reference, read_tool_name(options.tool));
  std::string const integration = reference.integration ? reference.integration->text : "";
  return context.call_far(
      protocol::get_tool(reference.slug.text, integration, options.version, options.network()));
}

Result<void> run_show(Context& context, ShowOptions const& options) {
  AGENTA_TRY(auto const reply, get_tool(context, options));
  return present_view(context, reply.body, options.view, [&]() -> Result<View> {
    AGENTA_TRY(auto const tool, protocol::decode_tool(reply.body));
    auto const command = step_here(sample_call(tool), context.flags);
    return View{.text = render_tool(tool, command, page_style(context))};
  });
}

/// The versions of a tool, the newest first, each with whether it is the one in use.
std::string versions_document(Tool const& tool) {
  std::vector<std::string> versions = tool.available_versions;
  bool const is_listed = std::ranges::find(versions, tool.version) != versions.end();
  if (!tool.version.empty() && !is_listed) versions.push_back(tool.version);
  std::ranges::sort(versions, std::greater<>{});  // they begin with their date
  std::string items;
  for (std::string const& version : versions) {
    std::string item = with_member("{}", "version", protocol::write_string(version));
    item = with_member(item, "in_use", version == tool.version ? "true" : "false");
    items.append(items.empty() ? "" : ",").append(item);
  }
  return "{\"items\":[" + items + "],\"total\":" + std::to_string(versions.size()) + ",\"next_cursor\":null}";
}

Result<void> run_versions(Context& context, ShowOptions const& options) {
  AGENTA_TRY(auto const reply, get_tool(context, options));
  AGENTA_TRY(auto const tool, protocol::decode_tool(reply.body));
  std::string const document = versions_document(tool);
  return present_view(context, document, options.view, [&]() -> Result<View> {
    Table table{{"VERSION", ""}};
    for (std::string_view const item :
         protocol::elements_of(protocol::find_member(document, "items").value_or("[]"))
             .value_or(std::vector<std::string_view>{})) {
      bool const is_in_use = protocol::find_member(item, "in_use") == "true";
      table.add({protocol::read_string(protocol::find_member(item, "version").value_or("\"\"")).value_or(""),
                 is_in_use ? "in use" : ""});
    }
    return View{.text = table_text(context, table, "Composio names no version of this tool.")};
  });
}

}  // namespace

RunFn add_tools_list(Syntax& syntax) {
  auto options = std::make_shared<ListOptions>();
  syntax
      .optional_argument("INTEGRATION", options->query.integration,
                         "Slug of an integration; without it: every tool that is known here")
      .completes(Completes::integration)
      .option("--search", "WORDS", options->query.search, "Only what matches these words")
      .option("--category", "CATEGORY", options->query.category, "Only tools of one category")
      .completes(Completes::category)
      .option("--auth", "SCHEME", options->query.auth, "Only of what can be connected by this scheme")
      .one_of(auth_scheme_words())
      .flag("--connected", options->connected, "Only what you have an active connection for")
      .flag("--read-only", options->query.read_only, "Only tools that say that they only read")
      .option("--limit", "N", options->limit, "At most so many; with --all, so many at once")
      .option("--cursor", "CURSOR", options->query.cursor, "Go on after a page: its next_cursor")
      .flag("--all", options->all, "Every page");
  add_offline_flag(syntax, *options);
  add_view_flags(syntax, options->view);
  syntax.example("agenta-tools tools list github --search issue")
      .example("agenta-tools tools list --connected --read-only");
  return [options](Context& context) { return run_list(context, *options); };
}

RunFn add_tools_show(Syntax& syntax) {
  auto options = std::make_shared<ShowOptions>();
  syntax.argument("TOOL", options->tool, "Slug of a tool")
      .completes(Completes::tool)
      .option("--tool-version", "V", options->version, "The tool as it is in this version");
  add_offline_flag(syntax, *options);
  add_view_flags(syntax, options->view);
  syntax
      .note(
          "Shows what the tool takes and what it gives back, as trees with what is required first, and a "
          "command "
          "line to start from.")
      .example("agenta-tools tools show GITHUB_CREATE_AN_ISSUE");
  return [options](Context& context) { return run_show(context, *options); };
}

RunFn add_tools_versions(Syntax& syntax) {
  auto options = std::make_shared<ShowOptions>();
  syntax.argument("TOOL", options->tool, "Slug of a tool").completes(Completes::tool);
  add_offline_flag(syntax, *options);
  add_view_flags(syntax, options->view);
  syntax.note("The newest first. --tool-version of the other commands takes one of them.")
      .example("agenta-tools tools versions GITHUB_CREATE_AN_ISSUE");
  return [options](Context& context) { return run_versions(context, *options); };
}

}  // namespace agenta::cli
