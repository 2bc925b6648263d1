#include "daemon/core/proxy_job.hpp"

#include <utility>

#include "daemon/core/connection_choice.hpp"
#include "daemon/core/proxy_record.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {

Executions::Frame ProxyRequests::Job::frame() const {
  Executions::Frame frame;
  frame.id = call_.id;
  frame.session = call_.session;
  frame.approval = call_.approval;
  frame.on_ask = call_.on_ask;
  return frame;
}

Result<Executions::Plan> ProxyRequests::Job::plan(Caller const& caller, Execution& record) {
  AGENTA_CHECK(check_proxy_call(call_));
  record.tool = proxy_tool(call_.method);
  record.integration.text = to_lower(call_.integration.text);
  record.read_only = only_reads(call_.method);
  record.arguments = record_of(call_, owner_.options_.most_kept_bytes);
  Executions::Plan plan;
  plan.hints.read_only = record.read_only;
  plan.subject = call_.method + " " + path_of(call_.url);
  AGENTA_TRY(plan.access, owner_.credentials_.access_for(caller));
  AGENTA_TRY(plan.project, owner_.projects_.ensure(caller.project, owner_.clock_.wall()));
  record.project = plan.project.id;
  AGENTA_CHECK(owner_.enter_session(caller, call_, plan, record));
  AGENTA_TRY(plan.connection, owner_.choose(caller, plan, call_));
  // While it is renewed for other scopes what worked works on.
  if (plan.connection->renewal) plan.connection->account = plan.connection->renewal->account;
  record.connection = ConnectionReference{plan.connection->id, plan.connection->slug};
  if (plan.session) {
    owner_.ask_as(call_, plan, record);
    AGENTA_CHECK(Executions::judge(plan, record));
  }
  access_ = plan.access;
  account_ = plan.connection->account;
  return plan;
}

/// The body is lent to the request: of what waits there is one copy.
ExecuteOutcome ProxyRequests::Job::send(ProviderCall const& call, Patience const& patience) {
  ProxyRequest request;
  request.account = account_;
  request.method = call_.method;
  request.endpoint = call_.url;
  request.headers = call_.headers;
  request.query = call_.query;
  request.body = std::move(call_.body);
  request.binary = std::move(call_.binary);
  request.answer_by = patience.answer_by;
  request.on_written = patience.on_written;
  ProxyOutcome made = owner_.provider_.proxy(call, request);
  call_.body = std::move(request.body);
  call_.binary = std::move(request.binary);
  reply_ = std::move(made.reply);
  ExecuteOutcome outcome;
  outcome.fate = made.fate;
  outcome.error = std::move(made.error);
  outcome.rate = made.rate;
  return outcome;
}

void ProxyRequests::Job::tell_answer(Execution& record) const {
  record.error = owner_.error_in(record, *reply_);
  record.state = record.error ? ExecutionState::failed : ExecutionState::succeeded;
  record.data = record_of(call_, *reply_, owner_.options_.most_kept_bytes);
  record.result_bytes = reply_->file ? reply_->file->size : static_cast<std::int64_t>(reply_->body.size());
}

/// The error that an answer is as well: of a status that refuses, or of words that prove a dead grant.
std::optional<Error> ProxyRequests::error_in(Execution const& record, ProxyReply const& reply) const {
  constexpr unsigned kFirstRefusal = 400;
  std::string const words = words_of(reply);
  std::string const told = record.integration.text + " answered " + std::to_string(reply.status) +
                           (words.empty() ? "" : ": " + words);
  std::string const refusal = refusal_of(reply);
  if (!refusal.empty() && options_.proves_dead_credential(refusal)) {
    return fail(ErrorCode::connection_expired,
                "the connection " + record.connection->slug + " has expired: " + told)
        .error();
  }
  if (reply.status >= kFirstRefusal) return fail(ErrorCode::tool_failed, told).error();
  return std::nullopt;
}

Result<Connection> ProxyRequests::choose(Caller const& caller, Executions::Plan const& plan,
                                         ProxyCall const& call) {
  IntegrationSlug const integration{to_lower(call.integration.text)};
  std::string named = call.connection;
  if (plan.session) {
    AGENTA_TRY(named, plan.session->connection_for(integration, named));
  }
  AGENTA_TRY(auto const rows, connection_candidates(connections_, plan.project.id, integration, named));
  auto chosen = choose_connection(rows, plan.access, integration, named);
  if (chosen || chosen.error().code != ErrorCode::not_connected || !rows.empty()) return chosen;
  // Nobody can connect what there is not.
  ProviderCall const asking{plan.access, caller.deadline, caller.stop};
  auto const known = catalog_.integration(asking, integration);
  if (!known && known.error().code == ErrorCode::integration_not_found) return fail(known.error());
  if (known && known->value->integration.no_auth) {
    return fail(ErrorCode::unsupported,
                integration.text +
                    " needs no connection, so there are no credentials to make a "
                    "request with: ask it directly",
                {"agenta-tools", "tools", "list", integration.text});
  }
  return chosen;
}

}  // namespace agenta::daemon
