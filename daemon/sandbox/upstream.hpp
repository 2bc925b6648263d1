#pragma once

#include <string>
#include <string_view>

#include "daemon/sandbox/accounts.hpp"
#include "daemon/sandbox/api_error.hpp"
#include "daemon/sandbox/catalog.hpp"

namespace agenta::daemon::sandbox {

/// Where a proxied request goes at the provider.
struct UpstreamTarget {
  std::string path{};   ///< below the toolkit's base address, with its `/`
  std::string query{};  ///< after `?`, or nothing
};

/// Whether no request may leave for `host`: this machine, a private network, or a name that nobody has.
bool is_private_host(std::string_view host);

/// The target that `endpoint` means: relative to the toolkit's base address, or an absolute address of the
/// same registrable domain. Refuses any other.
ApiResult<UpstreamTarget> upstream_target(Toolkit const& toolkit, Account const& account,
                                          std::string_view endpoint);

}  // namespace agenta::daemon::sandbox
