#include "daemon/core/proxy_requests.hpp"

#include <utility>

#include "daemon/core/proxy_job.hpp"
#include "daemon/core/proxy_record.hpp"
#include "daemon/core/proxy_run.hpp"
#include "daemon/core/proxy_spool.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_proxy.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

std::string content_type_of(ProxyReply const& reply) {
  if (reply.file && !reply.file->content_type.empty()) return reply.file->content_type;
  for (ProxyField const& each : reply.headers) {
    if (equal_ignoring_case(each.name, "content-type")) return each.value;
  }
  return {};
}

}  // namespace

ProxyRequests::ProxyRequests(store::ProjectStore& projects, store::ConnectionStore& connections,
                             Catalog& catalog, Credentials& credentials, ToolProvider& provider,
                             Executions& executions, Clock const& clock, Options options)
    : projects_(projects),
      connections_(connections),
      catalog_(catalog),
      credentials_(credentials),
      provider_(provider),
      executions_(executions),
      clock_(clock),
      options_(std::move(options)) {}

Result<ProxyRequests::Answer> ProxyRequests::run(Caller const& caller, ProxyCall const& call) {
  Run run{*this, caller, call, Run::MayLeave::no};
  return run.answer(executions_.finish(run.run_));
}

ProxyRequests::Run::Run(ProxyRequests& requests, Caller caller, ProxyCall call, MayLeave may_leave)
    : Run(requests, std::move(caller), std::make_unique<Job>(requests, std::move(call)), may_leave) {}

ProxyRequests::Run::Run(ProxyRequests& requests, Caller caller, std::unique_ptr<Job> job, MayLeave may_leave)
    : owner_(requests),
      caller_(std::move(caller)),
      job_(*job),
      run_(requests.executions_, caller_, job_.frame(), std::move(job), may_leave) {}

ProxyRequests::Run::Step ProxyRequests::Run::next(bool rested) {
  auto step = run_.next(rested);
  if (auto* const pause = std::get_if<Pause>(&step)) return std::move(*pause);
  return answer(std::get<Result<Execution>>(std::move(step)));
}

/// What the client gets of it, once it is journaled.
Result<ProxyRequests::Answer> ProxyRequests::Run::answer(Result<Execution> ended) {
  if (!ended) return fail(std::move(ended).error());
  Execution record = *std::move(ended);
  ProxyReply reply = *std::move(job_.reply());
  Answer result;
  ProxyAnswer& answer = result.answer;
  answer.execution = record.id;
  answer.integration = record.integration;
  answer.connection = *record.connection;
  answer.method = job_.call().method;
  answer.url = path_of(job_.call().url);
  answer.status = reply.status;
  answer.content_type = content_type_of(reply);
  answer.attempts = record.attempts;
  answer.error = std::move(record.error);
  if (answer.error) answer.error->execution_id = record.id.text;
  answer.headers = std::move(reply.headers);
  if (reply.file) {
    auto fetched = fetch(*reply.file, answer);
    if (!fetched) {
      Error error = std::move(fetched).error();
      error.execution_id = record.id.text;
      return fail(std::move(error));
    }
    result.document = std::move(*fetched);
  } else if (!reply.body.empty()) {
    answer.body.emplace();
    answer.body->text = reply.is_json ? std::move(reply.body) : protocol::write_string(reply.body);
  }
  return result;
}

Result<SpoolFile> ProxyRequests::Run::fetch(ProxyFile const& file, ProxyAnswer const& answer) const {
  SpoolPlan spool;
  spool.directory = owner_.options_.spool;
  spool.most_bytes = owner_.options_.most_file_bytes;
  // Somebody has to be there to take it.
  ProviderCall const call{job_.access(), caller_.deadline, caller_.stop};
  auto fetched = spool_as_base64(owner_.provider_, call, file, protocol::encode_proxy_head(answer),
                                 protocol::kProxyTail, spool);
  if (fetched) return fetched;
  Error error = std::move(fetched).error();
  error.message =
      answer.integration.text + " answered " + std::to_string(answer.status) + ", and " + error.message;
  error.context.text = "{\"status\":" + std::to_string(answer.status) + "}";
  if (!only_reads(answer.method)) error.retryable = Retryable::unknown;
  return fail(std::move(error));
}

}  // namespace agenta::daemon
