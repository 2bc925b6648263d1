#pragma once

#include <memory>
#include <string>

#include "cli/mcp/session_caller.hpp"
#include "cli/mcp/tool_item.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/protocol/codec_session.hpp"

namespace agenta::mcp {

/// The tools of a session, each under its own name. Where an integration of the session is not connected its
/// tools are not there, and `connect` is offered in their place.
class SessionTools final : public Toolbox {
 public:
  explicit SessionTools(SessionUse use);

  expected<ToolPage, RpcError> list(ToolService& service, Speech const& speech,
                                    std::optional<std::string> const& cursor, std::stop_token stop) override;
  CallEnd call(Turn& turn) override;

 private:
  ToolPage write_page(protocol::SessionTools const& found, Speech const& speech);
  std::string slug_of(Turn& turn);

  /// The page that was written last, and out of what. Clients list again and again, and mostly nothing has
  /// changed.
  struct Written {
    std::string revision{};
    std::string target{};
    std::string etag{};  ///< of the daemon's answer
    ToolPage page{};
  };

  SessionUse use_;
  SessionCaller caller_;
  NameBook names_{};
  Synchronized<std::shared_ptr<Written const>> written_{};
};

/// `connect`, as its own tool.
OwnTool const& connect_tool();
/// Calls it.
CallEnd call_connect(SessionCaller& caller, Turn& turn, CompleteStep const& complete);
/// What is wrong with the arguments of one of the server's own tools.
ToolResult bad_arguments(std::string message, CompleteStep const& complete);
/// A member of the arguments that is a text; empty where there is none.
std::string argument_text(std::string_view arguments, std::string_view name);

}  // namespace agenta::mcp
