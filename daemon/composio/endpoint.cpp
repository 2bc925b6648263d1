#include "daemon/composio/endpoint.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

unexpected<Error> refuse(std::string_view base_url, std::string_view why) {
  // A URL can carry a password before its host: it is shown without.
  auto shown = std::string{base_url.substr(0, 200)};
  if (auto const at = shown.rfind('@'); at != std::string::npos) shown = "…" + shown.substr(at);
  return fail(ErrorCode::not_configured,
              "the Composio endpoint \"" + shown + "\" cannot be used: " + std::string{why} +
                  " (COMPOSIO_BASE_URL or composio.base_url)",
              {"agenta-tools", "config", "get", "composio.base_url", "--show-origin"});
}

std::optional<int> parse_port(std::string_view text) {
  auto port = 0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (ec != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535) return std::nullopt;
  return port;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == ':';
}

/// Splits `host`, `host:port`, `[v6]` and `[v6]:port`. False where the port is no port.
bool read_authority(std::string_view authority, Endpoint& into) {
  auto port = std::string_view{};
  if (authority.starts_with('[')) {
    auto const close = authority.find(']');
    if (close == std::string_view::npos) return false;
    into.host = to_lower(authority.substr(1, close - 1));
    auto const rest = authority.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':')) return false;
    if (!rest.empty()) port = rest.substr(1);
    if (!rest.empty() && port.empty()) return false;
  } else {
    auto const colon = authority.find(':');
    into.host = to_lower(authority.substr(0, colon));
    if (colon != std::string_view::npos) {
      port = authority.substr(colon + 1);
      if (port.empty()) return false;
    }
  }
  if (port.empty()) return true;
  auto const number = parse_port(port);
  if (!number) return false;
  into.port = *number;
  return true;
}

}  // namespace

std::string Endpoint::origin() const {
  auto const bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return (tls ? "https://" : "http://") + bracketed + ":" + std::to_string(port);
}

bool is_loopback_host(std::string_view host) {
  auto const name = to_lower(host);
  if (name == "localhost" || name.ends_with(".localhost")) return true;
  if (auto v4 = in_addr{}; ::inet_pton(AF_INET, name.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == 127;
  if (auto v6 = in6_addr{}; ::inet_pton(AF_INET6, name.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return false;
}

Result<Endpoint> parse_endpoint(std::string_view base_url, PlainHttp plain) {
  auto const colon = base_url.find("://");
  if (colon == std::string_view::npos) return refuse(base_url, "it is no URL");
  auto const scheme = to_lower(base_url.substr(0, colon));
  if (scheme != "https" && scheme != "http") return refuse(base_url, "only https:// is spoken");
  auto const rest = base_url.substr(colon + 3);
  auto const authority = rest.substr(0, rest.find('/'));

  auto endpoint = Endpoint{};
  endpoint.tls = scheme == "https";
  endpoint.port = endpoint.tls ? 443 : 80;
  if (authority.find('@') != std::string_view::npos) return refuse(base_url, "it carries a user name");
  if (!read_authority(authority, endpoint)) return refuse(base_url, "its port is none");
  if (endpoint.host.empty() || !std::ranges::all_of(endpoint.host, is_host_character))
    return refuse(base_url, "its host is none");
  if (!endpoint.tls && plain == PlainHttp::loopback && !is_loopback_host(endpoint.host))
    return refuse(base_url, "plain http:// would send the key readable, and is only for loopback hosts");

  endpoint.prefix = std::string{rest.substr(authority.size())};
  while (endpoint.prefix.ends_with('/')) endpoint.prefix.pop_back();
  auto const strange = [](char c) { return c == '?' || c == '#' || c <= ' ' || c > '~'; };
  if (std::ranges::any_of(endpoint.prefix, strange))
    return refuse(base_url, "it has a query or a space in it");
  return endpoint;
}

}  // namespace agenta::daemon
