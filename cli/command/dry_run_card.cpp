#include "cli/command/dry_run_card.hpp"

#include "cli/terminal/card.hpp"
#include "cli/terminal/json_print.hpp"

namespace agenta::cli {

std::string dry_run_card(Execution const& execution, bool has_color) {
  Card card{execution.tool.text + " would run"};
  card.row("connection", execution.connection ? execution.connection->slug : "none")
      .row("version", execution.tool_version)
      .row("effects", execution.read_only ? "only reads" : "may change something")
      .row("idempotency key", execution.idempotency_key);
  return card.render(has_color) + "\nArguments\n" + pretty_json(execution.arguments.text, has_color) +
         "\nNothing was sent.\n";
}

}  // namespace agenta::cli
