#include "cli/command/lint_clients.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

using enum Severity;

constexpr std::size_t kApiDescription = 1024;     // OpenAI's limit for a function
constexpr std::size_t kClaudeDescription = 2048;  // Claude Code cuts at 2 KB

// What each of them did with names and lists that were too long for it.
constexpr std::array kClients{
    LintClient{"claude-code", "Claude Code", "mcp__$__", 128, error, "leaves the tool out without a word", 0,
               note, "", kClaudeDescription, ModelRules::anthropic, false},
    LintClient{"codex", "Codex", "mcp__$__", 64, warning, "cuts it and puts a hash at its end", 0, note, "",
               kApiDescription, ModelRules::openai, false},
    LintClient{"gemini", "Gemini CLI", "mcp_$_", 63, warning, "puts ... in place of its middle", 0, note, "",
               kApiDescription, ModelRules::gemini, false},
    LintClient{"opencode", "opencode", "$_", 64, warning, "sends it as it is, and some models refuse it", 0,
               note, "", kApiDescription, ModelRules::none, false},
    LintClient{"cursor", "Cursor", "$", 60, error, "leaves the tool out", 80, warning,
               "offers about 80 of all servers' tools", kApiDescription, ModelRules::none, false},
    LintClient{"vscode", "VS Code", "", 64, error, "does not take the tool", 128, error,
               "sends at most 128 with a request", kApiDescription, ModelRules::none, false},
    LintClient{"goose", "goose", "$__", 64, warning, "sends it as it is, and some models refuse it", 25,
               warning, "recommends fewer than 25", kApiDescription, ModelRules::none, false},
    // It sends what VS Code's Copilot sends, to the same service.
    LintClient{"copilot", "Copilot CLI", "", 64, error, "does not take the tool", 128, error,
               "sends at most 128 with a request", kApiDescription, ModelRules::none, false},
    LintClient{"openai", "OpenAI", "", 64, error, "refuses the request", 128, error,
               "takes at most 128 with a request", kApiDescription, ModelRules::openai, true},
    LintClient{"anthropic", "Anthropic", "", 128, error, "refuses the request", 0, note, "",
               kClaudeDescription, ModelRules::anthropic, true},
};

}  // namespace

std::span<LintClient const> lint_client_table() { return kClients; }

std::string name_at(LintClient const& client, std::string_view server, std::string_view name) {
  std::string sent = replace_all(client.prefix, "$", server) + std::string{name};
  bool const rewrites = client.word == "claude-code" || client.word == "codex" || client.word == "opencode";
  bool const keeps_hyphen = client.word != "codex";
  if (!rewrites) return sent;
  std::ranges::replace_if(
      sent,
      [&](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && !(c == '-' && keeps_hyphen);
      },
      '_');
  return sent;
}

}  // namespace agenta::cli
