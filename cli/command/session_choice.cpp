#include "cli/command/session_choice.hpp"

namespace agenta::cli {

void add_session_flags(Syntax& syntax, SessionChoice& choice) {
  syntax.option("--session", "NAME", choice.name, "Run it in a session: with its connections and its policy")
      .completes(Completes::session)
      .flag("--no-session", choice.none, "Run it in no session, whatever the settings say");
}

Result<std::string> session_of(Context const& context, SessionChoice const& choice) {
  if (choice.none && !choice.name.empty())
    return fail(ErrorCode::usage, "--session and --no-session cannot both be given");
  if (choice.none) return std::string{};
  bool const is_inside = context.environment && !named_socket(context.environment).empty();
  if (!choice.name.empty() || is_inside || context.settings == nullptr) return choice.name;
  return context.settings->text("session");
}

std::string named_socket(config::Environment const& environment) {
  return environment("AGENTA_TOOLS_SOCKET").value_or("");
}

}  // namespace agenta::cli
