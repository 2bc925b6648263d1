#include <nlohmann/json.hpp>

#include "daemon/sandbox/account_view.hpp"
#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/links.hpp"
#include "shared/base/id.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAccounts = "/_sandbox/accounts/";
constexpr std::int64_t kTenYears = std::int64_t{10} * 366 * 24 * 60 * 60 * 1000;

HttpResponse ok(Json const& document) { return json_response(200, to_text(document)); }

Json counts_json(std::map<std::string, Count, std::less<>> const& counts) {
  Json document = Json::object();
  for (auto const& [name, count] : counts)
    document[name] = {{"requests", count.requests}, {"effects", count.effects}};
  return document;
}

Json auto_approval_json(AutoApproval const& automatic) {
  char const* mode = automatic.mode == AutoApproval::Mode::off    ? "off"
                     : automatic.mode == AutoApproval::Mode::deny ? "deny"
                                                                  : "approve";
  return Json{{"mode", mode}, {"delay_ms", automatic.delay.count()}};
}

Reply control_clock(World& world, std::string_view method, nlohmann::json const& body) {
  if (method == "POST") {
    auto const advance = find_integer(body, "advance_ms");
    if (!advance || *advance < 0 || *advance > kTenYears)
      return refuse(bad_request("advance_ms must be a number of milliseconds, not negative"));
    world.advanced += std::chrono::milliseconds{*advance};
    expire_stale(world);
  }
  return ok({{"now", format_rfc3339(world.now())}, {"advanced_ms", world.advanced.count()}});
}

Reply control_requests(World& world, std::string_view method) {
  if (method == "DELETE") world.forget_requests();
  Json recent = Json::array();
  for (auto const& request : world.recent)
    recent.push_back({{"method", request.method}, {"target", request.target}});
  return ok({{"total", world.requests},
             {"routes", counts_json(world.route_counts)},
             {"tools", counts_json(world.tool_counts)},
             {"revoked", world.revoked},
             {"recent", std::move(recent)}});
}

Reply control_auto_approval(World& world, std::string_view method, nlohmann::json const& body) {
  if (method == "POST") {
    AutoApproval wish;
    auto const mode = find_text(body, "mode").value_or("");
    if (mode != "approve" && mode != "deny" && mode != "off")
      return refuse(bad_request("mode must be approve, deny or off"));
    if (mode == "approve") wish.mode = AutoApproval::Mode::approve;
    if (mode == "deny") wish.mode = AutoApproval::Mode::deny;
    auto const delay = find_integer(body, "delay_ms").value_or(0);
    if (delay < 0 || delay > kTenYears)
      return refuse(bad_request("delay_ms must be a number of milliseconds, not negative"));
    wish.delay = std::chrono::milliseconds{delay};
    world.auto_approval = wish;
  }
  return ok(auto_approval_json(world.auto_approval));
}

Reply control_faults(World& world, std::string_view method, nlohmann::json const& body) {
  if (method == "DELETE") world.faults.clear();
  if (method != "POST") return ok(world.faults.to_json());
  AGENTA_TRY(auto const id, world.faults.plant(body));
  return json_response(201, to_text(Json{{"id", id}}));
}

Reply control_rate_limit(World& world, std::string_view method, nlohmann::json const& body) {
  if (method == "DELETE") world.rate_limit = {};
  if (method == "POST") {
    auto const limit = find_integer(body, "limit").value_or(0);
    auto const window = find_integer(body, "window_s").value_or(60);
    if (limit < 1 || window < 1 || window > kTenYears)
      return refuse(bad_request("limit and window_s must be numbers from 1"));
    world.rate_limit = {};
    world.rate_limit.limit = static_cast<std::uint64_t>(limit);
    world.rate_limit.window = std::chrono::seconds{window};
  }
  auto const& rate = world.rate_limit;
  return ok({{"limit", rate.limit},
             {"window_s", rate.window.count()},
             {"used", rate.used},
             {"refused", rate.refused}});
}

/// Sets the status, or what the provider thinks of the account's grant, or both.
ApiResult<void> change_account(World& world, Account& account, nlohmann::json const& body) {
  auto const grant = find_text(body, "grant");
  if (grant && *grant != "dead" && *grant != "alive")
    return refuse(bad_request("grant must be dead or alive"));
  if (find_text(body, "status") || !grant) {
    auto const status = parse_account_status(find_text(body, "status").value_or(""));
    if (!status) return refuse(bad_request("status must be one of Composio's account statuses"));
    set_status(world, account, *status, find_text(body, "status_reason").value_or(""));
  }
  if (grant) account.grant_is_dead = *grant == "dead";
  world.unsaved.accounts = true;
  return {};
}

Reply control_account(World& world, std::string_view id, std::string_view method,
                      nlohmann::json const& body) {
  auto* const account = world.book.find_account(id);
  if (account == nullptr) return refuse(account_not_found(id));
  if (method == "POST") AGENTA_CHECK(change_account(world, *account, body));
  Json document = account_document(world, *account, Detail::whole);
  document["grant"] = account->grant_is_dead ? "dead" : "alive";
  return ok(document);
}

Reply control(World& world, HttpRequest const& request) {
  // A web page can make a browser post here; this is for programs, and those send no Origin.
  if (find_header(request.headers, "origin"))
    return refuse(generic_error(403, "The controls do not answer web pages"));
  auto const body = trim(request.body).empty() ? nlohmann::json::object()
                                               : parse_json(request.body).value_or(nlohmann::json{});
  if (!body.is_object()) return refuse(bad_request("The body is no JSON object"));
  std::string_view const path = request.path();
  std::string_view const method = request.method;
  if (path == "/_sandbox/clock") return control_clock(world, method, body);
  if (path == "/_sandbox/requests") return control_requests(world, method);
  if (path == "/_sandbox/auto_approve") return control_auto_approval(world, method, body);
  if (path == "/_sandbox/catalog") return control_catalog(world, method, body);
  if (path == "/_sandbox/files") return control_files(world, method, body);
  if (path == "/_sandbox/faults") return control_faults(world, method, body);
  if (path == "/_sandbox/rate_limit") return control_rate_limit(world, method, body);
  if (path.starts_with(kAccounts)) return control_account(world, path.substr(kAccounts.size()), method, body);
  if (path == "/_sandbox/reset" && method == "POST") {
    world.reset();
    return ok({{"success", true}});
  }
  return refuse(generic_error(404, "There is no such control"));
}

}  // namespace

HttpResponse answer_control(World& world, HttpRequest const& request) {
  auto reply = control(world, request);
  if (reply) return std::move(reply).value();
  return json_response(reply.error().status, error_document(reply.error(), make_uuid_v7()));
}

}  // namespace agenta::daemon::sandbox
