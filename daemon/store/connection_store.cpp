#include "daemon/store/connection_store.hpp"

#include <charconv>
#include <limits>
#include <utility>

#include "daemon/store/connection_row.hpp"
#include "daemon/store/row.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {
/// Where a page begins: after the row of that time and id. Newest first, so the first page is after the end
/// of time.
struct ConnectionStore::Position {
  std::int64_t created_at = std::numeric_limits<std::int64_t>::max();
  std::string id{};
};

namespace {

std::string cursor_of(Connection const& row) {
  return std::to_string(milliseconds_of(row.created_at)) + "." + row.id.text;
}

Result<std::optional<Connection>> read_one(Use row) {
  AGENTA_TRY(bool const found, row.next());
  std::optional<Connection> connection;
  if (found) connection = read_connection(row);
  return connection;
}

Result<std::vector<Connection>> read_rows(Use row) {
  std::vector<Connection> rows;
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return rows;
    rows.push_back(read_connection(row));
  }
}

ConnectionEvent read_event(Use const& row) {
  ConnectionEvent event;
  event.sequence = row.integer(0);
  event.at = time_of(row.integer(1));
  event.change = parse_connection_change(row.text(2)).value_or(ConnectionChange::begun);
  event.connection = {row.text(3)};
  event.slug = row.text(4);
  event.integration = {row.text(5)};
  event.status = parse_connection_status(row.text(6)).value_or(ConnectionStatus::failed);
  event.by.uid = static_cast<unsigned>(row.integer(7));
  event.by.user = row.text(8);
  event.by.host = row.text(9);
  event.by.program = row.text(10);
  event.detail = row.text(11);
  return event;
}

Error taken(Connection const& connection) {
  Error error;
  error.code = ErrorCode::connection_already_exists;
  error.message = "there is a connection named " + connection.slug + " already; choose another name";
  error.next_step = {"agenta-tools", "connections", "show", connection.slug};
  return error;
}

}  // namespace

std::optional<ConnectionStore::Position> ConnectionStore::parse_position(std::string_view cursor) {
  std::size_t const dot = cursor.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  Position position;
  auto const [end, error] = std::from_chars(cursor.data(), cursor.data() + dot, position.created_at);
  if (error != std::errc{} || end != cursor.data() + dot) return std::nullopt;
  position.id = cursor.substr(dot + 1);
  return position;
}

struct ConnectionStore::Statements {
  Statement insert{"INSERT INTO tool_connections (" AGENTA_CONNECTION_COLUMNS
                   ") VALUES (" AGENTA_CONNECTION_PARAMETERS ")"};
  Statement update{"UPDATE tool_connections SET (" AGENTA_CONNECTION_COLUMNS
                   ") = (" AGENTA_CONNECTION_PARAMETERS ") WHERE id = ?1"};
  Statement move{kMoveConnection};
  Statement undefault{
      "UPDATE tool_connections SET is_default = 0 "
      "WHERE project_id = ?1 AND integration_slug = ?2 AND is_default = 1 AND id <> ?3"};
  Statement make_default{"UPDATE tool_connections SET is_default = 1 WHERE id = ?1"};
  Statement touch{
      "UPDATE tool_connections SET last_used_at = ?2, used_by_uid = ?3, used_by_user = ?4, used_by_host = "
      "?5, "
      "used_by_program = ?6 WHERE id = ?1"};
  Statement erase{"DELETE FROM tool_connections WHERE id = ?1"};
  Statement find{"SELECT " AGENTA_CONNECTION_COLUMNS " FROM tool_connections WHERE id = ?1"};
  Statement find_by_slug{"SELECT " AGENTA_CONNECTION_COLUMNS
                         " FROM tool_connections WHERE project_id = ?1 AND slug = ?2"};
  Statement find_by_name{"SELECT " AGENTA_CONNECTION_COLUMNS
                         " FROM tool_connections WHERE project_id = ?1 AND (slug = ?2 OR id = lower(?2))"};
  // One for all integrations and one for a single one: each walks an index of its own in the order of the
  // page.
  Statement page{"SELECT " AGENTA_CONNECTION_COLUMNS
                 " FROM tool_connections WHERE project_id = ?1 AND (created_at, id) < (?2, ?3) "
                 "AND (?4 IS NULL OR status = ?4) ORDER BY created_at DESC, id DESC LIMIT ?5"};
  Statement page_of_integration{"SELECT " AGENTA_CONNECTION_COLUMNS
                                " FROM tool_connections WHERE project_id = ?1 AND integration_slug = ?6 AND "
                                "(created_at, id) < (?2, ?3) "
                                "AND (?4 IS NULL OR status = ?4) ORDER BY created_at DESC, id DESC LIMIT ?5"};
  Statement count{"SELECT count(*) FROM tool_connections WHERE project_id = ?1"};
  Statement count_some{
      "SELECT count(*) FROM tool_connections WHERE project_id = ?1 AND (?2 IS NULL OR integration_slug = ?2) "
      "AND (?3 IS NULL OR status = ?3)"};
  Statement list_pending{"SELECT " AGENTA_CONNECTION_COLUMNS
                         " FROM tool_connections WHERE status = 'PENDING' ORDER BY created_at, id"};
  Statement record{
      "INSERT INTO connection_changes (project_id, at, change, connection_id, connection_slug, "
      "integration_slug, status, actor_uid, actor_user, actor_host, actor_program, detail) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"};
  Statement forget_records{
      "DELETE FROM connection_changes WHERE seq <= (SELECT max(seq) FROM connection_changes) - ?1"};
  Statement changes{
      "SELECT seq, at, change, connection_id, connection_slug, integration_slug, status, actor_uid, "
      "actor_user, actor_host, actor_program, detail FROM connection_changes "
      "WHERE project_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"};
  Statement last_change{"SELECT coalesce(max(seq), 0) FROM connection_changes"};
};

ConnectionStore::ConnectionStore(Database& database, std::function<void()> changed)
    : database_(database), changed_(std::move(changed)), statements_(std::make_unique<Statements>()) {}

ConnectionStore::~ConnectionStore() {
  Locked const db{database_};
  statements_.reset();
}

Result<void> ConnectionStore::record(Locked& db, Connection const& connection, ChangeNote const& note) {
  AGENTA_CHECK(statements_->record
                   .use(db, connection.project.text, milliseconds_of(note.at), name_of(note.change),
                        connection.id.text, connection.slug, connection.integration.text,
                        name_of(connection.status), note.by.uid, note.by.user, note.by.host, note.by.program,
                        null_if_empty(note.detail))
                   .run());
  constexpr int kKept = 100'000;
  AGENTA_CHECK(statements_->forget_records.use(db, kKept).run());
  return {};
}

Result<std::int64_t> ConnectionStore::put(Statement& statement, Connection const& connection,
                                          Durability durability, std::optional<ChangeNote> const& note) {
  std::int64_t changed = 0;
  {
    Locked db{database_};
    Transaction transaction{db};
    AGENTA_CHECK(transaction.begin(durability));
    if (connection.is_default) {
      AGENTA_CHECK(statements_->undefault
                       .use(db, connection.project.text, connection.integration.text, connection.id.text)
                       .run());
    }
    {
      auto row = bind_connection(db, statement, connection);
      auto written = row.run();
      if (!written) return fail(row.conflicted() ? taken(connection) : std::move(written).error());
      changed = *written;
    }
    if (note && changed > 0) AGENTA_CHECK(record(db, connection, *note));
    AGENTA_CHECK(transaction.commit());
    counts_.erase(connection.project.text);
    forget_looked_up();
  }
  if (note && changed > 0) changed_();
  return changed;
}

Result<void> ConnectionStore::insert(Connection const& connection, Durability durability,
                                     std::optional<ChangeNote> const& note) {
  AGENTA_CHECK(put(statements_->insert, connection, durability, note));
  return {};
}

Result<void> ConnectionStore::update(Connection const& connection, Durability durability,
                                     std::optional<ChangeNote> const& note) {
  AGENTA_TRY(auto const changed, put(statements_->update, connection, durability, note));
  if (changed > 0) return {};
  return fail(ErrorCode::connection_not_found, "the connection " + connection.slug + " no longer exists",
              {"agenta-tools", "connections", "list"});
}

Result<void> ConnectionStore::move(Connection const& connection, Durability durability,
                                   std::optional<ChangeNote> const& note) {
  std::int64_t changed = 0;
  {
    Locked db{database_};
    Transaction transaction{db};
    AGENTA_CHECK(transaction.begin(durability));
    AGENTA_TRY(changed, bind_standing(db, statements_->move, connection).run());
    if (note && changed > 0) AGENTA_CHECK(record(db, connection, *note));
    AGENTA_CHECK(transaction.commit());
    forget_looked_up();
  }
  if (note && changed > 0) changed_();
  return {};
}

Result<void> ConnectionStore::touch(ConnectionId const& id, WallTime used_at, Actor const& by) {
  constexpr std::chrono::seconds kFineEnough{1};
  bool const is_news = touched_.with([&](auto& touched) {
    auto const [last, is_first] = touched.try_emplace(id.text, used_at);
    if (!is_first && abs(used_at - last->second) < kFineEnough) return false;
    last->second = used_at;
    return true;
  });
  if (!is_news) return {};
  Locked db{database_};
  AGENTA_CHECK(db.write(Durability::normal, statements_->touch, id.text, milliseconds_of(used_at), by.uid,
                        by.user, by.host, by.program));
  forget_looked_up();
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
  AGENTA_TRY(auto rows, look_up(project.text + "\nname\n" + std::string{slug_or_id}, [&](Locked& db) {
               return read_rows(statements_->find_by_name.use(db, project.text, slug_or_id));
             }));
  std::optional<Connection> connection;
  if (!rows.empty()) connection = std::move(rows.front());
  return connection;
}

/// Each execution asks for its connection, and would wait behind what the others write.
template <class Read>
Result<std::vector<Connection>> ConnectionStore::look_up(std::string const& question, Read const& read) {
  using Rows = std::shared_ptr<std::vector<Connection> const>;
  Rows known = looked_up_.with([&](auto const& answers) {
    auto const at = answers.find(question);
    return at == answers.end() ? Rows{} : at->second;
  });
  if (!known) {
    // Kept under the database's lock, as it is forgotten: no answer outlives what was written after it.
    Locked db{database_};
    AGENTA_TRY(auto rows, read(db));
    if (rows.empty()) return rows;  // whoever asks for what is not there may ask for anything, of any length
    known = std::make_shared<std::vector<Connection> const>(std::move(rows));
    constexpr std::size_t kMostKept = 256;
    looked_up_.with([&](auto& answers) {
      if (answers.size() >= kMostKept) answers.clear();
      answers.insert_or_assign(question, known);
    });
  }
  return *known;
}

void ConnectionStore::forget_looked_up() {
  looked_up_.with([](auto& answers) { answers.clear(); });
}

Result<std::vector<Connection>> ConnectionStore::list(ProjectId const& project,
                                                      ConnectionFilter const& filter) {
  constexpr int kAll = -1;
  if (filter.integration && !filter.status) {
    return look_up(project.text + "\nintegration\n" + filter.integration->text,
                   [&](Locked& db) { return read_page(db, project, filter, Position{}, kAll); });
  }
  Locked db{database_};
  return read_page(db, project, filter, Position{}, kAll);
}

Result<Page<Connection>> ConnectionStore::page(ProjectId const& project, ConnectionFilter const& filter,
                                               std::string_view cursor, int limit) {
  auto const from = cursor.empty() ? std::optional{Position{}} : parse_position(cursor);
  if (!from) return fail(ErrorCode::invalid_request, "there is no page " + std::string{cursor});
  Page<Connection> page;
  Locked db{database_};
  AGENTA_TRY(page.items, read_page(db, project, filter, *from, limit + 1));
  if (page.items.size() > static_cast<std::size_t>(limit)) {
    page.items.pop_back();
    page.next_cursor = cursor_of(page.items.back());
  }
  AGENTA_TRY(page.total, count(db, project, filter));
  return page;
}

Result<std::vector<Connection>> ConnectionStore::read_page(Locked& db, ProjectId const& project,
                                                           ConnectionFilter const& filter,
                                                           Position const& from, int limit) {
  std::optional<std::string_view> status;
  if (filter.status) status = name_of(*filter.status);
  if (!filter.integration) {
    return read_rows(
        statements_->page.use(db, project.text, from.created_at, std::string_view{from.id}, status, limit));
  }
  return read_rows(statements_->page_of_integration.use(
      db, project.text, from.created_at, std::string_view{from.id}, status, limit, filter.integration->text));
}

Result<std::int64_t> ConnectionStore::count(Locked& db, ProjectId const& project,
                                            ConnectionFilter const& filter) {
  std::optional<std::string_view> integration;
  std::optional<std::string_view> status;
  if (filter.integration) integration = filter.integration->text;
  if (filter.status) status = name_of(*filter.status);
  if (integration || status) {
    auto row = statements_->count_some.use(db, project.text, integration, status);
    AGENTA_CHECK(row.next());
    return row.integer(0);
  }
  if (auto const known = counts_.find(project.text); known != counts_.end()) return known->second;
  auto row = statements_->count.use(db, project.text);
  AGENTA_CHECK(row.next());
  return counts_[project.text] = row.integer(0);
}

Result<std::vector<Connection>> ConnectionStore::list_pending() {
  Locked db{database_};
  return read_rows(statements_->list_pending.use(db));
}

Result<bool> ConnectionStore::erase(Connection const& connection, Durability durability,
                                    std::optional<ChangeNote> const& note) {
  std::int64_t changed = 0;
  {
    Locked db{database_};
    Transaction transaction{db};
    AGENTA_CHECK(transaction.begin(durability));
    AGENTA_TRY(changed, statements_->erase.use(db, connection.id.text).run());
    if (note && changed > 0) AGENTA_CHECK(record(db, connection, *note));
    AGENTA_CHECK(transaction.commit());
    counts_.erase(connection.project.text);
    forget_looked_up();
  }
  if (note && changed > 0) changed_();
  return changed > 0;
}

Result<void> ConnectionStore::set_default(Connection const& connection,
                                          std::optional<ChangeNote> const& note) {
  {
    Locked db{database_};
    Transaction transaction{db};
    AGENTA_CHECK(transaction.begin(Durability::normal));
    AGENTA_CHECK(statements_->undefault
                     .use(db, connection.project.text, connection.integration.text, connection.id.text)
                     .run());
    AGENTA_CHECK(statements_->make_default.use(db, connection.id.text).run());
    if (note) AGENTA_CHECK(record(db, connection, *note));
    AGENTA_CHECK(transaction.commit());
    forget_looked_up();
  }
  if (note) changed_();
  return {};
}

Result<std::vector<ConnectionEvent>> ConnectionStore::changes_after(ProjectId const& project,
                                                                    std::int64_t sequence, int limit) {
  Locked db{database_};
  auto row = statements_->changes.use(db, project.text, sequence, limit);
  std::vector<ConnectionEvent> events;
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return events;
    events.push_back(read_event(row));
  }
}

Result<std::int64_t> ConnectionStore::last_change() {
  Locked db{database_};
  auto row = statements_->last_change.use(db);
  AGENTA_CHECK(row.next());
  return row.integer(0);
}

}  // namespace agenta::daemon::store
