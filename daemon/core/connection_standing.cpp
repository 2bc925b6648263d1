#include "daemon/core/connection_standing.hpp"

#include <utility>

#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

ConnectionChange change_to(ConnectionStatus status) {
  switch (status) {
    case ConnectionStatus::active: return ConnectionChange::connected;
    case ConnectionStatus::inactive: return ConnectionChange::disabled;
    case ConnectionStatus::expired: return ConnectionChange::expired;
    case ConnectionStatus::pending: return ConnectionChange::begun;
    case ConnectionStatus::failed: return ConnectionChange::failed;
  }
  __builtin_unreachable();
}

}  // namespace

Result<void> move_to(store::ConnectionStore& store, Connection& row, Settlement settlement, Actor const& by,
                     WallTime now) {
  bool const moves = row.status != settlement.status;
  row.status = settlement.status;
  row.error = std::move(settlement.error);
  row.last_checked_at = now;
  if (!moves) return store.move(row, store::Durability::normal);
  row.updated_at = now;
  row.changed_by = by;
  store::ChangeNote note{change_to(row.status), by, now, row.error ? row.error->message : ""};
  return store.move(row, store::Durability::full, note);
}

void note_use(store::ConnectionStore& store, Connection const& used, Execution const& record, Grant grant,
              WallTime now) {
  if (record.state == ExecutionState::succeeded) static_cast<void>(store.touch(used.id, now, record.actor));
  if (grant == Grant::stands) return;
  // The row may have been renewed or removed while the call was out: only the account that was used is dead.
  auto const found = store.find(used.id);
  if (!found || !*found || (*found)->account != used.account) return;
  Connection row = **found;
  Settlement settlement;
  settlement.status = ConnectionStatus::expired;
  settlement.error = ConnectionError{ErrorCode::connection_expired, record.error->message};
  static_cast<void>(move_to(store, row, std::move(settlement), record.actor, now));
}

}  // namespace agenta::daemon
