#include "cli/command/execute_approval.hpp"

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

/// How long it may take with the waiting: a time that was named is all there is, and `begun` ago it began.
std::optional<milliseconds> patience_of(Context const& context, Approval const& approval,
                                        steady_clock::time_point begun) {
  if (!context.timeout) return std::nullopt;
  if (!is_timeout_named(context))
    return *context.timeout + std::max(milliseconds{0}, approval.expires_at - now()) + kBesides;
  auto const spent = std::chrono::floor<milliseconds>(steady_clock::now() - begun);
  return std::max(milliseconds{1}, *context.timeout - spent);
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
  auto const before = context.timeout;
  context.timeout = patience;
  call.on_ask = OnAsk::wait;
  call.approval = approval.id;  // nobody else is to come back for it
  auto answer = run(call);
  context.timeout = before;
  return answer;
}

Error was_denied(ToolCall const& call, Approval const& approval) {
  Error error;
  error.code = ErrorCode::policy_denied;
  error.message =
      call.tool +
      (approval.state == ApprovalState::expired ? ": nobody approved it in time" : " was denied") +
      (approval.answer.empty() ? "" : ": " + approval.answer) + "; nothing ran";
  return error;
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
  context.terminal.err(approval_card(*asked, context.terminal.err_has_color()) + "\n");
  AGENTA_TRY(Answer const answer, ask_answer(context, approval, MayWait::no));
  AGENTA_TRY(auto const decided, send_answer(context, approval, answer, ""));
  if (decided.approval.state == ApprovalState::denied)
    return journal_denial(std::move(call), decided.approval, run);
  if (decided.approval.state != ApprovalState::approved) return fail(was_denied(call, decided.approval));
  // A grant for the session is found without being named.
  if (decided.approval.scope == ApprovalScope::once) call.approval = approval.id;
  return run(call);
}

}  // namespace agenta::cli
