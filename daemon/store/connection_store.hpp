#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/database.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/domain/connection.hpp"
#include "shared/domain/connection_report.hpp"
#include "shared/domain/page.hpp"

namespace agenta::daemon::store {

class Locked;
class Statement;

struct Project {
  ProjectId id{};
  std::string slug{};
  WallTime created_at{};
};

/// Projects: the scope that isolates connections and history. Any thread.
class ProjectStore {
 public:
  explicit ProjectStore(Database& database);
  ~ProjectStore();
  Result<std::optional<Project>> find(std::string_view slug);
  Result<std::optional<Project>> find_by_id(ProjectId const& id);
  /// The project of that slug, made now where there is none.
  Result<Project> ensure(std::string_view slug, WallTime now);

 private:
  struct Statements;
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

struct ConnectionFilter {
  std::optional<IntegrationSlug> integration{};
  std::optional<ConnectionStatus> status{};
};

/// What a write to a row means, for the record of changes that is written with it.
struct ChangeNote {
  ConnectionChange change = ConnectionChange::begun;
  Actor by{};
  WallTime at{};
  std::string detail{};
};

/// The connections of every project, and the record of their changes. A slug is unique within its project,
/// ignoring case. Any thread.
class ConnectionStore {
 public:
  /// `changed` is told after a change was recorded, on the thread that recorded it.
  explicit ConnectionStore(
      Database& database, std::function<void()> changed = [] {});
  ~ConnectionStore();

  /// `CONNECTION_ALREADY_EXISTS` where the slug is taken. One that is the default takes that from any other;
  /// the redirect URL and what a renewal replaces are kept only while pending. All this holds for `update`
  /// too. A note is recorded in the same transaction.
  Result<void> insert(Connection const& connection, Durability durability,
                      std::optional<ChangeNote> const& note = {});
  /// Writes every column but the id; `CONNECTION_NOT_FOUND` where the row is gone.
  Result<void> update(Connection const& connection, Durability durability,
                      std::optional<ChangeNote> const& note = {});
  /// Only where a connection stands: its status and error, when it was checked, who moved it, and whose it
  /// is. What a user called it meanwhile stays. Nothing where the row is gone, has another account by now, or
  /// is PENDING.
  Result<void> move(Connection const& connection, Durability durability,
                    std::optional<ChangeNote> const& note = {});
  /// Only when and by whom it was used, and once a second is fine enough: cheap enough for every execution. A
  /// row that is gone is no error.
  Result<void> touch(ConnectionId const& id, WallTime used_at, Actor const& by);
  Result<std::optional<Connection>> find(ConnectionId const& id);
  Result<std::optional<Connection>> find_by_slug(ProjectId const& project, std::string_view slug);
  /// By slug or id, within the project.
  Result<std::optional<Connection>> find_by_name(ProjectId const& project, std::string_view slug_or_id);
  /// Newest first.
  Result<std::vector<Connection>> list(ProjectId const& project, ConnectionFilter const& filter);
  /// `limit` of them, newest first, after the one that `cursor` names; `INVALID_REQUEST` for a cursor that no
  /// page gave. `total` counts all pages.
  Result<Page<Connection>> page(ProjectId const& project, ConnectionFilter const& filter,
                                std::string_view cursor, int limit);
  /// Of every project: what a restart resumes.
  Result<std::vector<Connection>> list_pending();
  /// Whether a row was there.
  Result<bool> erase(Connection const& connection, Durability durability,
                     std::optional<ChangeNote> const& note = {});
  /// Makes it the default of its integration within its project, and no other.
  Result<void> set_default(Connection const& connection, std::optional<ChangeNote> const& note = {});

  /// What was recorded after `sequence`, oldest first, at most `limit`. Old records go: the newest 100,000
  /// are kept.
  Result<std::vector<ConnectionEvent>> changes_after(ProjectId const& project, std::int64_t sequence,
                                                     int limit);
  /// The sequence of the newest record of all; 0 where there is none.
  Result<std::int64_t> last_change();

 private:
  struct Statements;
  struct Position;
  static std::optional<Position> parse_position(std::string_view cursor);
  Result<std::vector<Connection>> read_page(Locked& db, ProjectId const& project,
                                            ConnectionFilter const& filter, Position const& from, int limit);
  Result<std::int64_t> count(Locked& db, ProjectId const& project, ConnectionFilter const& filter);
  Result<std::int64_t> put(Statement& statement, Connection const& connection, Durability durability,
                           std::optional<ChangeNote> const& note);
  Result<void> record(Locked& db, Connection const& connection, ChangeNote const& note);
  template <class Read>
  Result<std::vector<Connection>> look_up(std::string const& question, Read const& read);
  void forget_looked_up();
  Database& database_;
  std::function<void()> const changed_;
  std::unique_ptr<Statements> statements_;
  /// How many rows a project has, once it was asked; under the database's lock. Counting ten thousand for
  /// each page costs more than the page.
  std::map<std::string, std::int64_t> counts_{};
  /// What executions asked for, until something is written.
  Synchronized<std::map<std::string, std::shared_ptr<std::vector<Connection> const>, std::less<>>>
      looked_up_{};
  Synchronized<std::map<std::string, WallTime, std::less<>>> touched_{};
};

/// Which auth config was found or made for an integration, so that none is made twice: creating one is not
/// idempotent at Composio. Keyed by endpoint, key scope, integration, scheme, and what makes it another than
/// the plain one. Any thread.
class AuthConfigStore {
 public:
  explicit AuthConfigStore(Database& database);
  ~AuthConfigStore();
  struct Key {
    std::string base_url{};
    std::string key_scope{};
    IntegrationSlug integration{};
    std::string auth_scheme{};
    std::string variant{};  ///< empty: the plain one; else a digest of own scopes or an own app's fields
  };
  Result<std::optional<AuthConfigId>> find(Key const& key);
  Result<void> remember(Key const& key, AuthConfigId const& id, WallTime now);
  Result<void> forget(AuthConfigId const& id);

 private:
  struct Statements;
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace agenta::daemon::store
