#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/command/lint_rules.hpp"

namespace agenta::cli {

/// Whose rules for schemas hold: of the models that a client speaks to, where those are of one maker.
enum class ModelRules { none, openai, anthropic, gemini };

/// What one client takes. A limit of 0: none is known.
struct LintClient {
  std::string_view word;
  std::string_view title;
  /// What stands before a tool's name when the model sees it; `$` is the server's name.
  std::string_view prefix;
  std::size_t name_limit;  ///< of prefix and name together
  Severity long_name;
  std::string_view when_long;  ///< what becomes of a longer one
  std::size_t tool_limit;
  Severity many_tools;
  std::string_view when_many;
  std::size_t description_limit;  ///< characters
  ModelRules model;
  bool is_api;  ///< gets tools from `tools schema`, without a server
};

std::span<LintClient const> lint_client_table();

/// The name as the model of this client sees it, uncut.
std::string name_at(LintClient const& client, std::string_view server, std::string_view name);

}  // namespace agenta::cli
