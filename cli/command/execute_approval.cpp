#include "cli/command/execute_approval.hpp"

#include "cli/command/answer_watch.hpp"
#include "cli/command/approval_card.hpp"
#include "cli/command/inside_step.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_approval.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What a wait takes beside the time that is left for the answer.
constexpr milliseconds kBesides{2'000};
/// A local question.
constexpr std::chrono::seconds kPatience{2};

Result<protocol::ApprovalView> approval_in(Error const& error) {
  auto const approval = protocol::find_member(error.context.text, "approval");
  if (!approval) return fail(error);
  return protocol::decode_approval(*approval);
}

WallTime now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

/// Whether somebody said how long this call may take, and not a setting how long calls may.
bool is_timeout_named(Context const& context) {
  if (!context.flags.timeout.empty()) return true;
  return context.settings != nullptr &&
         context.settings->get("execute.timeout").origin == config::Origin::environment;
}

milliseconds time_left_of(milliseconds timeout, steady_clock::time_point begun) {
  auto const spent = std::chrono::floor<milliseconds>(steady_clock::now() - begun);
  return std::max(milliseconds{1}, timeout - spent);
}

/// How long it may take with the waiting: a time that was named is all there is, and `begun` ago it began.
std::optional<milliseconds> patience_of(Context const& context, Approval const& approval,
                                        steady_clock::time_point begun) {
  if (!context.timeout) return std::nullopt;
  if (!is_timeout_named(context))
    return *context.timeout + std::max(milliseconds{0}, approval.expires_at - now()) + kBesides;
  return time_left_of(*context.timeout, begun);
}

/// How it is approved: by a step, or in the words that come over a session's socket instead.
std::string approve_words(Context const& context, Error const& asked) {
  if (!asked.next_step.empty()) return step_line(context, asked.next_step);
  constexpr std::string_view kWhom = "ask whoever runs the session";
  std::size_t const words = asked.message.rfind(kWhom);
  return words == std::string::npos ? std::string{kWhom} : asked.message.substr(words);
}

/// Nobody can answer here: whoever can is told how, and the call waits.
Result<std::string> wait_for_others(Context& context, ToolCall call, Approval const& approval,
                                    std::string const& how, steady_clock::time_point begun,
                                    std::function<Result<std::string>(ToolCall const&)> const& run) {
  auto const patience = patience_of(context, approval, begun);
  Approval told = approval;
  if (patience) told.expires_at = std::min(told.expires_at, now() + *patience);
  std::string const until = time_left(told, now());
  context.say(approval.tool.text + " waits " + (until.empty() ? "" : until + " ") +
              "for somebody's approval: " + how);
  for (auto const& look : steps_here(context, {{"agenta-tools", "approvals", "show", approval.id.text}}))
    context.say("  what it would do: " + shell_line(look));
  auto const before = context.timeout;
  context.timeout = patience;
  call.on_ask = OnAsk::wait;
  call.approval = approval.id;  // nobody else is to come back for it
  auto answer = run(call);
  context.timeout = before;
  return answer;
}

Error refused(ToolCall const& call, std::string const& what) {
  Error error;
  error.code = ErrorCode::policy_denied;
  error.message = call.tool + what + "; nothing ran";
  return error;
}

Error was_denied(ToolCall const& call, Approval const& approval) {
  if (approval.state == ApprovalState::expired) return refused(call, ": nobody approved it in time");
  if (approval.state == ApprovalState::revoked)
    return refused(call, ": its approval was revoked" + by_whom(approval));
  if (approval.state == ApprovalState::withdrawn) {
    Error error = refused(call, " was not answered: the daemon that asked ended, and its question with it");
    error.code = ErrorCode::daemon_unavailable;
    return error;
  }
  return refused(call, " was denied" + (approval.answer.empty() ? "" : ": " + approval.answer));
}

Error not_in_time(ToolCall const& call, Approval const& approval) {
  return fail(ErrorCode::timeout, call.tool + " was not approved within the time allowed: nothing ran",
              {"agenta-tools", "approvals", "approve", approval.id.text})
      .error();
}

/// Whoever says no where the call is made has the last word: the yes from elsewhere is taken back, so that
/// nobody makes the call with it.
Error denied_too_late(Context& context, ToolCall const& call, Approval const& approval) {
  auto const revoked = context.call(protocol::revoke_approval(approval.id.text));
  std::string const scope = approval.scope == ApprovalScope::session ? " for the session" : "";
  return refused(
      call, " was approved" + scope + by_whom(approval) +
                " in the meantime, and is not run here because you denied it: the approval " +
                (revoked ? "is taken back" : "could not be taken back (" + revoked.error().message + ")"));
}

/// A time that was named is for the thinking too.
Result<std::string> run_in_time(Context& context, ToolCall const& call, steady_clock::time_point begun,
                                std::function<Result<std::string>(ToolCall const&)> const& run) {
  auto const before = context.timeout;
  if (context.timeout && is_timeout_named(context)) context.timeout = time_left_of(*context.timeout, begun);
  auto answer = run(call);
  context.timeout = before;
  return answer;
}

/// What was denied here is made once more with its answer, so that the journal has the refusal. The daemon
/// runs no call that comes with a denied approval.
Result<std::string> journal_denial(ToolCall call, Approval const& approval,
                                   std::function<Result<std::string>(ToolCall const&)> const& run) {
  call.approval = approval.id;
  auto answer = run(call);
  if (answer || answer.error().code == ErrorCode::policy_denied) return answer;
  return fail(was_denied(call, approval));
}

/// What somebody answered, here or elsewhere; where they answered here, and were too late to say no, the
/// refusal.
Result<Approval> decide_here(Context& context, ToolCall const& call, Approval const& approval,
                             AnswerWatch const& watch) {
  Error nobody;
  nobody.code = ErrorCode::input_needed;
  nobody.message = call.tool + " needs somebody's approval, and there is nobody to ask; nothing ran";
  auto const answer = ask_answer(context, MayWait::no, nobody, watch.settled());
  if (!answer && answer.error().code == ErrorCode::cancelled)
    return fail(ErrorCode::cancelled, "interrupted; nothing of " + call.tool + " was sent");
  if (!answer) return fail(answer.error());
  if (*answer != Answer::settled) {
    AGENTA_TRY(auto const decided, send_answer(context, approval, *answer, ""));
    bool const is_too_late = *answer == Answer::deny && decided.approval.state == ApprovalState::approved;
    if (is_too_late) return fail(denied_too_late(context, call, decided.approval));
    return decided.approval;
  }
  auto const outcome = watch.outcome();
  if (!outcome) return fail(not_in_time(call, approval));
  if (outcome->state == ApprovalState::approved)
    context.say(call.tool + " was approved" + by_whom(*outcome) + " in the meantime");
  return *outcome;
}

/// Asks at the terminal, as long as the question and the time of the call last.
Result<Approval> ask_here(Context& context, ToolCall const& call, protocol::ApprovalView const& asked,
                          steady_clock::time_point begun) {
  context.terminal.drop_input();
  context.terminal.err(approval_card(asked, context.terminal.err_has_color()) + "\n");
  AnswerWatch::Options options;
  options.make_service = context.another_service;
  options.is_ours = true;
  if (context.timeout && is_timeout_named(context)) options.until = begun + *context.timeout;
  AnswerWatch const watch{asked.approval, std::move(options)};
  // From then on the daemon holds the question for us: whoever leaves takes it along. Where it does not come
  // to that, the question is asked all the same.
  (void)context.call(protocol::get_awaited_approval(asked.approval.id.text, kPatience));
  return decide_here(context, call, asked.approval, watch);
}

}  // namespace

Result<std::string> run_with_approval(Context& context, ToolCall call,
                                      std::function<Result<std::string>(ToolCall const&)> const& run) {
  auto const begun = steady_clock::now();
  // Outside of sessions nobody is asked, and this says nothing.
  call.on_ask = OnAsk::come_back;
  auto body = run(call);
  if (body || body.error().code != ErrorCode::approval_required) return body;
  auto const asked = approval_in(body.error());
  if (!asked) return body;
  Approval const& approval = asked->approval;
  // What asks by a session's socket cannot answer itself.
  bool const is_owner = !context.environment || !context.environment("AGENTA_TOOLS_SOCKET");
  if (!is_owner || !context.prompt().may_ask())
    return wait_for_others(context, std::move(call), approval, approve_words(context, body.error()), begun,
                           run);
  AGENTA_TRY(auto const decided, ask_here(context, call, *asked, begun));
  if (decided.state == ApprovalState::denied) return journal_denial(std::move(call), decided, run);
  if (decided.state != ApprovalState::approved) return fail(was_denied(call, decided));
  // A grant for the session is found without being named.
  if (decided.scope == ApprovalScope::once) call.approval = approval.id;
  return run_in_time(context, call, begun, run);
}

}  // namespace agenta::cli
