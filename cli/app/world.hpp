#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "cli/command/context.hpp"
#include "shared/client/launcher.hpp"

namespace agenta::cli {

/// What surrounds a run of the program, beside its terminal: stated by tests, found by `run`.
struct World {
  config::Environment environment{};
  std::filesystem::path directory{};    ///< the working directory; where empty no project file is looked for
  std::filesystem::path own_program{};  ///< this program's file
  std::stop_token stop{};
  std::function<int()> signal = [] { return 0; };  ///< the signal behind `stop`
  /// Makes the service; none: a client of the daemon's socket.
  std::function<std::unique_ptr<ToolService>()> make_service{};
  /// Whether that service's last failed call may have been carried out.
  std::function<bool()> lost_reply = [] { return false; };
};

/// The key that the caller's environment gives, from COMPOSIO_API_KEY or the file that COMPOSIO_API_KEY_FILE
/// names, which must be closed to others. Nothing with `--sandbox`: a real key has no business there.
Result<std::optional<Secret>> find_api_key(config::Environment const& environment,
                                           config::Sandboxed sandboxed);

/// The settings' values that the global flags give.
std::vector<std::pair<std::string, std::string>> settings_of(GlobalFlags const& flags);

/// What the environment adds to the flags: AGENTA_TOOLS_SANDBOX and AGENTA_TOOLS_NO_AUTOSTART.
void apply_environment(GlobalFlags& flags, config::Environment const& environment);

/// Whom the requests come from. `flags.timeout` is checked elsewhere.
Result<client::ClientIdentity> find_identity(GlobalFlags const& flags, config::Settings const& settings,
                                             config::Environment const& environment);

}  // namespace agenta::cli
