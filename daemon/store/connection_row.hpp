#pragma once

#include "daemon/store/statement.hpp"
#include "shared/domain/connection.hpp"

// Private to the store: a connection as a row of `tool_connections`.
namespace agenta::daemon::store {

#define AGENTA_CONNECTION_COLUMNS                                                                           \
  "id, project_id, slug, name, integration_slug, integration_name, composio_account_id, "                   \
  "composio_auth_config_id, key_scope, base_url, status, auth_type, is_default, redirect_url, expires_at, " \
  "created_at, updated_at, last_used_at, last_checked_at, created_by_uid, created_by_user, "                \
  "created_by_host, created_by_program, error_code, error_message, changed_by_uid, changed_by_user, "       \
  "changed_by_host, changed_by_program, used_by_uid, used_by_user, used_by_host, used_by_program, "         \
  "renewed_account_id, renewed_auth_config_id, renewed_auth_type, renewed_status, renewed_error_code, "     \
  "renewed_error_message"
/// One for each column.
#define AGENTA_CONNECTION_PARAMETERS                                                                      \
  "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, " \
  "?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39"

/// Binds every column, in their order.
Use bind_connection(Locked& db, Statement& statement, Connection const& row);
/// Binds what says where it stands: see `kMoveConnection`.
Use bind_standing(Locked& db, Statement& statement, Connection const& row);
inline constexpr char const* kMoveConnection =
    "UPDATE tool_connections SET status = ?3, error_code = ?4, error_message = ?5, last_checked_at = ?6, "
    "updated_at = ?7, changed_by_uid = ?8, changed_by_user = ?9, changed_by_host = ?10, "
    "changed_by_program = ?11, key_scope = ?12, base_url = ?13, composio_auth_config_id = ?14 "
    "WHERE id = ?1 AND composio_account_id IS ?2 AND status <> 'PENDING'";
/// Reads them in the same order.
Connection read_connection(Use const& row);

}  // namespace agenta::daemon::store
