#include "shared/domain/execution.hpp"

#include <array>

#include "shared/base/text.hpp"

namespace agenta {

std::optional<ExecutionState> parse_execution_state(std::string_view name) {
  constexpr std::array kAll{ExecutionState::queued, ExecutionState::sent,    ExecutionState::succeeded,
                            ExecutionState::failed, ExecutionState::unknown, ExecutionState::cancelled,
                            ExecutionState::refused};
  for (ExecutionState const state : kAll) {
    if (equal_ignoring_case(name_of(state), name)) return state;
  }
  return std::nullopt;
}

}  // namespace agenta
