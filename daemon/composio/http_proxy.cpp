#include <algorithm>
#include <cstdlib>

#include "daemon/composio/endpoint.hpp"
#include "daemon/composio/http_pool.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

std::string environment(char const* lower, char const* upper) {
  for (auto const* name : {lower, upper}) {
    if (auto const* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  }
  return {};
}

/// `host:port`, with `user:password@` before it and `http://` before all, each optional. Port 1080 where none
/// is said, as curl has it.
void read_proxy(std::string_view text, HttpProxy& into) {
  if (auto const scheme = text.find("://"); scheme != std::string_view::npos) {
    if (!equal_ignoring_case(text.substr(0, scheme), "http")) return;
    text.remove_prefix(scheme + 3);
  }
  text = text.substr(0, text.find('/'));
  if (auto const at = text.rfind('@'); at != std::string_view::npos) {
    auto const account = text.substr(0, at);
    auto const colon = account.find(':');
    into.user = percent_decode(account.substr(0, colon)).value_or("");
    if (colon != std::string_view::npos)
      into.password = percent_decode(account.substr(colon + 1)).value_or("");
    text.remove_prefix(at + 1);
  }
  auto const colon = text.rfind(':');
  into.host = to_lower(text.substr(0, colon));
  into.port = colon == std::string_view::npos ? 1080 : std::atoi(std::string{text.substr(colon + 1)}.c_str());
  if (into.port < 1 || into.port > 65535) into.host.clear();
}

}  // namespace

HttpProxy proxy_from_environment() {
  auto proxy = HttpProxy{};
  read_proxy(environment("https_proxy", "HTTPS_PROXY"), proxy);
  for (auto const& each : split(environment("no_proxy", "NO_PROXY"), ',')) {
    auto suffix = to_lower(trim(each));
    if (suffix.starts_with('.')) suffix.erase(0, 1);
    if (!suffix.empty()) proxy.exempt.push_back(std::move(suffix));
  }
  return proxy;
}

bool uses_proxy(HttpProxy const& proxy, std::string_view host) {
  if (proxy.host.empty() || is_loopback_host(host)) return false;
  auto const name = to_lower(host);
  return std::ranges::none_of(proxy.exempt, [&](std::string const& suffix) {
    return suffix == "*" || name == suffix || name.ends_with("." + suffix);
  });
}

std::optional<std::string_view> find_field(HttpFields const& fields, std::string_view name) {
  auto const found =
      std::ranges::find_if(fields, [&](auto const& field) { return equal_ignoring_case(field.first, name); });
  if (found == fields.end()) return std::nullopt;
  return found->second;
}

}  // namespace agenta::daemon
