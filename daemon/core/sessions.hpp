#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/caller.hpp"
#include "shared/domain/page.hpp"
#include "shared/domain/session.hpp"
#include "shared/policy/policy.hpp"

namespace agenta::daemon {

/// An open session with its policy, as a call in it is judged.
struct OpenSession {
  Session session{};
  std::shared_ptr<policy::Policy const> policy{};
  /// The connection that runs an integration's tools here; null where none is bound.
  SessionBinding const* binding_of(IntegrationSlug const& integration) const;
};

/// The one question that executions ask of sessions. Implemented by `Sessions`; any thread.
class SessionBook {
 public:
  virtual ~SessionBook() = default;
  /// By name or id, in the caller's project. `SESSION_NOT_FOUND`; `FORBIDDEN` where it has expired or was
  /// closed, with the way on.
  virtual Result<std::shared_ptr<OpenSession const>> open_session(Caller const& caller,
                                                                  std::string const& name) = 0;
};

}  // namespace agenta::daemon
