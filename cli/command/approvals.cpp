#include "cli/command/approval_card.hpp"
#include "cli/command/approval_reference.hpp"
#include "cli/command/commands.hpp"
#include "cli/command/id_reference.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/try.hpp"

namespace agenta::cli {
namespace {

struct ListOptions {
  protocol::ApprovalQuery query{};
  std::string limit{};
  bool all = false;
  ViewOptions view{};
};

std::string answer_of(Approval const& approval) {
  if (approval.state != ApprovalState::approved) return std::string{name_of(approval.state)};
  return approval.scope == ApprovalScope::session ? "approved (session)" : "approved";
}

Result<void> run_list(Context& context, ListOptions const& options) {
  protocol::ApprovalQuery query = options.query;
  AGENTA_TRY(query.limit, read_page_size(options.limit, options.all));
  AGENTA_TRY(auto const body, fetch_list(context, options.all, [&](std::string const& cursor) {
               protocol::ApprovalQuery page = query;
               if (!cursor.empty()) page.cursor = cursor;
               return protocol::list_approvals(page);
             }));
  return present_view(context, body, options.view, [&]() -> Result<View> {
    AGENTA_TRY(auto const page, protocol::decode_approvals(body));
    Table table{{"ASKED", "SESSION", "TOOL", "CONNECTION", "STATE", "BY", "ARGUMENTS", "ID"}};
    table.whole(0).keep(4).whole(7).hide_all(6, "");
    // On a narrow terminal what `approvals show` tells anyway goes first, and what was asked for.
    bool const wide = is_wide(context);
    if (!wide) table.spare(5).spare(3);
    if (!wide && !query.state.empty()) table.spare(4);
    WallTime const now = SystemClock{}.wall();
    auto const arguments = argument_summaries(page.items);
    for (std::size_t i = 0; i < page.items.size(); ++i) {
      Approval const& approval = page.items[i].approval;
      table.add({wide ? short_time(approval.created_at) : shorter_time(approval.created_at, now),
                 approval.session_name, approval.tool.text,
                 approval.connection ? approval.connection->slug : "", answer_of(approval),
                 approval.decided_by ? approval.decided_by->user : "", arguments[i],
                 short_id(approval.id.text)});
    }
    View view;
    view.text = table_text(context, table,
                           query.granted              ? "Nothing is allowed for a whole session."
                           : query.state == "pending" ? "Nothing waits for approval."
                                                      : "Nobody was asked yet.");
    if (page.next_cursor) view.notes.push_back(more_of_many_line(page.items.size(), page.total));
    return view;
  });
}

Result<void> present_approval(Context& context, std::string const& body) {
  return present(context, body, [&]() -> Result<void> {
    AGENTA_TRY(auto const view, protocol::decode_approval(body));
    context.terminal.out(approval_card(view, context.terminal.out_has_color()));
    return {};
  });
}

struct AnswerOptions {
  std::string id{};
  std::string reason{};
  bool session = false;
};

/// The answer on one line; the document where that is wanted.
Result<void> present_answer(Context& context, std::string const& body) {
  return present(context, body, [&]() -> Result<void> {
    AGENTA_TRY(auto const view, protocol::decode_approval(body));
    Approval const& approval = view.approval;
    std::string line = approval.tool.text + " is " + std::string{name_of(approval.state)};
    if (approval.state == ApprovalState::approved) {
      line += approval.scope == ApprovalScope::session
                  ? " on this connection for the rest of the session " + approval.session_name
                  : ", once";
    }
    context.terminal.out(line + ".\n");
    return {};
  });
}

}  // namespace

RunFn add_approvals_list(Syntax& syntax) {
  auto options = std::make_shared<ListOptions>();
  syntax.option("--state", "STATE", options->query.state, "Only pending, approved, denied, … ones")
      .one_of({"pending", "approved", "denied", "expired", "withdrawn", "revoked"})
      .flag("--granted", options->query.granted, "Only what is allowed for a session that is open")
      .option("--session", "SESSION", options->query.session, "Only those of one session: its name or id")
      .option("--limit", "N", options->limit, "At most so many; with --all, so many at once")
      .option("--cursor", "CURSOR", options->query.cursor, "Go on after a page: its next_cursor")
      .flag("--all", options->all, "Every page");
  add_view_flags(syntax, options->view);
  syntax.example("agenta-tools approvals list --state pending")
      .example("agenta-tools approvals list --granted");
  return [options](Context& context) { return run_list(context, *options); };
}

RunFn add_approvals_show(Syntax& syntax) {
  auto id = std::make_shared<std::string>();
  auto wait = std::make_shared<std::string>();
  syntax.argument("ID", *id, kApprovalArgument)
      .option("--wait", "DUR", *wait, "Hold until it is answered, at most so long")
      .note("Secrets in the arguments are not shown: they stand as [redacted].")
      .example("agenta-tools approvals show 8a9b0c1d2e3f");
  return [id, wait](Context& context) -> Result<void> {
    AGENTA_TRY(auto const longest, read_duration("--wait", *wait));
    auto const seconds =
        std::chrono::ceil<std::chrono::seconds>(longest.value_or(std::chrono::milliseconds{0}));
    AGENTA_TRY(auto const whole, find_approval(context, *id));
    AGENTA_TRY(auto const reply, context.call(protocol::get_approval(whole, seconds)));
    return present_approval(context, reply.body);
  };
}

RunFn add_approvals_approve(Syntax& syntax) {
  auto options = std::make_shared<AnswerOptions>();
  syntax.argument("ID", options->id, kApprovalArgument)
      .flag("--for-session", options->session, "The tool on this connection, for the rest of its session")
      .note(
          "Without --for-session it is for the one call, with just these arguments, and counts for an hour. "
          "Look at the call first: approvals show ID.")
      .example("agenta-tools approvals approve 8a9b0c1d2e3f");
  return [options](Context& context) -> Result<void> {
    AGENTA_TRY(auto const id, find_approval(context, options->id));
    AGENTA_TRY(auto const reply, context.call(protocol::approve(
                                     id, options->session ? ApprovalScope::session : ApprovalScope::once)));
    return present_answer(context, reply.body);
  };
}

RunFn add_approvals_deny(Syntax& syntax) {
  auto options = std::make_shared<AnswerOptions>();
  syntax.argument("ID", options->id, kApprovalArgument)
      .option("--reason", "TEXT", options->reason, "What whoever asked is told")
      .example("agenta-tools approvals deny 8a9b0c1d2e3f --reason 'not on a Friday'");
  return [options](Context& context) -> Result<void> {
    AGENTA_TRY(auto const id, find_approval(context, options->id));
    AGENTA_TRY(auto const reply, context.call(protocol::deny_approval(id, options->reason)));
    return present_answer(context, reply.body);
  };
}

RunFn add_approvals_revoke(Syntax& syntax) {
  auto id = std::make_shared<std::string>();
  syntax.argument("ID", *id, kApprovalArgument)
      .note(
          "Of one that is for a session (approvals list --granted): the next call of the tool on that "
          "connection asks again. Of one that is for a call: the call is not made with it any more. What "
          "runs already is not stopped.")
      .example("agenta-tools approvals revoke 8a9b0c1d2e3f");
  return [id](Context& context) -> Result<void> {
    AGENTA_TRY(auto const whole, find_approval(context, *id));
    AGENTA_TRY(auto const reply, context.call(protocol::revoke_approval(whole)));
    return present_answer(context, reply.body);
  };
}

}  // namespace agenta::cli
