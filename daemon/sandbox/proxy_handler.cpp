#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/links.hpp"
#include "daemon/sandbox/proxy_answers.hpp"
#include "daemon/sandbox/upstream.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 6> kMethods{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"};

ApiError missing_account() {
  ApiError error;  // its code is not known
  error.status = 400;
  error.slug = "MissingAuthContext";
  error.message = "A connected account is required to proxy a request";
  error.suggested_fix = "Provide connected_account_id";
  return error;
}

/// Header names and query parameters that go along.
struct Extras {
  Json headers = Json::array();
  std::vector<QueryParameter> query{};
};

ApiResult<Extras> read_parameters(nlohmann::json const& body, std::string_view query) {
  Extras extras;
  extras.query = parse_query(query).value_or(std::vector<QueryParameter>{});
  auto const* parameters = find_node(body, "parameters");
  if (parameters == nullptr) return extras;
  for (auto const& parameter : *parameters) {
    auto const name = find_text(parameter, "name");
    auto const value = find_text(parameter, "value");
    auto const type = find_text(parameter, "type").value_or("");
    if (!name || !value || (type != "header" && type != "query"))
      return refuse(bad_request("parameters have a name, a value and the type header or query"));
    if (type == "header") extras.headers.push_back(to_lower(*name));
    if (type == "query") extras.query.push_back({*name, *value});
  }
  return extras;
}

/// `/_echo`: what came. Of headers only the names, for a value may be a secret.
Json echo_of(std::string const& method, UpstreamTarget const& target, Extras const& extras,
             nlohmann::json const& body) {
  Json query = Json::object();
  for (auto const& parameter : extras.query) query[parameter.name] = parameter.value;
  auto const given = body.find("body");
  return Json{{"method", method},
              {"path", target.path},
              {"query", std::move(query)},
              {"headers", extras.headers},
              {"body", given == body.end() ? Json{} : Json(*given)}};
}

/// What the provider answers to a request that reaches it.
HttpResponse ask_provider(World& world, Account const& account, Toolkit const& toolkit,
                          std::string const& method, UpstreamTarget const& target, Extras const& extras,
                          nlohmann::json const& body) {
  if (account.grant_is_dead) return passed_on(401, Json{{"message", toolkit.dead_grant}});
  if (auto const complaint = credential_complaint(find_scheme(world, account), account.fields))
    return passed_on(401, Json{{"message", *complaint}});
  if (auto special = special_answer(world, target, extras.query, body)) return *std::move(special);
  if (target.path == "/_echo") return passed_on(200, echo_of(method, target, extras, body));
  auto const& user = toolkit.current_user;
  bool const is_user = !user.endpoint.empty() && target.path == user.endpoint;
  if (is_user && (method == user.method || (method == "HEAD" && user.method == "GET")))
    return passed_on(200, Json::parse(user.answer));
  return passed_on(404, Json{{"message", "Not Found"}});
}

}  // namespace

Reply proxy_request(World& world, Request const& request) {
  auto const id = find_text(request.body, "connected_account_id");
  if (!id || id->empty()) return refuse(missing_account());
  auto* const account = world.book.find_account(request.project, *id);
  if (account == nullptr) return refuse(account_not_found(*id));
  AGENTA_CHECK(check_active(*account));
  auto const* toolkit = world.catalog.find_toolkit(account->toolkit);
  if (toolkit == nullptr) return refuse(generic_error(404, "Toolkit " + account->toolkit + " not found"));

  auto const method = to_upper(find_text(request.body, "method").value_or(""));
  if (std::ranges::find(kMethods, method) == kMethods.end())
    return refuse(bad_request("method must be one of GET, POST, PUT, DELETE, PATCH, HEAD"));
  auto const endpoint = find_text(request.body, "endpoint").value_or("");
  if (endpoint.empty()) return refuse(bad_request("endpoint is required"));
  AGENTA_TRY(auto const target, upstream_target(*toolkit, *account, endpoint));
  AGENTA_TRY(auto const extras, read_parameters(request.body, target.query));
  auto const* binary = find_node(request.body, "binary_body");
  if (binary != nullptr && !find_text(*binary, "base64"))
    return refuse(bad_request("The sandbox fetches nothing: binary_body must have base64"));
  auto answer = ask_provider(world, *account, *toolkit, method, target, extras, request.body);
  return method == "HEAD" ? without_body(std::move(answer)) : std::move(answer);
}

}  // namespace agenta::daemon::sandbox
