#include "cli/command/commands.hpp"
#include "cli/command/result_view.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/card.hpp"
#include "cli/terminal/json_print.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::cli {
namespace {

struct ListOptions {
  protocol::ExecutionQuery query{};
  std::string limit{};
  bool all = false;
  ViewOptions view{};
};

std::string took(Execution const& execution) {
  return execution.duration ? std::to_string(execution.duration->count()) + "ms" : "";
}

std::string failure_of(Execution const& execution) {
  if (!execution.error) return "";
  return std::string{protocol::row_of(execution.error->code).name} + ": " + execution.error->message;
}

Result<void> run_list(Context& context, ListOptions const& options) {
  protocol::ExecutionQuery query = options.query;
  AGENTA_TRY(query.limit, read_page_size(options.limit, options.all));
  AGENTA_TRY(auto const body, fetch_list(context, options.all, [&](std::string const& cursor) {
               protocol::ExecutionQuery page = query;
               if (!cursor.empty()) page.cursor = cursor;
               return protocol::list_executions(page);
             }));
  return present_view(context, body, options.view, [&]() -> Result<View> {
    AGENTA_TRY(auto const page, protocol::decode_executions(body));
    // On a narrow terminal the tool's name matters more than what `history show` tells anyway.
    constexpr int kWide = 110;
    bool const is_wide = context.terminal.width() >= kWide;
    Table table{
        is_wide ? std::vector<std::string>{"STARTED", "TOOL", "CONNECTION", "STATE", "TOOK", "ID", "ERROR"}
                : std::vector<std::string>{"STATE", "TOOL", "ID"}};
    if (is_wide)
      table.keep(0).keep(3).keep(5);
    else
      table.keep(0).keep(2);
    for (Execution const& each : page.items) {
      std::string state{name_of(each.state)};
      if (!is_wide) {
        table.add({std::move(state), each.tool.text, each.id.text});
        continue;
      }
      table.add({short_time(each.started_at), each.tool.text, each.connection ? each.connection->slug : "",
                 std::move(state), took(each), each.id.text, failure_of(each)});
    }
    View view;
    view.text = table_text(context, table, "Nothing has been run yet.");
    if (page.next_cursor) view.notes.push_back(more_line(page.items.size(), page.total));
    return view;
  });
}

std::string render_execution(Execution const& each, bool has_color) {
  Card card{each.tool.text + " " + std::string{name_of(each.state)}};
  card.row("id", each.id.text)
      .row("connection", each.connection ? each.connection->slug : "")
      .row("version", each.tool_version)
      .row("started", format_rfc3339(each.started_at))
      .row("took", took(each))
      .row("attempts", std::to_string(each.attempts))
      .row("error", failure_of(each))
      .row("Composio log", each.log_id)
      .row("idempotency key", each.idempotency_key);
  std::string out = card.render(has_color);
  out += "\nArguments\n" + pretty_json(each.arguments.text, has_color) + "\n";
  if (each.result_file) out += "\nResult\n" + each.result_file->path + "\n";
  if (!each.data && !each.result_file && each.result_bytes)
    out += "\nThe result of " + std::to_string(*each.result_bytes) + " bytes is not kept.\n";
  if (each.data) out += "\nResult\n" + pretty_json(each.data->text, has_color) + "\n";
  return out;
}

struct ShowOptions {
  std::string id{};
  ViewOptions view{};
};

}  // namespace

RunFn add_history_list(Syntax& syntax) {
  auto options = std::make_shared<ListOptions>();
  syntax.option("--tool", "TOOL", options->query.tool, "Only runs of one tool")
      .completes(Completes::tool)
      .option("-c,--connection", "CONNECTION", options->query.connection,
              "Only runs on one connection, by slug or id")
      .completes(Completes::connection)
      .option("--state", "STATE", options->query.state, "Only succeeded, failed, unknown, cancelled, … ones")
      .one_of({"queued", "sent", "succeeded", "failed", "unknown", "cancelled", "refused"})
      .option("--limit", "N", options->limit, "At most so many; with --all, so many at once")
      .option("--cursor", "CURSOR", options->query.cursor, "Go on after a page: its next_cursor")
      .flag("--all", options->all, "Every page");
  add_view_flags(syntax, options->view);
  syntax.example("agenta-tools history list --state unknown");
  return [options](Context& context) { return run_list(context, *options); };
}

RunFn add_history_show(Syntax& syntax) {
  auto options = std::make_shared<ShowOptions>();
  syntax.argument("ID", options->id, "Id of an execution");
  add_view_flags(syntax, options->view);
  syntax.example("agenta-tools history show 0192f3a4-…");
  return [options](Context& context) -> Result<void> {
    AGENTA_TRY(auto const reply, context.call(protocol::get_execution(options->id)));
    return present_view(context, reply.body, options->view, [&]() -> Result<View> {
      AGENTA_TRY(auto const execution, protocol::decode_execution(reply.body));
      std::string text = render_execution(execution, context.terminal.out_has_color());
      if (execution.result_file) {
        ResultView large{context, {}};
        AGENTA_TRY(auto const outline, large.outline_kept(execution.id.text));
        text += outline;
      }
      return View{.text = std::move(text)};
    });
  };
}

}  // namespace agenta::cli
