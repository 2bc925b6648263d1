#include "daemon/app/control_routes.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/app/openapi_document.hpp"
#include "shared/base/try.hpp"
#include "shared/base/version.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::daemon {
namespace {

using api::Call;
using api::json_reply;
using nlohmann::ordered_json;

std::string encode(DaemonStatus const& status) {
  ProtocolRange const range = protocol_range();
  ordered_json json;
  json["pid"] = status.pid;
  json["version"] = product_version();
  json["build"] = build_id();
  json["protocol"] = {{"oldest", range.oldest}, {"newest", range.newest}};
  json["started_at"] = format_rfc3339(status.started_at);
  json["socket"] = status.socket;
  json["home"] = status.home;
  json["database"] = status.database;
  json["log_file"] = status.log_file;
  json["composio_url"] = status.base_url;
  json["sandbox_url"] = status.sandbox_url ? ordered_json(*status.sandbox_url) : nullptr;
  json["connections_open"] = status.connections_open;
  json["executions_running"] = status.executions_running;
  json["logins_pending"] = status.logins_pending;
  json["callback_port"] =
      status.callback_port == 0 ? ordered_json(nullptr) : ordered_json(status.callback_port);
  json["idle_exit"] = format_duration(status.idle_exit);
  json["catalog"] = ordered_json::parse(protocol::encode_catalog_status(status.catalog), nullptr, false);
  json["custom_error"] = status.custom_error ? ordered_json(*status.custom_error) : nullptr;
  json["settings_error"] = status.settings_error ? ordered_json(*status.settings_error) : nullptr;
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Result<ServiceReply> shut_down(Controls const& controls, Call const& call) {
  std::optional<std::chrono::milliseconds> drain;
  if (!call.request.body.empty()) {
    auto const json = ordered_json::parse(call.request.body, nullptr, false);
    if (!json.is_object())
      return fail(ErrorCode::invalid_request, "a shutdown takes {\"drain_ms\": N}, or nothing");
    if (auto const wanted = json.find("drain_ms"); wanted != json.end() && !wanted->is_null()) {
      if (!wanted->is_number_unsigned() || wanted->get<std::uint64_t>() > 3'600'000) {
        return fail(ErrorCode::invalid_request, "drain_ms is a number of milliseconds, up to an hour");
      }
      drain = std::chrono::milliseconds{wanted->get<std::int64_t>()};
    }
  }
  controls.shut_down(drain);
  return json_reply("{\"stopping\":true}", 202);
}

/// Hands a control on to the embedded sandbox, under the path that a served one has.
Result<ServiceReply> control_sandbox(Controls const& controls, Call const& call) {
  if (controls.sandbox == nullptr) {
    return fail(ErrorCode::unsupported,
                "this daemon works with Composio, not with the sandbox: add --sandbox");
  }
  HttpRequest request;
  request.method = call.request.method;
  request.target = "/_sandbox/" + percent_encode(call.parameter("what"));
  request.body = call.request.body;
  HttpResponse response = controls.sandbox->handle(request);
  if (response.status >= 400) {
    auto const json = ordered_json::parse(response.body, nullptr, false);
    std::string why = "the sandbox does not take that";
    if (json.is_object() && json.contains("error") && json["error"].is_object())
      why = json["error"].value("message", why);
    return fail(ErrorCode::invalid_request, why);
  }
  if (call.request.method != "GET" && controls.sandbox_changed) controls.sandbox_changed();
  return json_reply(std::move(response.body), response.status);
}

}  // namespace

std::vector<api::Route> control_routes(Controls controls) {
  using api::Permission;
  using api::Work;
  auto const to = [controls](auto function) {
    return [controls, function](Call const& call) { return function(controls, call); };
  };
  auto const status = [controls](Call const&) -> Result<ServiceReply> {
    return json_reply(encode(controls.status()));
  };
  auto const reload = [controls](Call const&) -> Result<ServiceReply> {
    AGENTA_CHECK(controls.reload());
    return json_reply("{\"reloaded\":true}");
  };
  auto const describe = [](Call const&) -> Result<ServiceReply> {
    return json_reply(std::string{openapi_document()});
  };
  return {
      {"GET", "/api/tools/daemon", Permission::view_tools, Work::control, status},
      {"POST", "/api/tools/daemon/shutdown", Permission::edit_tools, Work::control, to(&shut_down)},
      {"POST", "/api/tools/daemon/reload", Permission::edit_tools, Work::control, reload},
      {"GET", "/api/tools/sandbox/{what}", Permission::view_tools, Work::control, to(&control_sandbox)},
      {"POST", "/api/tools/sandbox/{what}", Permission::edit_tools, Work::control, to(&control_sandbox)},
      {"DELETE", "/api/tools/sandbox/{what}", Permission::edit_tools, Work::control, to(&control_sandbox)},
      {"GET", "/api/openapi.json", Permission::view_tools, Work::control, describe},
  };
}

}  // namespace agenta::daemon
