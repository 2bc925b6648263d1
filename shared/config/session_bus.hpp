#pragma once

#include <string>

#include "shared/config/paths.hpp"

namespace agenta::config {

/// The address of the session's D-Bus: what DBUS_SESSION_BUS_ADDRESS says, else the socket `bus` in
/// XDG_RUNTIME_DIR where there is one; empty where there is neither.
std::string find_session_bus(Environment const& environment);

}  // namespace agenta::config
