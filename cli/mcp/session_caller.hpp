#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cli/mcp/approval_flow.hpp"
#include "cli/mcp/connect_flow.hpp"

namespace agenta::mcp {

/// The session that a server works in, and how.
struct SessionUse {
  std::string name{};                         ///< empty: the one whose own socket is spoken to
  std::chrono::milliseconds timeout{60'000};  ///< of one call of a tool
  CompleteStep complete = [](Error error) { return error; };
  bool has_everything = false;  ///< every tool is in it, also those that are not known yet
  /// Whether the last failed call of a service may have been carried out.
  std::function<bool(ToolService&)> lost_reply = [](ToolService&) { return false; };
};

/// Runs tools in a session, through missing connections and approvals to an end. Any thread.
class SessionCaller {
 public:
  explicit SessionCaller(SessionUse use);

  CallEnd run(Turn& turn, std::string const& tool, std::string const& arguments);
  /// Connects an integration, whether or not a tool is waiting for it.
  CallEnd connect(Turn& turn, std::string const& integration);
  /// Why the session runs nothing of an integration though it is connected: there are several connections,
  /// and nothing says which. Nothing where that is not so.
  std::optional<Error> find_unclear(Turn& turn, std::string const& integration) const;

 private:
  struct Ran {
    std::optional<CallEnd> end{};
    Error error{};  ///< where there is no end
  };
  Ran run_once(Turn& turn, std::string const& tool, std::string const& arguments,
               std::string const& approval);
  struct Need {
    bool is_met = false;
    ConnectionWish wish{};
  };
  expected<Need, Error> find_need(Turn& turn, std::string const& integration) const;
  Ran judge(std::string const& tool, Error error) const;
  Ran recover(Turn& turn, std::string const& execution_id, Error error) const;
  void withdraw(Turn& turn, std::string const& execution_id) const;

  SessionUse use_;
  ConnectFlow connecting_;
  ApprovalFlow approving_;
};

/// A tool that is not among those of the server.
RpcError unknown_tool(std::string_view name);

}  // namespace agenta::mcp
