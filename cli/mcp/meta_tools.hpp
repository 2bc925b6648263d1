#pragma once

#include "cli/mcp/session_tools.hpp"

namespace agenta::mcp {

/// Four tools instead of hundreds: `search_tools`, `get_tool`, `execute_tool` and `connect`, under the same
/// session and policy.
class MetaTools final : public Toolbox {
 public:
  /// `selectors`: of the session; what it does not select is not found.
  MetaTools(SessionUse use, std::vector<std::string> selectors);

  expected<ToolPage, RpcError> list(ToolService& service, Speech const& speech,
                                    std::optional<std::string> const& cursor, std::stop_token stop) override;
  CallEnd call(Turn& turn) override;

 private:
  CallEnd search(Turn& turn) const;
  CallEnd get(Turn& turn) const;
  std::string obstacle_of(Turn& turn, Tool const& tool) const;
  CallEnd execute(Turn& turn);

  SessionUse use_;
  std::vector<std::string> selectors_;
  SessionCaller caller_;
};

}  // namespace agenta::mcp
