#include <memory>
#include <nlohmann/json.hpp>

#include "daemon/api/execution_query.hpp"
#include "daemon/api/routes.hpp"
#include "daemon/api/staged_call.hpp"
#include "daemon/core/execution_run.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/owners_step.hpp"
#include "shared/schema/redact.hpp"

namespace agenta::daemon::api {
namespace {

/// What a caller who asked for the data alone is told when the tool said no: everything the envelope would
/// have said.
Error tool_failure(Execution const& execution) {
  Error error = *execution.error;
  error.execution_id = execution.id.text;
  nlohmann::ordered_json context;
  context["tool"] = execution.tool.text;
  context["connection"] = execution.connection ? nlohmann::ordered_json(execution.connection->slug) : nullptr;
  context["log_id"] = execution.log_id;
  if (execution.data) {
    auto data = nlohmann::ordered_json::parse(execution.data->text, nullptr, false);
    if (!data.is_discarded()) context["data"] = std::move(data);
  }
  error.context.text = context.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return error;
}

/// The data alone, or the part of it that `select` names; null, and a notice, where it names nothing.
Result<ServiceReply> result_reply(Executions const& executions, Execution const& execution,
                                  std::string const& pointer) {
  AGENTA_TRY(auto body, executions.open_result(execution, pointer));
  ServiceReply reply = json_reply(body ? std::move(body->text) : "null");
  if (body) reply.file = std::move(body->file);
  if (!body) {
    reply.headers.emplace_back(protocol::kNoticeHeader, "the result has nothing at " + pointer);
  }
  reply.headers.emplace_back(protocol::kExecutionIdHeader, execution.id.text);
  return reply;
}

/// How a run is answered: the whole record, or the data alone.
struct Wanted {
  std::string output{};
  std::string select{};
};

Result<Wanted> wanted_of(Call const& call) {
  Wanted wanted{call.query_value("output"), call.query_value("select")};
  if (wanted.output.empty() || wanted.output == "data" || wanted.output == "envelope") return wanted;
  return fail(ErrorCode::invalid_request, "output is data or envelope, not " + wanted.output);
}

/// Who came by a session's socket is not told where its owner's files are, nor who else works there, and gets
/// no step that is its owner's.
void withhold(Caller const& caller, Execution& execution) {
  if (caller.session.empty()) return;
  if (execution.error) execution.error = protocol::told_inside(*std::move(execution.error));
  if (execution.result_file) execution.result_file->path.clear();
  execution.actor = {};
}

std::string document_of(Caller const& caller, Execution const& execution) {
  if (caller.session.empty()) return protocol::encode_execution(execution);
  Execution told = execution;
  withhold(caller, told);
  return protocol::encode_execution(told);
}

Result<ServiceReply> reply_with(Executions const& executions, Caller const& caller,
                                Execution const& execution, Wanted const& wanted) {
  bool const whole = wanted.output != "data" || execution.dry_run;
  if (!whole && execution.error) return fail(tool_failure(execution));
  ServiceReply reply;
  if (whole) {
    reply = json_reply(document_of(caller, execution));
  } else {
    AGENTA_TRY(reply, result_reply(executions, execution, wanted.select));
  }
  if (whole && !execution.result_lost.empty()) {
    std::string const why = caller.session.empty() ? ": " + execution.result_lost : "";
    reply.headers.emplace_back(protocol::kNoticeHeader, "the result could not be kept" + why);
  }
  if (!execution.notice.empty()) reply.headers.emplace_back(protocol::kNoticeHeader, execution.notice);
  return reply;
}

Result<ServiceReply> run(Executions& executions, Call const& call) {
  AGENTA_TRY(Wanted const wanted, wanted_of(call));
  AGENTA_TRY(ToolCall const tool_call, protocol::decode_tool_call(call.request.body));
  AGENTA_TRY(Execution const execution, executions.run(call.caller, tool_call));
  return reply_with(executions, call.caller, execution, wanted);
}

/// The same without a thread while it waits for its turn.
class StagedRun final : public StagedCall<Executions::Run> {
 public:
  StagedRun(Executions& executions, Call call) : StagedCall(std::move(call)), executions_(executions) {}

 private:
  Result<std::unique_ptr<Executions::Run>> begin(Call const& call) override {
    AGENTA_TRY(wanted_, wanted_of(call));
    AGENTA_TRY(auto tool_call, protocol::decode_tool_call(call.request.body));
    return std::make_unique<Executions::Run>(executions_, call.caller, std::move(tool_call),
                                             Executions::Run::MayLeave::yes);
  }
  Result<ServiceReply> reply(Call const& call, Execution const& execution) override {
    return reply_with(executions_, call.caller, execution, wanted_);
  }

  Executions& executions_;
  Wanted wanted_{};
};

Result<ServiceReply> list(Executions& executions, Call const& call) {
  AGENTA_TRY(auto const filter, read_execution_filter(call));
  AGENTA_TRY(auto page, executions.list(call.caller, filter));
  for (Execution& each : page.items) withhold(call.caller, each);
  return json_reply(protocol::encode_executions(page));
}

}  // namespace

std::vector<Route> execution_routes(Executions& executions) {
  auto const id_of = [](Call const& call) { return ExecutionId{to_lower(call.parameter("id"))}; };
  return {
      {"POST", "/api/tools/executions", Permission::run_tools, Work::provider,
       [&executions](Call const& call) { return run(executions, call); },
       [&executions](Call const& call) { return std::make_unique<StagedRun>(executions, call); }},
      {"GET", "/api/tools/executions", Permission::view_tools, Work::local,
       [&executions](Call const& call) { return list(executions, call); }},
      {"GET", "/api/tools/executions/{id}", Permission::view_tools, Work::local,
       [&executions, id_of](Call const& call) -> Result<ServiceReply> {
         AGENTA_TRY(Execution const found, executions.get(call.caller, id_of(call)));
         if (auto const approval = executions.find_approval(call.caller, found))
           return json_reply(protocol::encode_execution(found, *approval));
         return json_reply(document_of(call.caller, found));
       }},
      {"GET", "/api/tools/executions/{id}/result", Permission::view_tools, Work::local,
       [&executions, id_of](Call const& call) -> Result<ServiceReply> {
         AGENTA_TRY(Execution const found, executions.get(call.caller, id_of(call)));
         AGENTA_TRY(ServiceReply reply, result_reply(executions, found, call.query_value("select")));
         if (schema::is_redacted(found.data)) {
           reply.headers.emplace_back(protocol::kNoticeHeader,
                                      "secrets in the result were not kept: they stand as [redacted]");
         }
         return reply;
       }},
      {"POST", "/api/tools/executions/{id}/cancel", Permission::run_tools, Work::local,
       [&executions, id_of](Call const& call) -> Result<ServiceReply> {
         AGENTA_TRY(Execution const found, executions.cancel(call.caller, id_of(call)));
         return json_reply(document_of(call.caller, found));
       }},
  };
}

}  // namespace agenta::daemon::api
