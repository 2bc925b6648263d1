#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/database.hpp"
#include "shared/domain/connection.hpp"

namespace agenta::daemon::store {

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

/// The connections of every project. A slug is unique within its project, ignoring case. Any thread.
class ConnectionStore {
 public:
  explicit ConnectionStore(Database& database);
  ~ConnectionStore();

  /// `CONNECTION_ALREADY_EXISTS` where the slug is taken. One that is the default takes that from any other;
  /// the redirect URL is kept only while pending. Both hold for `update` too.
  Result<void> insert(Connection const& connection, Durability durability);
  /// Writes every column but the id; `CONNECTION_NOT_FOUND` where the row is gone.
  Result<void> update(Connection const& connection, Durability durability);
  /// Only `last_used_at`: cheap enough for every execution. A row that is gone is no error.
  Result<void> touch(ConnectionId const& id, WallTime used_at);
  Result<std::optional<Connection>> find(ConnectionId const& id);
  Result<std::optional<Connection>> find_by_slug(ProjectId const& project, std::string_view slug);
  /// By slug or id, within the project.
  Result<std::optional<Connection>> find_by_name(ProjectId const& project, std::string_view slug_or_id);
  /// Newest first.
  Result<std::vector<Connection>> list(ProjectId const& project, ConnectionFilter const& filter);
  /// Of every project: what a restart resumes.
  Result<std::vector<Connection>> list_pending();
  /// Whether a row was there.
  Result<bool> erase(ConnectionId const& id, Durability durability);
  /// Makes it the default of its integration within its project, and no other.
  Result<void> set_default(Connection const& connection);

 private:
  struct Statements;
  Result<std::int64_t> put(Statement& statement, Connection const& connection, Durability durability);
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

/// Which auth config was found or made for an integration, so that none is made twice: creating one is not
/// idempotent at Composio. Keyed by endpoint, key scope, integration and scheme. Any thread.
class AuthConfigStore {
 public:
  explicit AuthConfigStore(Database& database);
  ~AuthConfigStore();
  struct Key {
    std::string base_url{};
    std::string key_scope{};
    IntegrationSlug integration{};
    std::string auth_scheme{};
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
