#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/execution_job.hpp"
#include "daemon/core/proxy_record.hpp"
#include "daemon/core/proxy_requests.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/domain/belief.hpp"
#include "shared/protocol/codec_proxy.hpp"
#include "shared/protocol/exact_json.hpp"
#include "shared/protocol/json_slice.hpp"

// Raw requests in sessions. They are judged as calls of a tool `PROXY_GET`, `PROXY_POST`, … of the
// integration, with the request as its arguments, of which nothing promises that it is harmless.
namespace agenta::daemon {
namespace {

/// Headers by which some services take a request for one of another method.
constexpr std::array<std::string_view, 3> kMethodHeaders{"x-http-method-override", "x-http-method",
                                                         "x-method-override"};

/// Escapes resolved, however often they were escaped.
std::string unescaped(std::string text) {
  constexpr int kOften = 5;
  for (int i = 0; i < kOften; ++i) {
    auto plain = percent_decode(text);
    if (!plain || *plain == text) break;
    text = *std::move(plain);
  }
  return text;
}

struct Place {
  std::string host{};  ///< empty: the service's own
  std::string url{};   ///< path and query
};

/// As it is named in rules: in small letters, without the dot that may end it, and without the port that
/// the scheme means anyway.
std::string host_of(std::string_view scheme, std::string_view authority) {
  std::string host = to_lower(authority);
  std::string port;
  if (auto const colon = host.rfind(':'); colon != std::string::npos && host.find(']', colon) == host.npos) {
    port = host.substr(colon + 1);
    port.erase(0, std::min(port.find_first_not_of('0'), port.size()));
    host.resize(colon);
  }
  while (host.ends_with('.')) host.pop_back();
  bool const is_usual = port.empty() || port == (equal_ignoring_case(scheme, "http") ? "80" : "443");
  return is_usual ? host : host + ":" + port;
}

/// One spelling of the many that a service takes for the same: without scheme and host, without escapes,
/// empty and dot segments. Rules are written for this one.
Place place_of(std::string_view url) {
  Place place;
  if (auto const scheme = url.find("://");
      scheme != std::string_view::npos && scheme < url.find_first_of("/?#")) {
    auto const name = url.substr(0, scheme);
    url.remove_prefix(scheme + 3);
    auto const end = std::min(url.find_first_of("/?#"), url.size());
    place.host = host_of(name, url.substr(0, end));
    url.remove_prefix(end);
  }
  url = url.substr(0, url.find('#'));
  auto const question = std::min(url.find('?'), url.size());
  std::vector<std::string> kept;
  for (std::string& each :
       split(replace_all(unescaped(std::string{url.substr(0, question)}), "\\", "/"), '/')) {
    if (each.empty() || each == ".") continue;
    if (each != "..") {
      kept.push_back(std::move(each));
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  place.url = "/" + join(kept, "/") + std::string{url.substr(question)};
  return place;
}

/// Without what says who makes it, where, and by whose leave.
ProxyCall request_alone(ProxyCall call) {
  call.id = {};
  call.session.clear();
  call.connection.clear();
  call.approval = {};
  call.on_ask = OnAsk::wait;
  return call;
}

}  // namespace

Result<void> ProxyRequests::enter_session(Caller const& caller, ProxyCall const& call, Executions::Plan& plan,
                                          Execution& record) {
  if (call.session.empty()) return {};
  if (options_.sessions == nullptr) return fail(ErrorCode::unsupported, "this daemon has no sessions");
  AGENTA_TRY(plan.session, options_.sessions->open_session(caller, call.session));
  Session const& session = plan.session->session;
  record.session = session.name;
  auto const is_override = [](ProxyField const& field) {
    return std::ranges::find(kMethodHeaders, to_lower(field.name)) != kMethodHeaders.end();
  };
  if (std::ranges::any_of(call.headers, is_override)) {
    return fail(ErrorCode::policy_denied,
                "a header that makes the request one of another method is not sent in a session: use that "
                "method");
  }
  if (Sessions::has(session, record.tool, record.integration)) return {};
  return fail(ErrorCode::policy_denied,
              "raw requests to " + record.integration.text + " are not in the session " + session.name,
              {"agenta-tools", "session", "add", session.name, record.integration.text});
}

/// The whole request is what is judged and approved, whatever its connection is called. What is judged has
/// one spelling; what is approved is the request to the byte.
void ProxyRequests::ask_as(ProxyCall const& call, Executions::Plan& plan, Execution& record) const {
  ProxyCall const what = request_alone(call);
  record.arguments_digest = options_.digest(record.tool.text + "\n" + plan.connection->id.text + "\n" +
                                            protocol::canonical_json(protocol::encode_proxy_call(what)));
  plan.judged = judged_request(what);
  plan.judged_hints = proxy_hints();
}

JsonText judged_request(ProxyCall call) {
  call = request_alone(std::move(call));
  Place place = place_of(call.url);
  call.url = std::move(place.url);
  JsonText judged;
  judged.text = protocol::encode_proxy_call(call);
  if (!place.host.empty()) {
    judged.text.pop_back();
    judged.text += ",\"host\":" + protocol::write_string(place.host) + "}";
  }
  return judged;
}

ToolHints proxy_hints() { return believed({}); }

}  // namespace agenta::daemon
