#include <set>
#include <utility>

#include "cli/command/answer_watch.hpp"
#include "cli/command/approval_card.hpp"
#include "cli/command/change_watch.hpp"
#include "cli/command/commands.hpp"
#include "cli/command/id_reference.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using std::chrono::seconds;

/// What became of one that nobody can answer any more.
std::string ending_of(Approval const& approval) {
  if (approval.state == ApprovalState::expired) return "expired: nobody answered in time";
  if (approval.state == ApprovalState::withdrawn) return "withdrawn: whoever asked has gone";
  return std::string{name_of(approval.state)} + by_whom(approval);
}

/// When, what, and which: its id, and as much of its arguments as there is room for.
std::string event_line(Context const& context, protocol::ApprovalView const& view) {
  Approval const& approval = view.approval;
  WallTime const at = approval.decided_at.value_or(approval.created_at);
  std::string line = is_wide(context) ? short_time(at) : shorter_time(at, SystemClock{}.wall());
  line += "  " + visible(ending_of(approval)) + "  " + short_id(approval.id.text) + "  " +
          visible(approval.tool.text) + " (" + visible(approval.session_name) + ")";
  constexpr int kGap = 2;
  constexpr int kNarrowest = 8;  // less of them tells nothing
  int const room = context.terminal.width() - display_width(line) - kGap;
  std::string const arguments = visible(argument_summary(view));
  if (room >= kNarrowest && !arguments.empty()) line += "  " + fit_width(arguments, room);
  return line + "\n";
}

/// For an answer that came too late.
std::string too_late_line(Approval const& approval, Answer answer) {
  std::string const which = short_id(approval.id.text) + " " + approval.tool.text + ": it ";
  std::string const what = answer == Answer::deny ? "deny" : "approve";
  switch (approval.state) {
    case ApprovalState::expired: return which + "is over, nobody answered in time: too late to " + what;
    case ApprovalState::withdrawn: return which + "is withdrawn, whoever asked has gone: too late to " + what;
    default: break;
  }
  return which + "was " + std::string{name_of(approval.state)} + " already" + by_whom(approval) +
         ": too late to " + what;
}

bool is_as_answered(Approval const& approval, Answer answer) {
  return approval.state == (answer == Answer::deny ? ApprovalState::denied : ApprovalState::approved);
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
      } else if (dropped_.erase(each.approval.id.text) == 0) {
        context_.terminal.out(event_line(context_, each));
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
    context_.terminal.drop_input();
    context_.terminal.err("\n" + approval_card(view, context_.terminal.err_has_color()) + "\n");
    Error nobody;
    nobody.code = ErrorCode::input_needed;
    nobody.message = view.approval.tool.text + " needs somebody's approval, and there is nobody to ask";
    nobody.next_step = {"agenta-tools", "approvals", "approve", id.text};
    AnswerWatch::Options options;
    options.make_service = context_.without_autostart;
    AnswerWatch const watch{view.approval, std::move(options)};
    AGENTA_TRY(Answer const answer, ask_answer(context_, MayWait::yes, nobody, watch.settled()));
    if (answer == Answer::settled) return drop(view, watch.outcome());
    if (answer == Answer::later) return {};
    return said(send_answer(context_, view.approval, answer, ""), answer);
  }
  /// Says at once what became of it, and not again when that comes among the changes.
  Result<void> drop(protocol::ApprovalView view, std::optional<Approval> const& outcome) {
    if (outcome) view.approval = *outcome;
    context_.terminal.out(event_line(context_, view));
    dropped_.insert(view.approval.id.text);
    return {};
  }
  Result<void> said(Result<protocol::ApprovalView> const& answered, Answer answer) {
    if (answered && !is_as_answered(answered->approval, answer))
      context_.say(too_late_line(answered->approval, answer));
    if (answered) return {};
    // The next question may still be answered.
    if (answered.error().code != ErrorCode::approval_decided) return fail(answered.error());
    context_.say(answered.error().message);
    return {};
  }

  Context& context_;
  bool const asks_;
  std::set<std::string> dropped_{};  ///< ids of those whose end was told before it came among the changes
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
