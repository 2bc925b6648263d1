#pragma once

#include <string>

#include "cli/command/context.hpp"

namespace agenta::cli {

/// In which session something is run.
struct SessionChoice {
  std::string name{};
  bool none = false;  ///< in none, whatever the settings name
};

/// `--session` and `--no-session`.
void add_session_flags(Syntax& syntax, SessionChoice& choice);

/// The session's name: the flag's, else the setting's; empty for none. Over a session's own socket it goes
/// without saying.
Result<std::string> session_of(Context const& context, SessionChoice const& choice);

/// The socket of a session that AGENTA_TOOLS_SOCKET names, in place of the daemon's; empty: none.
std::string named_socket(config::Environment const& environment);

}  // namespace agenta::cli
