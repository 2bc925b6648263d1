#include "cli/command/execute_approval.hpp"

#include "cli/command/approval_card.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_approval.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;

/// What a wait takes beside the time that is left for the answer.
constexpr milliseconds kBesides{2'000};

Result<protocol::ApprovalView> approval_in(Error const& error) {
  auto const approval = protocol::find_member(error.context.text, "approval");
  if (!approval) return fail(error);
  return protocol::decode_approval(*approval);
}

WallTime now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

/// Nobody can answer here: whoever can is told how, and the call waits.
Result<std::string> wait_for_others(Context& context, ToolCall call, Approval const& approval,
                                    std::function<Result<std::string>(ToolCall const&)> const& run) {
  std::string const until = time_left(approval, now());
  context.say(approval.tool.text + " waits " + (until.empty() ? "" : until + " ") +
              "for somebody's approval: " + approve_command(context, approval));
  auto const before = context.timeout;
  if (before) context.timeout = *before + std::max(milliseconds{0}, approval.expires_at - now()) + kBesides;
  call.on_ask = OnAsk::wait;
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

}  // namespace

Result<std::string> run_with_approval(Context& context, ToolCall call,
                                      std::function<Result<std::string>(ToolCall const&)> const& run) {
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
    return wait_for_others(context, std::move(call), approval, run);
  context.terminal.err(approval_card(*asked, context.terminal.err_has_color()) + "\n");
  AGENTA_TRY(Answer const answer, ask_answer(context, approval, MayWait::no));
  AGENTA_TRY(auto const decided, send_answer(context, approval, answer, ""));
  if (decided.approval.state != ApprovalState::approved) return fail(was_denied(call, decided.approval));
  // A grant for the session is found without being named.
  if (decided.approval.scope == ApprovalScope::once) call.approval = approval.id;
  return run(call);
}

}  // namespace agenta::cli
