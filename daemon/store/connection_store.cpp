#include "daemon/store/connection_store.hpp"

#include "daemon/store/row.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::daemon::store {
namespace {

#define AGENTA_CONNECTION_COLUMNS                                                                           \
  "id, project_id, slug, name, integration_slug, integration_name, composio_account_id, "                   \
  "composio_auth_config_id, key_scope, base_url, status, auth_type, is_default, redirect_url, expires_at, " \
  "created_at, updated_at, last_used_at, last_checked_at, created_by_uid, created_by_user, "                \
  "created_by_host, "                                                                                       \
  "created_by_program, error_code, error_message"

/// Binds every column, in their order.
Use bind_all(Locked& db, Statement& statement, Connection const& row) {
  bool const pending = row.status == ConnectionStatus::pending;
  std::optional<std::string_view> error_code;
  std::optional<std::string_view> error_message;
  if (row.error) {
    error_code = protocol::row_of(row.error->code).name;
    error_message = row.error->message;
  }
  return statement.use(
      db, row.id.text, row.project.text, row.slug, row.name, row.integration.text, row.integration_name,
      null_if_empty(row.account.text), null_if_empty(row.auth_config.text), row.key_scope, row.base_url,
      name_of(row.status), row.auth_type, row.is_default,
      // As good as a credential while it works, of no use after: kept only while pending.
      pending ? null_if_empty(row.redirect_url) : std::nullopt, milliseconds_of(row.expires_at),
      milliseconds_of(row.created_at), milliseconds_of(row.updated_at), milliseconds_of(row.last_used_at),
      milliseconds_of(row.last_checked_at), row.created_by.uid, row.created_by.user, row.created_by.host,
      row.created_by.program, error_code, error_message);
}

Connection read(Use const& row) {
  Connection out;
  int at = 0;
  out.id = {row.text(at++)};
  out.project = {row.text(at++)};
  out.slug = row.text(at++);
  out.name = row.text(at++);
  out.integration = {row.text(at++)};
  out.integration_name = row.text(at++);
  out.account = {row.text(at++)};
  out.auth_config = {row.text(at++)};
  out.key_scope = row.text(at++);
  out.base_url = row.text(at++);
  out.status = parse_connection_status(row.text(at++)).value_or(ConnectionStatus::failed);
  out.auth_type = row.text(at++);
  out.is_default = row.integer(at++) != 0;
  out.redirect_url = row.text(at++);
  out.expires_at = time_of(row.optional_integer(at++));
  out.created_at = time_of(row.integer(at++));
  out.updated_at = time_of(row.integer(at++));
  out.last_used_at = time_of(row.optional_integer(at++));
  out.last_checked_at = time_of(row.optional_integer(at++));
  out.created_by.uid = static_cast<unsigned>(row.integer(at++));
  out.created_by.user = row.text(at++);
  out.created_by.host = row.text(at++);
  out.created_by.program = row.text(at++);
  if (auto const code = row.optional_text(at++)) {
    out.error.emplace();
    out.error->code = protocol::parse_error_code(*code).value_or(ErrorCode::internal);
    out.error->message = row.text(at);
  }
  return out;
}

Result<std::optional<Connection>> read_one(Use row) {
  AGENTA_TRY(bool const found, row.next());
  std::optional<Connection> connection;
  if (found) connection = read(row);
  return connection;
}

Result<std::vector<Connection>> read_rows(Use row) {
  std::vector<Connection> rows;
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return rows;
    rows.push_back(read(row));
  }
}

Error taken(Connection const& connection) {
  Error error;
  error.code = ErrorCode::connection_already_exists;
  error.message =
      "there is a connection named " + connection.slug + " already; choose another name with --as";
  error.next_step = {"agenta-tools", "connections", "show", connection.slug};
  return error;
}

}  // namespace

struct ConnectionStore::Statements {
  Statement insert{
      "INSERT INTO tool_connections (" AGENTA_CONNECTION_COLUMNS
      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
      "?20, ?21, ?22, ?23, ?24, ?25)"};
  Statement update{
      "UPDATE tool_connections SET (" AGENTA_CONNECTION_COLUMNS
      ") = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
      "?21, ?22, ?23, ?24, ?25) WHERE id = ?1"};
  Statement undefault{
      "UPDATE tool_connections SET is_default = 0 "
      "WHERE project_id = ?1 AND integration_slug = ?2 AND is_default = 1 AND id <> ?3"};
  Statement make_default{"UPDATE tool_connections SET is_default = 1 WHERE id = ?1"};
  Statement touch{"UPDATE tool_connections SET last_used_at = ?2 WHERE id = ?1"};
  Statement erase{"DELETE FROM tool_connections WHERE id = ?1"};
  Statement find{"SELECT " AGENTA_CONNECTION_COLUMNS " FROM tool_connections WHERE id = ?1"};
  Statement find_by_slug{"SELECT " AGENTA_CONNECTION_COLUMNS
                         " FROM tool_connections WHERE project_id = ?1 AND slug = ?2"};
  Statement find_by_name{"SELECT " AGENTA_CONNECTION_COLUMNS
                         " FROM tool_connections WHERE project_id = ?1 AND (slug = ?2 OR id = lower(?2))"};
  Statement list{"SELECT " AGENTA_CONNECTION_COLUMNS
                 " FROM tool_connections WHERE project_id = ?1 AND (?2 IS NULL OR integration_slug = ?2) "
                 "AND (?3 IS NULL OR status = ?3) ORDER BY created_at DESC, id DESC"};
  Statement list_pending{"SELECT " AGENTA_CONNECTION_COLUMNS
                         " FROM tool_connections WHERE status = 'PENDING' ORDER BY created_at, id"};
};
#undef AGENTA_CONNECTION_COLUMNS

ConnectionStore::ConnectionStore(Database& database)
    : database_(database), statements_(std::make_unique<Statements>()) {}

ConnectionStore::~ConnectionStore() {
  Locked const db{database_};
  statements_.reset();
}

Result<std::int64_t> ConnectionStore::put(Statement& statement, Connection const& connection,
                                          Durability durability) {
  Locked db{database_};
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(durability));
  if (connection.is_default) {
    AGENTA_CHECK(statements_->undefault
                     .use(db, connection.project.text, connection.integration.text, connection.id.text)
                     .run());
  }
  std::int64_t changed = 0;
  {
    auto row = bind_all(db, statement, connection);
    auto written = row.run();
    if (!written) return fail(row.conflicted() ? taken(connection) : std::move(written).error());
    changed = *written;
  }
  AGENTA_CHECK(transaction.commit());
  return changed;
}

Result<void> ConnectionStore::insert(Connection const& connection, Durability durability) {
  AGENTA_CHECK(put(statements_->insert, connection, durability));
  return {};
}

Result<void> ConnectionStore::update(Connection const& connection, Durability durability) {
  AGENTA_TRY(auto const changed, put(statements_->update, connection, durability));
  if (changed > 0) return {};
  return fail(ErrorCode::connection_not_found, "the connection " + connection.slug + " no longer exists",
              {"agenta-tools", "connections", "list"});
}

Result<void> ConnectionStore::touch(ConnectionId const& id, WallTime used_at) {
  Locked db{database_};
  AGENTA_CHECK(db.write(Durability::normal, statements_->touch, id.text, milliseconds_of(used_at)));
  return {};
}

Result<std::optional<Connection>> ConnectionStore::find(ConnectionId const& id) {
  Locked db{database_};
  return read_one(statements_->find.use(db, id.text));
}

Result<std::optional<Connection>> ConnectionStore::find_by_slug(ProjectId const& project,
                                                                std::string_view slug) {
  Locked db{database_};
  return read_one(statements_->find_by_slug.use(db, project.text, slug));
}

Result<std::optional<Connection>> ConnectionStore::find_by_name(ProjectId const& project,
                                                                std::string_view slug_or_id) {
  Locked db{database_};
  return read_one(statements_->find_by_name.use(db, project.text, slug_or_id));
}

Result<std::vector<Connection>> ConnectionStore::list(ProjectId const& project,
                                                      ConnectionFilter const& filter) {
  std::optional<std::string_view> integration;
  std::optional<std::string_view> status;
  if (filter.integration) integration = filter.integration->text;
  if (filter.status) status = name_of(*filter.status);
  Locked db{database_};
  return read_rows(statements_->list.use(db, project.text, integration, status));
}

Result<std::vector<Connection>> ConnectionStore::list_pending() {
  Locked db{database_};
  return read_rows(statements_->list_pending.use(db));
}

Result<bool> ConnectionStore::erase(ConnectionId const& id, Durability durability) {
  Locked db{database_};
  AGENTA_TRY(auto const changed, db.write(durability, statements_->erase, id.text));
  return changed > 0;
}

Result<void> ConnectionStore::set_default(Connection const& connection) {
  Locked db{database_};
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(Durability::normal));
  AGENTA_CHECK(
      statements_->undefault.use(db, connection.project.text, connection.integration.text, connection.id.text)
          .run());
  AGENTA_CHECK(statements_->make_default.use(db, connection.id.text).run());
  return transaction.commit();
}

}  // namespace agenta::daemon::store
