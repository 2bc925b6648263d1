#pragma once

#include "cli/command/syntax.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::cli {

/// The flag of every command that tells of the catalogue.
struct NetworkOption {
  bool offline = false;
  protocol::Network network() const { return offline ? protocol::Network::no : protocol::Network::yes; }
};
inline Syntax& add_offline_flag(Syntax& syntax, NetworkOption& options) {
  return syntax.flag("--offline", options.offline, "Tell what is known here, and ask Composio nothing");
}

/// The schemes that a shell offers for `--auth`; integrations may have others.
inline std::vector<std::string> auth_scheme_words() {
  return {"OAUTH2", "OAUTH1", "API_KEY", "BEARER_TOKEN", "BASIC", "NO_AUTH"};
}

}  // namespace agenta::cli
