#include "daemon/app/door_rules.hpp"

#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "shared/base/text.hpp"
#include "shared/base/version.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::daemon {
namespace {

std::optional<ProtocolRange> parse_range(std::string_view text) {
  std::size_t const dash = text.find('-');
  std::string_view const first = text.substr(0, dash);
  std::string_view const last = dash == std::string_view::npos ? first : text.substr(dash + 1);
  ProtocolRange range;
  auto const read = [](std::string_view digits, int& out) {
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return error == std::errc{} && end == digits.data() + digits.size();
  };
  if (!read(first, range.oldest) || !read(last, range.newest) || range.oldest > range.newest)
    return std::nullopt;
  return range;
}

unexpected<Error> skew(Door door, std::string reason, std::string client_version, std::string message) {
  nlohmann::ordered_json context;
  std::error_code ignored;
  context["reason"] = std::move(reason);
  context["daemon_version"] = product_version();
  context["client_version"] = std::move(client_version);
  if (door == Door::owners)
    context["daemon_program"] = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  Error error;
  error.code = ErrorCode::version_skew;
  error.message = std::move(message);
  error.context.text = context.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return fail(std::move(error));
}

}  // namespace

Result<void> check_origin(HttpRequest const& request) {
  bool ours = request.target.starts_with('/');  // an absolute target names a host of its own
  for (auto const& [name, value] : request.headers) {
    if (!equal_ignoring_case(name, "Host") || value.empty()) continue;
    ours = ours && (equal_ignoring_case(value, "localhost") || equal_ignoring_case(value, "agenta-toolsd"));
  }
  if (!ours) return fail(ErrorCode::forbidden, "requests on this socket are for the host localhost");
  if (find_header(request.headers, "Origin") || find_header(request.headers, "Referer")) {
    return fail(ErrorCode::forbidden, "requests on behalf of a web page are refused");
  }
  return {};
}

Result<void> check_versions(HttpRequest const& request, Door door) {
  std::string const daemon{product_version()};
  std::string const client{find_header(request.headers, protocol::kVersionHeader).value_or("")};
  if (!client.empty() && compare_versions(client, daemon) > 0) {
    return skew(door, "client_newer", client,
                "this daemon is version " + daemon + ", older than the client's " + client);
  }
  auto const stated = find_header(request.headers, protocol::kProtocolHeader);
  if (!stated) return {};
  auto const range = parse_range(*stated);
  if (!range) return fail(ErrorCode::invalid_request, "the protocol range is written OLDEST-NEWEST");
  ProtocolRange const own = protocol_range();
  if (range->newest < own.oldest || range->oldest > own.newest) {
    return skew(door, "protocol", client,
                "the daemon (" + daemon + ") no longer speaks the protocol of this client (" + client +
                    "): upgrade agenta-tools");
  }
  return {};
}

}  // namespace agenta::daemon
