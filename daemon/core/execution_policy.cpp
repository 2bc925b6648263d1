#include <algorithm>
#include <utility>

#include "daemon/core/execution_job.hpp"
#include "daemon/core/execution_run.hpp"
#include "daemon/core/outcome_words.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_approval.hpp"

// What the session's policy says of a call, and the waiting for a person where it wants one asked.
namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

/// In the words that follow what happened.
std::string because(std::string_view reason) { return reason.empty() ? "" : ": " + std::string{reason}; }

/// The very call, where it is short and whole: rules look at arguments too. Raw requests are no tools.
std::vector<std::string> explain_step(Execution const& record) {
  constexpr std::size_t kShort = 500;
  if (record.tool.text.starts_with("PROXY_")) return {"agenta-tools", "session", "show", record.session};
  std::vector<std::string> step{"agenta-tools",   "policy",    "explain",
                                record.tool.text, "--session", record.session};
  std::string const& arguments = record.arguments.text;
  bool const is_whole = arguments.size() <= kShort && arguments.find("[redacted]") == std::string::npos;
  if (is_whole && arguments.size() > 2) step.insert(step.end(), {"-d", arguments});
  if (record.connection) step.insert(step.end(), {"-c", record.connection->slug});
  return step;
}

Error denied_by_policy(Execution const& record) {
  PolicyDecision const& decision = *record.policy;
  Error error;
  error.code = ErrorCode::policy_denied;
  error.message = record.tool.text + " is denied in the session " + record.session + " by " + decision.rule +
                  because(decision.reason);
  error.context.text = "{\"policy\":" + protocol::encode_decision(decision) + "}";
  error.next_step = explain_step(record);
  return error;
}

Error denied_by_person(Execution const& record, Approval const& approval) {
  Error error;
  error.code = ErrorCode::policy_denied;
  bool const is_expired = approval.state == ApprovalState::expired;
  std::string const who = approval.decided_by && !approval.decided_by->user.empty()
                              ? approval.decided_by->user
                              : "the session's owner";
  error.message = is_expired ? "nobody approved " + record.tool.text + " in time"
                             : record.tool.text + " was denied by " + who + because(approval.answer);
  error.message += "; nothing ran";
  error.context.text = "{\"approval_id\":" + protocol::quoted(approval.id.text) + "}";
  return error;
}

policy::Question question_for(Executions::Plan const& plan, Execution const& record, std::string connection) {
  policy::Question question;
  question.tool = record.tool;
  question.integration = record.integration;
  question.connection = std::move(connection);
  question.hints = plan.judged_hints;
  question.arguments = plan.judged;
  return question;
}

}  // namespace

/// Outside of sessions nothing is judged: the owner's own calls are the owner's to answer for.
Result<void> Executions::judge(Plan const& plan, Execution& record) {
  if (!plan.session) return {};
  if (policy::names_twice(plan.judged)) {
    return fail(
        ErrorCode::invalid_arguments,
        "the arguments name something twice, and whoever judges them may see the one and the service the "
        "other: name each once");
  }
  auto const question = question_for(plan, record, plan.connection ? plan.connection->slug : "");
  record.policy = policy::decide(*plan.session->policy, question);
  if (record.policy->verdict == Verdict::deny) return fail(denied_by_policy(record));
  return {};
}

Result<void> Executions::judge_outright(Plan const& plan, Tool const& tool, Execution& record) {
  SessionBinding const* const binding = plan.session->binding_of(record.integration);
  if (binding == nullptr && !tool.no_auth) return {};  // rules may be about the connection, and there is none
  bool const has_connection = binding != nullptr && !tool.no_auth;
  auto const question = question_for(plan, record, has_connection ? binding->slug : "");
  if (policy::best_verdict(*plan.session->policy, question) != Verdict::deny) return {};
  if (has_connection && !binding->connection.empty())
    record.connection = ConnectionReference{binding->connection, binding->slug};
  record.policy = policy::decide(*plan.session->policy, question);
  return fail(denied_by_policy(record));
}

Approval Executions::question_of(Plan const& plan, Execution const& record) const {
  Approval question;
  question.project = plan.project.id;
  question.session = plan.session->session.id;
  question.session_name = plan.session->session.name;
  question.tool = record.tool;
  question.tool_version = plan.version;
  question.connection = record.connection;
  question.arguments = record.arguments;
  question.arguments_digest = record.arguments_digest;
  question.decision = *record.policy;
  if (auto const& timeout = plan.session->policy->ask_timeout) question.expires_at = clock_.wall() + *timeout;
  return question;
}

/// Much can happen while somebody thinks: the session may be over by then, or bound to another connection.
Result<void> Executions::check_still_open(Caller const& caller, Plan const& plan,
                                          Execution const& record) const {
  Session const& session = plan.session->session;
  AGENTA_TRY(auto const open, options_.sessions->open_session(caller, session.id.text));
  if (!includes(open->session, record.tool, record.integration)) {
    return fail(ErrorCode::policy_denied, record.tool.text + " was taken out of the session " + session.name,
                {"agenta-tools", "session", "add", session.name, record.tool.text});
  }
  AGENTA_CHECK(check_still_granted(record));
  if (!plan.connection) return {};
  SessionBinding const* const binding = open->binding_of(record.integration);
  if (binding != nullptr && binding->connection == plan.connection->id && binding->is_usable) return {};
  // Not as a missing connection: that would be taken for Composio's word, and the connection for dead.
  return fail(ErrorCode::policy_denied,
              "the connection " + plan.connection->slug + " left the session " + session.name +
                  " while the call waited: nothing ran",
              {"agenta-tools", "session", "show", session.name});
}

/// What was allowed for the session can be taken back while a call waits that it let pass.
Result<void> Executions::check_still_granted(Execution const& record) const {
  if (record.approval.empty() || options_.approvals == nullptr) return {};
  AGENTA_TRY(auto const approval, options_.approvals->get(record.approval));
  if (approval.state != ApprovalState::revoked) return {};
  return fail(ErrorCode::policy_denied,
              "the approval of " + record.tool.text + " in the session " + record.session +
                  " was revoked while the call waited: nothing ran. Made again, it asks",
              {"agenta-tools", "approvals", "show", record.approval.text});
}

/// Whether it may run: at once, by what a person said before, or after asking one.
Executions::Run::Step Executions::Run::pass_policy() {
  if (auto refused = refuse_denied()) return *std::move(refused);
  bool const asks = record_.policy && record_.policy->verdict == Verdict::ask && !has_passed_;
  if (!asks) return join();
  ApprovalDesk* const desk = owner_.options_.approvals;
  if (desk == nullptr)
    return give_up(fail(ErrorCode::approval_required, "there is nobody here to ask").error());
  auto grant = desk->find_grant(owner_.question_of(plan_, record_));
  if (!grant) return Result<Execution>{fail(std::move(grant).error())};
  if (*grant) {
    record_.approval = **grant;
    has_passed_ = true;
    return join();
  }
  bool const asks_anew = frame_.approval.empty() || may_wait_for(frame_.approval);
  return asks_anew ? ask() : redeem(frame_.approval);
}

/// Whoever was told to come back may do so to wait for the answer; also where the question was withdrawn
/// meanwhile, as by a daemon that ended.
bool Executions::Run::may_wait_for(ApprovalId const& id) const {
  if (frame_.on_ask != OnAsk::wait) return false;
  auto const found = owner_.options_.approvals->get(id);
  return found && found->session == plan_.session->session.id &&
         found->arguments_digest == record_.arguments_digest && found->tool_version == plan_.version &&
         (found->state == ApprovalState::pending || found->state == ApprovalState::withdrawn);
}

/// A call is held to the answer that it comes with: what was denied runs neither by a grant that somebody
/// gave meanwhile, nor in another session that has the name by now.
std::optional<Executions::Run::Step> Executions::Run::refuse_denied() {
  ApprovalDesk* const desk = owner_.options_.approvals;
  if (!plan_.session || desk == nullptr || frame_.approval.empty() || has_passed_) return std::nullopt;
  auto const answer = desk->get(frame_.approval);
  // Another session's is not told from none.
  if (!answer || answer->session != plan_.session->session.id) return redeem(frame_.approval);
  if (answer->state != ApprovalState::denied) return std::nullopt;
  record_.approval = answer->id;
  return give_up(denied_by_person(record_, *answer));
}

Executions::Run::Step Executions::Run::redeem(ApprovalId const& id) {
  Approval claim = owner_.question_of(plan_, record_);
  claim.id = id;
  record_.approval = id;
  if (auto redeemed = owner_.options_.approvals->redeem(claim, record_.id); !redeemed)
    return give_up(std::move(redeemed).error());
  has_passed_ = true;
  return join();
}

Executions::Run::Step Executions::Run::ask() {
  Approval question = owner_.question_of(plan_, record_);
  question.id = frame_.approval;
  auto asked = owner_.options_.approvals->ask(std::move(question), frame_.on_ask);
  if (!asked) return give_up(std::move(asked).error());
  record_.approval = asked->id;
  // Somebody approved the very same call before, and it was not made since.
  if (asked->state == ApprovalState::approved && asked->scope == ApprovalScope::once)
    return redeem(asked->id);
  if (asked->state == ApprovalState::approved) {
    has_passed_ = true;
    return join();
  }
  is_asking_ = frame_.on_ask == OnAsk::wait && asked->state == ApprovalState::pending;
  return frame_.on_ask == OnAsk::come_back ? come_back(*asked) : begin_waiting(asked->id);
}

/// Nothing is journaled: the call is to be made again, and then it is.
Executions::Run::Step Executions::Run::come_back(Approval const& approval) {
  stage_ = Stage::over;
  Error error;
  error.code = ErrorCode::approval_required;
  error.message = record_.tool.text + " needs somebody's approval in the session " + record_.session + " (" +
                  approval.decision.rule + ")" + because(approval.decision.reason) + "; nothing ran";
  // What others ran before is not for whoever came by a session's socket.
  error.context.text = "{\"approval\":" +
                       (caller_.session.empty() ? protocol::encode_approval(approval)
                                                : protocol::encode_own_approval(approval)) +
                       "}";
  error.next_step = {"agenta-tools", "approvals", "approve", approval.id.text};
  return fail(std::move(error));
}

/// Its row says that it waits; a crash makes it cancelled, as any that waits.
Executions::Run::Step Executions::Run::begin_waiting(ApprovalId const& id) {
  if (auto stopped = take_off()) return std::move(*stopped);
  owner_.await_answer(*flight_, id);
  if (auto written = write_row(ExecutionState::queued); !written) {
    owner_.await_answer(*flight_, {});
    stop_asking(ApprovalDesk::Parting::unwanted);
    return land_twin(std::move(written).error());
  }
  stage_ = Stage::asking;
  return await_approval();
}

Executions::Run::Step Executions::Run::await_approval() {
  if (is_cancelled()) return end_asking();
  if (caller_.stop.stop_requested())
    return end_unsent(ErrorCode::cancelled, "its client went away before it was approved: nothing ran");
  ApprovalDesk& desk = *owner_.options_.approvals;
  auto const approval = desk.get(record_.approval);
  if (!approval) return end(nothing_ran(approval.error()));
  if (approval->state == ApprovalState::pending) {
    auto const now = owner_.clock_.steady();
    if (now >= caller_.deadline) {
      Error error = fail(ErrorCode::timeout,
                         record_.tool.text + " was not approved within the time allowed: nothing ran",
                         {"agenta-tools", "approvals", "approve", approval->id.text})
                        .error();
      return end(nothing_ran(std::move(error)));
    }
    return pause(std::min(caller_.deadline, now + (approval->expires_at - owner_.clock_.wall())));
  }
  if (approval->state != ApprovalState::approved) return end(nothing_ran(unapproved(*approval)));
  if (auto open = owner_.check_still_open(caller_, plan_, record_); !open)
    return end(nothing_ran(std::move(open).error()));
  Approval claim = owner_.question_of(plan_, record_);
  claim.id = approval->id;
  // Of two of the very same call that waited for the one answer, one runs.
  if (auto redeemed = desk.redeem(claim, record_.id); !redeemed)
    return end(nothing_ran(std::move(redeemed).error()));
  owner_.await_answer(*flight_, {});
  stop_asking(ApprovalDesk::Parting::unwanted);
  has_passed_ = true;
  return join();
}

/// Cancelled by its caller, or by the end of the daemon, which is not to be taken for the caller's own wish.
Executions::Run::Step Executions::Run::end_asking() {
  bool daemon_ends = false;
  {
    std::lock_guard const guard{flight_->mutex};
    daemon_ends = flight_->daemon_ends;
  }
  if (!daemon_ends) return end_unsent(ErrorCode::cancelled, "cancelled before it was approved: nothing ran");
  return end_unsent(ErrorCode::daemon_unavailable,
                    "the daemon was stopped before " + record_.tool.text + " was approved: nothing ran");
}

/// Somebody said no, nobody answered in time, or there was no time left: what is asked in a session ends with
/// it.
Error Executions::Run::unapproved(Approval const& approval) const {
  if (approval.state == ApprovalState::expired) {
    auto open = owner_.options_.sessions->open_session(caller_, plan_.session->session.id.text);
    if (!open && open.error().code == ErrorCode::forbidden) {
      open.error().message += "; " + record_.tool.text + " was not approved before, and did not run";
      return std::move(open).error();
    }
  }
  return denied_by_person(record_, approval);
}

void Executions::Run::stop_asking(ApprovalDesk::Parting parting) {
  if (std::exchange(is_asking_, false)) owner_.options_.approvals->stop_waiting(record_.approval, parting);
}

}  // namespace agenta::daemon
