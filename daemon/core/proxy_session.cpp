#include <utility>

#include "daemon/core/canonical_json.hpp"
#include "daemon/core/execution_job.hpp"
#include "daemon/core/proxy_requests.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_proxy.hpp"

// Raw requests in sessions. They are judged as calls of a tool `PROXY_GET`, `PROXY_POST`, … of the
// integration, with the request as its arguments, of which nothing promises that it is harmless.
namespace agenta::daemon {
Result<void> ProxyRequests::enter_session(Caller const& caller, ProxyCall const& call, Executions::Plan& plan,
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

/// The whole request is what is judged and approved, whatever its connection is called.
void ProxyRequests::ask_as(ProxyCall const& call, Executions::Plan& plan, Execution& record) const {
  ProxyCall what = call;
  what.id = {};
  what.session.clear();
  what.connection.clear();
  plan.judged.text = protocol::encode_proxy_call(what);
  plan.judged_hints = {};
  plan.judged_hints.destructive = true;
  record.arguments_digest = options_.digest(record.tool.text + "\n" + plan.connection->id.text + "\n" +
                                            canonical_json(plan.judged));
}

}  // namespace agenta::daemon
