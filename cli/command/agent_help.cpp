#include "cli/command/agent_help_text.hpp"
#include "cli/command/commands.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {

RunFn add_agent_help(Syntax& syntax) {
  syntax
      .note(
          "A page for a coding agent that is to use this program. The same is installed as a skill, "
          "share/agenta-tools/skills/agenta-tools/SKILL.md.")
      .example("agenta-tools agent-help");
  return [](Context& context) -> Result<void> {
    // Plain in a pipe too: an agent reads it as it is.
    if (context.flags.json) {
      context.terminal.out(with_member("{}", "text", protocol::write_string(agent_help_text())) + "\n");
    } else {
      context.terminal.out(agent_help_text());
    }
    return {};
  };
}

}  // namespace agenta::cli
