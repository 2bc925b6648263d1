#include "daemon/api/router.hpp"

#include "shared/base/try.hpp"

namespace agenta::daemon::api {
namespace {

/// Matches `/a/{b}/c` against a path, segment by segment; a parameter takes one non-empty segment, decoded.
std::optional<std::map<std::string, std::string>> match_path(std::string_view pattern,
                                                             std::string_view path) {
  std::map<std::string, std::string> parameters;
  for (;;) {
    std::size_t const pattern_end = pattern.find('/');
    std::size_t const path_end = path.find('/');
    std::string_view const wanted = pattern.substr(0, pattern_end);
    std::string_view const given = path.substr(0, path_end);
    if (wanted.starts_with('{')) {
      auto value = percent_decode(given);
      if (!value || value->empty()) return std::nullopt;
      parameters.emplace(wanted.substr(1, wanted.size() - 2), std::move(*value));
    } else if (wanted != given) {
      return std::nullopt;
    }
    if ((pattern_end == std::string_view::npos) != (path_end == std::string_view::npos)) return std::nullopt;
    if (pattern_end == std::string_view::npos) return parameters;
    pattern.remove_prefix(pattern_end + 1);
    path.remove_prefix(path_end + 1);
  }
}

}  // namespace

std::string Call::query_value(std::string_view name) const {
  std::string value;
  for (QueryParameter const& parameter : query) {
    if (parameter.name == name) value = parameter.value;
  }
  return value;
}

Result<Router::Match> Router::find(std::string_view method, std::string_view target) const {
  std::size_t const question = target.find('?');
  std::string_view const path = target.substr(0, question);
  bool path_is_known = false;
  for (Route const& route : routes_) {
    auto parameters = match_path(route.path, path);
    if (!parameters) continue;
    path_is_known = true;
    if (route.method != method) continue;
    auto query =
        parse_query(question == std::string_view::npos ? std::string_view{} : target.substr(question + 1));
    if (!query)
      return fail(ErrorCode::invalid_request, "the query of " + std::string{target} + " is malformed");
    Match match;
    match.route = &route;
    match.parameters = std::move(*parameters);
    match.query = std::move(*query);
    return match;
  }
  constexpr std::size_t kShown = 200;
  std::string const shown{path.substr(0, kShown)};
  if (path_is_known)
    return fail(ErrorCode::unsupported, shown + " does not take " + std::string{method.substr(0, 20)});
  return fail(ErrorCode::unsupported, "this daemon has nothing at " + shown,
              {"agenta-tools", "api", "GET", "/api/openapi.json"});
}

Result<ServiceReply> Router::run(Match const& match, ServiceRequest const& request,
                                 Caller const& caller) const {
  Call const call{request, caller, match.parameters, match.query};
  return match.route->handler(call);
}

std::unique_ptr<StagedWork> Router::begin(Match const& match, ServiceRequest const& request,
                                          Caller const& caller) const {
  Call const call{request, caller, match.parameters, match.query};
  return match.route->stage(call);
}

ServiceReply json_reply(std::string body, unsigned status) {
  ServiceReply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

}  // namespace agenta::daemon::api
