#pragma once

#include <functional>

#include "cli/mcp/toolbox.hpp"

namespace agenta::mcp {

/// The tools that `@modelcontextprotocol/conformance` calls by name, for its runs against this server alone.
class FixtureTools final : public Toolbox {
 public:
  expected<ToolPage, RpcError> list(ToolService& service, Speech const& speech,
                                    std::optional<std::string> const& cursor, std::stop_token stop) override;
  CallEnd call(Turn& turn) override;

  std::function<void()> on_change{};  ///< what `test_trigger_tool_change` sets off
};

/// One pixel, as PNG in base64.
std::string_view fixture_png();
ToolResult fixture_text(std::string_view text);
/// The ones that come back for input (modern).
std::optional<CallEnd> call_input_fixture(Turn& turn);
/// Asks for what a call needs, where its answers are not there: a question by key.
std::string elicit_request(std::string_view message, std::string_view property);

}  // namespace agenta::mcp
