#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "cli/mcp/json_rpc.hpp"
#include "cli/mcp/speech.hpp"
#include "shared/domain/tool_service.hpp"

namespace agenta::mcp {

class Turn;

/// What a call of a tool comes to. Text and structured content each say all of it: some clients show their
/// model the one, some the other.
struct ToolResult {
  std::string content = "[]";  ///< JSON array of content blocks
  std::string structured{};    ///< JSON object, or empty
  bool is_error = false;
};
/// Modern alone: the client is to ask its user something, and to call again with the answers.
struct InputRequired {
  std::string requests{};  ///< JSON object, or empty
  std::string state{};     ///< sealed; empty: none
};
/// The result of a request that is none of tools.
struct PlainResult {
  std::string object = "{}";  ///< the result, without what its era adds to each
  bool is_cacheable = false;  ///< modern: it says how long it may be kept
};
using CallEnd = std::variant<ToolResult, InputRequired, RpcError, PlainResult>;

struct ToolPage {
  std::string tools = "[]";                  ///< JSON array of the protocol's tools, sorted by name
  std::optional<std::string> next_cursor{};  ///< none: this is the last page
};

/// The tools that a server offers. Any thread, at once; each call brings the service of its own thread.
class Toolbox {
 public:
  virtual ~Toolbox() = default;
  /// `cursor` none: from the beginning.
  virtual expected<ToolPage, RpcError> list(ToolService& service, Speech const& speech,
                                            std::optional<std::string> const& cursor,
                                            std::stop_token stop) = 0;
  virtual CallEnd call(Turn& turn) = 0;
};

}  // namespace agenta::mcp
