#include "shared/domain/session.hpp"

#include <algorithm>
#include <array>

#include "shared/base/text.hpp"

namespace agenta {

std::optional<SessionState> parse_session_state(std::string_view name) {
  for (SessionState const state :
       std::array{SessionState::open, SessionState::closed, SessionState::expired}) {
    if (equal_ignoring_case(name_of(state), name)) return state;
  }
  return std::nullopt;
}

std::optional<SessionChange> parse_session_change(std::string_view name) {
  using enum SessionChange;
  for (SessionChange const change :
       {tools_added, tools_removed, connection_lost, connection_restored, closed, expired, approved}) {
    if (equal_ignoring_case(name_of(change), name)) return change;
  }
  return std::nullopt;
}

bool selects(std::vector<std::string> const& selectors, ToolSlug const& tool,
             IntegrationSlug const& integration) {
  return std::ranges::any_of(selectors, [&](std::string const& each) {
    if (equal_ignoring_case(each, integration.text) || matches_glob(each, tool.text)) return true;
    auto const reference = parse_tool_reference(each);
    return reference && reference->slug == tool;
  });
}

bool includes(Session const& session, ToolSlug const& tool, IntegrationSlug const& integration) {
  if (!selects(session.selectors, tool, integration)) return false;
  if (!selects(session.excluded, tool, integration)) return true;
  return std::ranges::any_of(session.selectors, [&](std::string const& each) {
    auto const reference = parse_tool_reference(each);
    return reference && reference->slug == tool;
  });
}

}  // namespace agenta
