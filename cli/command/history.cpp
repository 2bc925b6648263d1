#include "cli/command/commands.hpp"
#include "cli/command/execution_reference.hpp"
#include "cli/command/history_filter.hpp"
#include "cli/command/id_reference.hpp"
#include "cli/command/result_view.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/card.hpp"
#include "cli/terminal/json_print.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/readable_time.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/error_table.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/redact.hpp"

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

std::string failure_code(Execution const& execution) {
  return execution.error ? std::string{protocol::row_of(execution.error->code).name} : "";
}

std::string failure_of(Execution const& execution) {
  return execution.error ? failure_code(execution) + ": " + execution.error->message : "";
}

Result<void> run_list(Context& context, ListOptions const& options) {
  AGENTA_TRY(auto query, read_history_filter(options.query));
  AGENTA_TRY(query.limit, read_page_size(options.limit, options.all));
  AGENTA_TRY(auto const body, fetch_list(context, options.all, [&](std::string const& cursor) {
               protocol::ExecutionQuery page = query;
               if (!cursor.empty()) page.cursor = cursor;
               return protocol::list_executions(page);
             }));
  return present_view(context, body, options.view, [&]() -> Result<View> {
    AGENTA_TRY(auto const page, protocol::decode_executions(body));
    Table table{{"STARTED", "TOOL", "CONNECTION", "STATE", "TOOK", "ID", "ERROR"}};
    table.whole(0).whole(3).whole(5).paint(3, ink_of_execution);
    // On a narrow terminal the times are short, errors are their codes, and what `history show` tells anyway
    // goes first.
    bool const wide = is_wide(context);
    if (!wide) table.spare(2).spare(4).keep(6);
    WallTime const now = SystemClock{}.wall();
    for (Execution const& each : page.items) {
      table.add({wide ? short_time(each.started_at) : shorter_time(each.started_at, now), each.tool.text,
                 each.connection ? each.connection->slug : "", std::string{name_of(each.state)}, took(each),
                 short_id(each.id.text), wide ? failure_of(each) : failure_code(each)});
    }
    View view;
    view.text = table_text(context, table, "Nothing has been run yet.");
    if (page.next_cursor) view.notes.push_back(more_of_many_line(page.items.size(), page.total));
    return view;
  });
}

/// What was not kept, as pointers.
std::string redacted_of(Execution const& each) {
  auto places = schema::redacted_places(each.arguments);
  for (std::string& place : places) place.insert(0, "arguments");
  if (each.data) {
    for (std::string const& place : schema::redacted_places(*each.data)) places.push_back("result" + place);
  }
  return join(places, ", ");
}

/// The policy's own word, with the reason that its rule gives.
std::string policy_text(Execution const& each) {
  if (!each.policy) return {};
  std::string text = std::string{name_of(each.policy->verdict)} + " by " + each.policy->rule;
  if (!each.policy->reason.empty()) text += ": " + each.policy->reason;
  return text;
}

std::string approver_of(Approval const& approval) {
  if (!approval.decided_by) return "somebody";
  Actor const& by = *approval.decided_by;
  return by.user.empty() ? "uid " + std::to_string(by.uid) : by.user;
}

/// Who said what, and when: `ada, 2026-11-23 20:45:00, once`.
std::string answer_text(Approval const& approval) {
  if (approval.state == ApprovalState::pending) return "nobody yet";
  if (approval.state == ApprovalState::expired) return "nobody in time";
  std::string text = approver_of(approval);
  if (approval.decided_at) text += ", " + readable_time(*approval.decided_at);
  if (approval.state == ApprovalState::approved)
    text += approval.scope == ApprovalScope::session ? ", for the rest of the session" : ", once";
  return approval.answer.empty() ? text : text + ": " + approval.answer;
}

/// The rows about who or what decided.
void add_decision(Card& card, Execution const& each, std::string_view body) {
  card.row("policy", policy_text(each)).row("approval", each.approval.text);
  auto const approval = protocol::find_approval_of(body);
  if (!approval) return;
  card.row(approval->state == ApprovalState::denied ? "denied by" : "approved by", answer_text(*approval));
}

std::string render_execution(Execution const& each, std::string_view body, bool has_color) {
  Card card{each.tool.text + " " + std::string{name_of(each.state)}};
  card.row("id", each.id.text)
      .row("connection", each.connection ? each.connection->slug : "")
      .row("version", each.tool_version)
      .row("started", readable_time(each.started_at))
      .row("took", took(each))
      .row("attempts", std::to_string(each.attempts))
      .row("error", failure_of(each))
      .row("result", each.result_bytes ? std::to_string(*each.result_bytes) + " bytes" : "")
      .row("result file", each.result_file ? each.result_file->path : "")
      .row("batch", each.batch ? each.batch->batch.text + " line " + std::to_string(each.batch->line) : "")
      .row("session", each.session);
  add_decision(card, each, body);
  card.row("trace", each.trace_id)
      .row("redacted", redacted_of(each))
      .row("Composio log", each.log_id)
      .row("idempotency key", each.idempotency_key);
  std::string out = card.render(has_color);
  if (protocol::find_member(body, "forgotten").value_or("false") == "true")
    return out + "\nThe arguments and the result were forgotten (history.keep_for, history.keep_rows).\n";
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
  add_history_filter(syntax, options->query);
  syntax.option("--limit", "N", options->limit, "At most so many; with --all, so many at once")
      .option("--cursor", "CURSOR", options->query.cursor, "Go on after a page: its next_cursor")
      .flag("--all", options->all, "Every page");
  add_view_flags(syntax, options->view);
  syntax.example("agenta-tools history list --state unknown --since 24h");
  return [options](Context& context) { return run_list(context, *options); };
}

RunFn add_history_show(Syntax& syntax) {
  auto options = std::make_shared<ShowOptions>();
  syntax.argument("ID", options->id, kExecutionArgument);
  add_view_flags(syntax, options->view);
  syntax.example("agenta-tools history show 8a9b0c1d2e3f");
  return [options](Context& context) -> Result<void> {
    AGENTA_TRY(auto const id, find_execution(context, options->id));
    AGENTA_TRY(auto const reply, context.call(protocol::get_execution(id)));
    return present_view(context, reply.body, options->view, [&]() -> Result<View> {
      AGENTA_TRY(auto const execution, protocol::decode_execution(reply.body));
      std::string text = render_execution(execution, reply.body, context.terminal.out_has_color());
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
