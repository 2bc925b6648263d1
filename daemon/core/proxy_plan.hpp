#pragma once

#include <memory>

#include "daemon/core/proxy_requests.hpp"

namespace agenta::daemon {

/// As whom, in which session, and through which connection.
struct ProxyRequests::Plan {
  ProviderAccess access{};
  store::Project project{};
  Connection connection{};
  std::shared_ptr<OpenSession const> session{};  ///< null: none, and no policy is asked
  bool only_reads = false;
};

}  // namespace agenta::daemon
