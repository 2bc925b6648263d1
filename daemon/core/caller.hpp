#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "shared/base/clock.hpp"
#include "shared/base/secret.hpp"
#include "shared/domain/connection.hpp"

namespace agenta::daemon {

/// Who asks, for which project, with what credential, until when: what every use case is given.
struct Caller {
  std::string project = "default";
  std::optional<Secret> api_key{};  ///< of the caller's environment; else the saved one is used
  std::string base_url{};           ///< the endpoint the caller's settings name; empty: the daemon's
  std::string session_bus{};        ///< the address of the caller's session bus, where a keyring may be
  Actor actor{};
  std::string client{};  ///< whose turn it is, among those who wait for one: the peer's process
  /// Id of the session by whose socket it comes: it sees and does what that session may, and nothing else.
  /// Empty: the owner.
  std::string session{};
  SteadyTime deadline{};
  std::stop_token stop{};  ///< requested when nobody waits for the answer any more
};

}  // namespace agenta::daemon
