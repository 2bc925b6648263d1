#include <utility>

#include "cli/command/approval_card.hpp"
#include "cli/command/change_watch.hpp"
#include "cli/command/commands.hpp"
#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using std::chrono::seconds;

std::string event_line(Approval const& approval) {
  std::string line = short_time(approval.decided_at.value_or(approval.created_at)) + "  " +
                     std::string{name_of(approval.state)} + "  " + visible(approval.tool.text) + " (" +
                     visible(approval.session_name) + ")";
  if (approval.decided_by && !approval.decided_by->user.empty())
    line += " by " + visible(approval.decided_by->user);
  return line + "\n";
}

class Watch {
 public:
  explicit Watch(Context& context)
      : context_(context), asks_(!context.wants_json() && context.prompt().may_ask()) {}

  Result<void> run() {
    // Where the changes stand first: what is asked between the two is told twice rather than never.
    AGENTA_TRY(auto const first, context_.call(protocol::list_approval_changes("", seconds{0})));
    std::string cursor = next_cursor_of(first.body, "0");
    if (context_.terminal.out_is_tty()) context_.say("Watching what waits for approval; Ctrl-C ends it.");
    AGENTA_TRY(auto const pending, fetch_list(context_, true, [](std::string const& at) {
                 protocol::ApprovalQuery query;
                 query.state = "pending";
                 query.cursor = at;
                 return protocol::list_approvals(query);
               }));
    AGENTA_CHECK(tell(pending));
    return follow(std::move(cursor));
  }

 private:
  Result<void> follow(std::string cursor) {
    ChangeWatch watch;
    watch.request = [](std::string const& at) { return protocol::list_approval_changes(at, kWatchSlice); };
    watch.tell = [this](std::string const& body) { return tell(body); };
    watch.away = "The daemon is away; what is asked is told when it is back.";
    return follow_changes(context_, cursor, watch);
  }

  Result<void> tell(std::string const& body) {
    if (context_.wants_json()) {
      auto const items = protocol::elements_of(protocol::find_member(body, "items").value_or("[]"));
      if (!items) return fail(ErrorCode::internal, "the daemon's list of approvals is none");
      for (std::string_view const item : *items) print_json(context_.terminal, item);
      context_.terminal.flush();
      return {};
    }
    AGENTA_TRY(auto const page, protocol::decode_approvals(body));
    for (protocol::ApprovalView const& each : page.items) {
      if (asks_ && each.approval.state == ApprovalState::pending) {
        AGENTA_CHECK(ask(each.approval.id));
      } else {
        context_.terminal.out(event_line(each.approval));
      }
      context_.terminal.flush();
    }
    return {};
  }

  /// As it is now: while one question was thought about the next may have been answered elsewhere.
  Result<void> ask(ApprovalId const& id) {
    AGENTA_TRY(auto const reply, context_.call(protocol::get_approval(id.text, seconds{0})));
    AGENTA_TRY(auto const view, protocol::decode_approval(reply.body));
    if (view.approval.state != ApprovalState::pending) return {};
    context_.terminal.err("\n" + approval_card(view, context_.terminal.err_has_color()) + "\n");
    AGENTA_TRY(Answer const answer, ask_answer(context_, view.approval, MayWait::yes));
    if (answer == Answer::later) return {};
    return said(send_answer(context_, view.approval, answer, ""));
  }
  Result<void> said(Result<protocol::ApprovalView> const& answered) {
    if (answered) return {};
    // The next question may still be answered.
    if (answered.error().code != ErrorCode::approval_decided) return fail(answered.error());
    context_.say(answered.error().message);
    return {};
  }

  Context& context_;
  bool const asks_;
};

}  // namespace

RunFn add_approvals_watch(Syntax& syntax) {
  syntax
      .note(
          "On a terminal each call that waits is shown, and asked about. In a pipe a JSON document is "
          "printed "
          "for each that is asked or answered. Ctrl-C ends it.")
      .example("agenta-tools approvals watch");
  return [](Context& context) { return Watch{context}.run(); };
}

}  // namespace agenta::cli
