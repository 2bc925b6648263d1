#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/base/clock.hpp"
#include "shared/base/id.hpp"
#include "shared/base/json_text.hpp"
#include "shared/domain/connection.hpp"
#include "shared/domain/execution.hpp"
#include "shared/domain/policy.hpp"
#include "shared/domain/session.hpp"

namespace agenta {

/// `pending → approved | denied | expired | withdrawn`; nobody answering in time denies, and what whoever
/// asked does not want any more is withdrawn. What is approved for a session, or not used yet, can be
/// `revoked`.
enum class ApprovalState { pending, approved, denied, expired, withdrawn, revoked };

constexpr std::string_view name_of(ApprovalState state) {
  switch (state) {
    case ApprovalState::pending: return "pending";
    case ApprovalState::approved: return "approved";
    case ApprovalState::denied: return "denied";
    case ApprovalState::expired: return "expired";
    case ApprovalState::withdrawn: return "withdrawn";
    case ApprovalState::revoked: return "revoked";
  }
  __builtin_unreachable();
}
std::optional<ApprovalState> parse_approval_state(std::string_view name);

/// For how much an approval counts: this call alone, or the tool on this connection as long as the session
/// lives.
enum class ApprovalScope { once, session };

/// A call that a policy wants a person to look at first.
struct Approval {
  ApprovalId id{};
  ProjectId project{};
  SessionId session{};
  std::string session_name{};
  ToolSlug tool{};
  std::string tool_version{};  ///< that the call named, or that a tool of one's own is of; empty: the newest
  std::optional<ConnectionReference> connection{};
  JsonText arguments{};                ///< redacted, as the journal keeps them
  std::string arguments_digest{};      ///< of what would be sent: an approval is of these and no others
  std::optional<JsonText> previous{};  ///< the arguments of the last similar call that ran, redacted
  PolicyDecision decision{};
  ApprovalState state = ApprovalState::pending;
  ApprovalScope scope = ApprovalScope::once;
  bool awaited = false;  ///< somebody waits for its answer right now, and takes the question along who leaves
  WallTime created_at{};
  WallTime expires_at{};
  std::optional<WallTime> decided_at{};
  std::optional<Actor> decided_by{};
  std::string answer{};     ///< what the person said with it; may be empty
  ExecutionId execution{};  ///< the run that used it; empty: none yet
  bool operator==(Approval const&) const = default;
};

}  // namespace agenta
