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

}  // namespace agenta::daemon
