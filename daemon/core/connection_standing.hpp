#pragma once

#include "daemon/core/account_state.hpp"
#include "daemon/store/connection_store.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::daemon {

/// Moves a connection that was made before to where it stands now, and notes the change where there is one;
/// in any case it was checked at `now`.
Result<void> move_to(store::ConnectionStore& store, Connection& row, Settlement settlement, Actor const& by,
                     WallTime now);

enum class Grant : bool { stands, is_dead };
/// A connection that a settled call went through was used, where the call succeeded; where it proved the
/// grant dead the connection is expired, unless another account is behind it by now.
void note_use(store::ConnectionStore& store, Connection const& used, Execution const& record, Grant grant,
              WallTime now);

}  // namespace agenta::daemon
