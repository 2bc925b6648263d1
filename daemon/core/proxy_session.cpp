#include <utility>

#include "daemon/core/canonical_json.hpp"
#include "daemon/core/proxy_plan.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_approval.hpp"
#include "shared/protocol/codec_proxy.hpp"

// Raw requests in sessions. They are judged as calls of a tool `PROXY_GET`, `PROXY_POST`, … of the
// integration, with the request as its arguments, of which nothing promises that it is harmless.
namespace agenta::daemon {
namespace {

std::string because(std::string const& reason) { return reason.empty() ? "" : ": " + reason; }

}  // namespace

Result<void> ProxyRequests::enter_session(Caller const& caller, ProxyCall const& call, Plan& plan,
                                          Execution& record) {
  if (call.session.empty()) return {};
  if (options_.sessions == nullptr) return fail(ErrorCode::unsupported, "this daemon has no sessions");
  AGENTA_TRY(plan.session, options_.sessions->open_session(caller, call.session));
  Session const& session = plan.session->session;
  record.session = session.name;
  if (Sessions::has(session, record.tool, record.integration)) return {};
  return fail(ErrorCode::policy_denied,
              "raw requests to " + record.integration.text + " are not in the session " + session.name,
              {"agenta-tools", "session", "add", session.name, record.integration.text});
}

/// A raw request never waits for its answer: it comes back, and is made again once it is approved.
Result<void> ProxyRequests::judge(ProxyCall const& call, Plan const& plan, Execution& record) const {
  if (!plan.session) return {};
  Session const& session = plan.session->session;
  ProxyCall what = call;
  what.id = {};
  what.session.clear();
  what.connection.clear();
  policy::Question question;
  question.tool = record.tool;
  question.integration = record.integration;
  question.connection = plan.connection.slug;
  question.hints.destructive = true;
  question.arguments.text = protocol::encode_proxy_call(what);
  if (policy::names_twice(question.arguments))
    return fail(ErrorCode::invalid_arguments, "the body names something twice: name each once");
  record.policy = policy::decide(*plan.session->policy, question);
  PolicyDecision const& decision = *record.policy;
  if (decision.verdict == Verdict::allow) return {};
  if (decision.verdict == Verdict::deny) {
    Error error;
    error.code = ErrorCode::policy_denied;
    error.message = record.tool.text + " of " + record.integration.text + " is denied in the session " +
                    session.name + " by " + decision.rule + because(decision.reason);
    error.context.text = "{\"policy\":" + protocol::encode_decision(decision) + "}";
    return fail(std::move(error));
  }
  if (options_.approvals == nullptr) return fail(ErrorCode::approval_required, "there is nobody here to ask");
  ApprovalDesk& desk = *options_.approvals;
  AGENTA_TRY(auto const grant, desk.find_grant(session.id, record.tool, plan.connection.id.text));
  if (grant) {
    record.approval = *grant;
    return {};
  }
  Approval ask;
  ask.project = plan.project.id;
  ask.session = session.id;
  ask.session_name = session.name;
  ask.tool = record.tool;
  ask.connection = record.connection;
  ask.arguments = record.arguments;
  ask.arguments_digest = options_.digest(record.tool.text + "\n" + plan.connection.id.text + "\n" +
                                         canonical_json(question.arguments));
  ask.decision = decision;
  if (auto const& timeout = plan.session->policy->ask_timeout) ask.expires_at = clock_.wall() + *timeout;
  AGENTA_TRY(auto const asked, desk.ask(ask));
  record.approval = asked.id;
  if (asked.state == ApprovalState::approved) {
    ask.id = asked.id;
    return desk.redeem(ask, record.id);
  }
  Error error;
  error.code = ErrorCode::approval_required;
  error.message = record.tool.text + " of " + record.integration.text +
                  " needs somebody's approval in the session " + session.name + " (" + decision.rule + ")" +
                  because(decision.reason) +
                  "; nothing was sent. Once it is approved, make the same request again";
  error.context.text = "{\"approval\":" + protocol::encode_approval(asked) + "}";
  error.next_step = {"agenta-tools", "approvals", "approve", asked.id.text};
  return fail(std::move(error));
}

}  // namespace agenta::daemon
