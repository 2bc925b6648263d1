#pragma once

#include "daemon/core/account_state.hpp"
#include "daemon/store/connection_store.hpp"

namespace agenta::daemon {

/// Moves a connection that was made before to where it stands now, and notes the change where there is one;
/// in any case it was checked at `now`.
Result<void> move_to(store::ConnectionStore& store, Connection& row, Settlement settlement, Actor const& by,
                     WallTime now);

}  // namespace agenta::daemon
