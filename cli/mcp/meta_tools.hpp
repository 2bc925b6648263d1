#pragma once

#include "cli/mcp/session_tools.hpp"
#include "shared/domain/session.hpp"

namespace agenta::mcp {

/// Four tools instead of hundreds: `search_tools`, `get_tool`, `execute_tool` and `connect`, under the same
/// session and policy.
class MetaTools final : public Toolbox {
 public:
  /// `session`: what is not in it is not found.
  MetaTools(SessionUse use, Session session);

  expected<ToolPage, RpcError> list(ToolService& service, Speech const& speech,
                                    std::optional<std::string> const& cursor, std::stop_token stop) override;
  CallEnd call(Turn& turn) override;

 private:
  CallEnd search(Turn& turn) const;
  CallEnd get(Turn& turn) const;
  std::string obstacle_of(Turn& turn, Tool const& tool) const;
  CallEnd execute(Turn& turn);

  SessionUse use_;
  Session session_;
  SessionCaller caller_;
};

}  // namespace agenta::mcp
