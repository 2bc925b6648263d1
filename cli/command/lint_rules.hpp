#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What clients and models take of a list of tools, and what they do with the rest. No rule asks anybody.
namespace agenta::cli {

enum class Severity { error, warning, note };
std::string_view name_of(Severity severity);

/// A tool as it is offered.
struct LintTool {
  std::string slug{};
  std::string description{};
  std::string input_schema{};  ///< JSON
};

struct Finding {
  std::vector<std::string> clients{};  ///< each that it is true of, in their order
  std::string tool{};                  ///< empty: of the list as a whole
  std::string rule{};
  Severity severity = Severity::error;
  std::string message{};
};

/// What a list costs a client's model, with every request.
struct ListSize {
  std::string client{};
  std::size_t tools = 0;
  std::size_t bytes = 0;   ///< of names, descriptions and schemas as compact JSON
  std::size_t tokens = 0;  ///< a quarter of the bytes
};

struct LintReport {
  /// In the order of the clients, the list's own first, then by tool; what is the same for several stands
  /// once.
  std::vector<Finding> findings{};
  std::vector<ListSize> sizes{};  ///< one a client
};

/// `claude-code`, …, `openai`, `anthropic`.
std::vector<std::string> lint_client_words();

/// Looks at the tools as each of the clients gets them; all clients where none is named. `server`: what the
/// client calls the MCP server. The two model APIs get tools as `tools schema` names them.
LintReport lint_tools(std::vector<LintTool> const& tools, std::vector<std::string> const& clients,
                      std::string_view server);

}  // namespace agenta::cli
