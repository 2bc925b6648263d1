#pragma once

#include <nlohmann/json_fwd.hpp>

#include "daemon/sandbox/world.hpp"

namespace agenta::daemon::sandbox {

enum class Detail : bool { list, whole };

/// `{authScheme, val}`, its secrets hidden as Composio hides them.
nlohmann::ordered_json connection_state(World const& world, Account const& account);
/// The account as a list, or a single GET, shows it.
nlohmann::ordered_json account_document(World& world, Account const& account, Detail detail);

}  // namespace agenta::daemon::sandbox
