#include "cli/mcp/approval_flow.hpp"

#include <algorithm>
#include <chrono>

#include "cli/mcp/approval_form.hpp"
#include "cli/mcp/pause.hpp"
#include "shared/base/shell_words.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_approval.hpp"

namespace agenta::mcp {
namespace {

using protocol::find_member;
using protocol::find_pointer;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Of a question that does not say how long it stands: as long as the daemon lets one by default.
constexpr milliseconds kAskPatience{300'000};
/// The daemon ends a question a moment after its time is over.
constexpr milliseconds kBeyond{5'000};
/// How long one look at a question is held by the daemon, and the pause before the next where it is not.
constexpr seconds kSlice{25};
constexpr milliseconds kRest{1'000};
/// A local question.
constexpr milliseconds kPatience{2'000};
/// So that a model does not ask a person twice who has said no.
constexpr std::string_view kNoMore = "; nothing ran. Do not try it again unless the user asks for it";

std::string text_at(std::string_view document, std::string_view pointer) {
  return protocol::read_string(find_pointer(document, pointer).value_or("")).value_or("");
}

/// How long the question stands.
milliseconds patience_of(std::string_view approval) {
  auto const end = parse_rfc3339(text_at(approval, "/expires_at"));
  if (!end) return kAskPatience;
  auto const left = std::chrono::ceil<milliseconds>(*end - std::chrono::system_clock::now());
  return std::max(milliseconds{0}, left) + kBeyond;
}

Result<Approval> look_at(ToolService& service, std::string const& id, seconds wait, std::stop_token stop) {
  AGENTA_TRY(auto const reply, service.call(protocol::get_approval(id, wait), std::move(stop)));
  AGENTA_TRY(auto view, protocol::decode_approval(reply.body));
  return std::move(view.approval);
}

/// Until it is decided, wherever that is; nothing where it was not by then, or where nobody can say.
std::optional<Approval> await_decision(ToolService& service, std::string const& id, SteadyTime until,
                                       std::stop_token const& stop) {
  while (!stop.stop_requested()) {
    auto const begun = std::chrono::steady_clock::now();
    if (begun >= until) return std::nullopt;
    auto found = look_at(service, id, kSlice, stop);
    if (found && found->state != ApprovalState::pending) return *std::move(found);
    if (!found && found.error().code == ErrorCode::approval_not_found) return std::nullopt;
    if (std::chrono::steady_clock::now() - begun < kRest) pause(stop, kRest);
  }
  return std::nullopt;
}

Error refused(std::string message) {
  Error error;
  error.code = ErrorCode::policy_denied;
  error.message = std::move(message);
  error.retryable = Retryable::no;
  return error;
}

std::string decider_of(Approval const& approval) {
  return approval.decided_by && !approval.decided_by->user.empty() ? approval.decided_by->user : "somebody";
}

/// Why it does not run, of one that is over without a yes.
std::string why_not(Approval const& approval, std::string const& tool) {
  std::string const reason = approval.answer.empty() ? "" : ": " + approval.answer;
  if (approval.state == ApprovalState::denied)
    return tool + " was denied by " + decider_of(approval) + reason + std::string{kNoMore};
  if (approval.state == ApprovalState::revoked)
    return "the approval of " + tool + " was taken back by " + decider_of(approval) + std::string{kNoMore};
  if (approval.state == ApprovalState::withdrawn)
    return "the question about " + tool + " was withdrawn; nothing ran";
  bool const had_time = approval.decided_at && *approval.decided_at < approval.expires_at;
  return (had_time ? "the session ended before anybody approved " + tool
                   : "nobody approved " + tool + " in time") +
         "; nothing ran";
}

}  // namespace

CallEnd ApprovalFlow::tell(std::string const& id, std::string_view tool) const {
  Error error;
  error.code = ErrorCode::approval_required;
  error.message = std::string{tool} + " needs the approval of a person, and nothing ran. ";
  error.context.text = JsonObject{}.text("approval_id", id).done();
  error.retryable = Retryable::yes;
  Error typed;
  typed.next_step = {"agenta-tools", "approvals", "approve", id};
  if (may_decide_) {
    // Not as a step: what asks may have a shell of the user's, and would take it.
    error.message +=
        "Ask the user, and leave the answer to them: they approve it in a terminal of their own with `" +
        shell_words(complete_(std::move(typed)).next_step) +
        "`. Then repeat this very call: it will go through";
  } else {
    error.message += "Once it is approved, repeat this very call: it will go through";
    error.next_step = std::move(typed.next_step);
  }
  return result_of_error(error, complete_);
}

std::optional<CallEnd> ApprovalFlow::follow(Approval const& approval, std::string_view tool) const {
  if (approval.state == ApprovalState::approved) return std::nullopt;
  if (approval.state == ApprovalState::pending) return tell(approval.id.text, tool);
  return result_of_error(refused(why_not(approval, std::string{tool})), complete_);
}

std::optional<CallEnd> ApprovalFlow::follow(Turn& turn, std::string const& id, std::string_view tool) const {
  auto const now = look_at(turn.service(), id, seconds{0}, turn.stop());
  return now ? follow(*now, tool) : result_of_error(now.error(), complete_);
}

/// A no counts more than a yes that was given elsewhere.
CallEnd ApprovalFlow::decline(Turn& turn, std::string const& id, std::string_view tool) const {
  auto const denied = turn.service().call(protocol::deny_approval(id, ""), turn.stop());
  if (!denied && denied.error().code != ErrorCode::approval_decided)
    return result_of_error(denied.error(), complete_);
  if (!denied) (void)turn.service().call(protocol::revoke_approval(id), turn.stop());
  return result_of_error(refused("the user declined " + std::string{tool} + std::string{kNoMore}), complete_);
}

std::optional<CallEnd> ApprovalFlow::take_answer(Turn& turn, Answer const& answer, std::string const& id,
                                                 std::string_view tool) const {
  std::string const decision = text_at(answer.result, "/content/decision");
  if (answer.action == Answer::Action::decline) return decline(turn, id, tool);
  if (answer.action != Answer::Action::accept || decision.empty()) return tell(id, tool);
  if (decision == "deny") return decline(turn, id, tool);
  // Nothing but the very words that were offered lets a call run.
  bool const is_approval = decision == "once" || decision == "session";
  if (!is_approval) return tell(id, tool);
  auto const scope = decision == "session" ? ApprovalScope::session : ApprovalScope::once;
  auto const approved = turn.service().call(protocol::approve(id, scope), turn.stop());
  if (approved) return std::nullopt;
  // It is decided already, or its time is over.
  if (approved.error().code == ErrorCode::approval_decided) return follow(turn, id, tool);
  return result_of_error(approved.error(), complete_);
}

/// Its client is gone, or does not want the call any more: nobody comes back for the answer.
void ApprovalFlow::withdraw(Turn& turn, std::string const& id) const {
  ServiceRequest request = protocol::withdraw_approval(id);
  request.timeout = kPatience;
  (void)turn.service().call(request, std::stop_token{});
}

std::optional<CallEnd> ApprovalFlow::offer(Turn& turn, Error const& error, std::string_view tool,
                                           std::string& approval) const {
  std::string_view const document = find_member(error.context.text, "approval").value_or("{}");
  approval = text_at(document, "/id");
  if (approval.empty()) return result_of_error(error, complete_);
  if (!may_decide_ || !turn.speech().client.form) return tell(approval, tool);
  auto const patience = patience_of(document);
  std::optional<Approval> decided;
  auto const meanwhile = [&](std::stop_token const& stop) {
    decided = await_decision(turn.service(), approval, std::chrono::steady_clock::now() + patience, stop);
    return decided.has_value();
  };
  auto const answer = turn.ask(kKey, approval_form(turn.speech(), document), std::string{kKey} + approval,
                               patience, meanwhile);
  if (!answer) return turn.pending();
  if (turn.stop().stop_requested()) {
    withdraw(turn, approval);
    return tell(approval, tool);
  }
  if (answer->action != Answer::Action::unanswered) return take_answer(turn, *answer, approval, tool);
  return decided ? follow(*decided, tool) : follow(turn, approval, tool);
}

std::optional<CallEnd> ApprovalFlow::resume(Turn& turn, Turn::Resumed const& resumed, std::string_view tool,
                                            std::string& approval) const {
  approval = resumed.note.substr(kKey.size());
  return take_answer(turn, resumed.answer, approval, tool);
}

}  // namespace agenta::mcp
