#include <nlohmann/json.hpp>

#include "daemon/api/routes.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"

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

Result<ServiceReply> run(Executions& executions, Call const& call) {
  std::string const output = call.query_value("output");
  if (!output.empty() && output != "data" && output != "envelope") {
    return fail(ErrorCode::invalid_request, "output is data or envelope, not " + output);
  }
  AGENTA_TRY(ToolCall const tool_call, protocol::decode_tool_call(call.request.body));
  AGENTA_TRY(Execution const execution, executions.run(call.caller, tool_call));
  bool const whole = output != "data" || execution.dry_run;
  if (!whole && execution.error) return fail(tool_failure(execution));
  auto reply = json_reply(whole            ? protocol::encode_execution(execution)
                          : execution.data ? execution.data->text
                                           : "null");
  if (!execution.notice.empty()) reply.headers.emplace_back(protocol::kNoticeHeader, execution.notice);
  return reply;
}

Result<ServiceReply> list(Executions& executions, Call const& call) {
  store::ExecutionFilter filter;
  if (auto const tool = call.query_value("tool"); !tool.empty()) filter.tool = ToolSlug{to_upper(tool)};
  if (auto const id = call.query_value("connection"); !id.empty()) filter.connection = ConnectionId{id};
  if (auto const name = call.query_value("state"); !name.empty()) {
    filter.state = parse_execution_state(name);
    if (!filter.state) {
      return fail(ErrorCode::invalid_request,
                  "there is no state " + name +
                      ": it is queued, sent, succeeded, failed, unknown, cancelled or refused");
    }
  }
  filter.cursor = call.query_value("cursor");
  AGENTA_TRY(long long const limit, read_number(call, "limit", filter.limit, 1, 1000));
  filter.limit = static_cast<int>(limit);
  AGENTA_TRY(auto const page, executions.list(call.caller, filter));
  return json_reply(protocol::encode_executions(page));
}

}  // namespace

std::vector<Route> execution_routes(Executions& executions) {
  auto const id_of = [](Call const& call) { return ExecutionId{to_lower(call.parameter("id"))}; };
  return {
      {"POST", "/api/tools/executions", Permission::run_tools, Work::provider,
       [&executions](Call const& call) { return run(executions, call); }},
      {"GET", "/api/tools/executions", Permission::view_tools, Work::local,
       [&executions](Call const& call) { return list(executions, call); }},
      {"GET", "/api/tools/executions/{id}", Permission::view_tools, Work::local,
       [&executions, id_of](Call const& call) -> Result<ServiceReply> {
         AGENTA_TRY(Execution const found, executions.get(call.caller, id_of(call)));
         return json_reply(protocol::encode_execution(found));
       }},
      {"POST", "/api/tools/executions/{id}/cancel", Permission::run_tools, Work::local,
       [&executions, id_of](Call const& call) -> Result<ServiceReply> {
         AGENTA_TRY(Execution const found, executions.cancel(call.caller, id_of(call)));
         return json_reply(protocol::encode_execution(found));
       }},
  };
}

}  // namespace agenta::daemon::api
