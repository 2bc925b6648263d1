#include "shared/domain/approval.hpp"

#include <array>

#include "shared/base/text.hpp"

namespace agenta {

std::optional<ApprovalState> parse_approval_state(std::string_view name) {
  for (ApprovalState const state :
       std::array{ApprovalState::pending, ApprovalState::approved, ApprovalState::denied,
                  ApprovalState::expired, ApprovalState::withdrawn, ApprovalState::revoked}) {
    if (equal_ignoring_case(name_of(state), name)) return state;
  }
  return std::nullopt;
}

}  // namespace agenta
