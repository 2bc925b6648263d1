#include "cli/command/commands.hpp"
#include "cli/command/completion_scripts.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {

RunFn add_completion(Syntax& syntax) {
  auto shell = std::make_shared<std::string>();
  syntax.argument("SHELL", *shell, "bash, zsh or fish")
      .one_of({"bash", "zsh", "fish"})
      .note(
          "Prints a script that completes commands, flags, and the names of tools, integrations, categories "
          "and "
          "connections. Completing never starts the daemon.")
      .example("source <(agenta-tools completion bash)")
      .example("agenta-tools completion fish > ~/.config/fish/completions/agenta-tools.fish");
  return [shell](Context& context) -> Result<void> {
    CompletionTable const table = completion_table(context.commands);
    std::string script;
    if (*shell == "bash") script = bash_script(table);
    if (*shell == "zsh") script = zsh_script(table);
    if (*shell == "fish") script = fish_script(table);
    if (script.empty()) return fail(ErrorCode::usage, "completion knows bash, zsh and fish");
    if (context.flags.json) {
      std::string const document = with_member("{}", "shell", protocol::write_string(*shell));
      script = with_member(document, "script", protocol::write_string(script)) + "\n";
    }
    context.terminal.out(script);
    return {};
  };
}

}  // namespace agenta::cli
