#pragma once

#include <functional>
#include <optional>
#include <string>

#include "daemon/core/caller.hpp"
#include "shared/domain/approval.hpp"
#include "shared/domain/execution.hpp"
#include "shared/domain/page.hpp"

namespace agenta::daemon {

/// What executions need of approvals. Implemented by `Approvals`; any thread.
class ApprovalDesk {
 public:
  virtual ~ApprovalDesk() = default;
  /// Whether a person has allowed the tool on this connection for the rest of the session.
  virtual Result<std::optional<ApprovalId>> find_grant(SessionId const& session, ToolSlug const& tool,
                                                       std::string const& connection_id) = 0;
  /// Puts a question; a pending one about the very same call is joined.
  virtual Result<Approval> ask(Approval question) = 0;
  /// As it is now. Woken on the key `approval:ID` when it is decided.
  virtual Result<Approval> get(ApprovalId const& id) = 0;
  /// Takes an approval of `once` for one run: of the same session, tool, connection and arguments, approved,
  /// in time, and not used before. `FORBIDDEN` else, saying which of these is not so.
  virtual Result<void> redeem(Approval const& claim, ExecutionId const& by) = 0;
};

}  // namespace agenta::daemon
