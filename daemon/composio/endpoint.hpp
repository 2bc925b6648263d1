#pragma once

#include <string>
#include <string_view>

#include "shared/domain/error.hpp"

namespace agenta::daemon {

/// Where requests go: the parts of a base URL.
struct Endpoint {
  bool tls = true;
  std::string host{};  ///< lower case; an IPv6 address without its brackets
  int port = 443;
  std::string prefix{};  ///< path before every target, without a trailing slash; usually empty
  bool operator==(Endpoint const&) const = default;

  /// What connections are pooled by: `https://host:443`.
  std::string origin() const;
};

/// `localhost`, `*.localhost`, `127.0.0.0/8` and `::1`: hosts that never leave this machine.
bool is_loopback_host(std::string_view host);

/// Where plain http may go: anywhere only with requests that carry no credential.
enum class PlainHttp : bool { loopback, anywhere };

/// Reads `https://host[:port][/prefix]`; `http://` only for loopback hosts, unless said otherwise.
/// `NOT_CONFIGURED`, naming `COMPOSIO_BASE_URL`, for anything else.
Result<Endpoint> parse_endpoint(std::string_view base_url, PlainHttp plain = PlainHttp::loopback);

}  // namespace agenta::daemon
