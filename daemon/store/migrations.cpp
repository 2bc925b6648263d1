#include "daemon/store/migrations.hpp"

#include <algorithm>
#include <array>

#include "daemon/store/backup.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {
namespace {

// Times are milliseconds since 1970, UTC. Text that a user names things by ignores case.
constexpr char const* kConnections = R"sql(
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('salt', lower(hex(randomblob(16))));

CREATE TABLE projects (
  id         TEXT PRIMARY KEY,
  slug       TEXT NOT NULL COLLATE NOCASE UNIQUE,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tool_connections (
  id                      TEXT PRIMARY KEY,
  project_id              TEXT NOT NULL REFERENCES projects (id),
  slug                    TEXT NOT NULL COLLATE NOCASE,
  name                    TEXT NOT NULL,
  integration_slug        TEXT NOT NULL COLLATE NOCASE,
  integration_name        TEXT NOT NULL,
  composio_account_id     TEXT,
  composio_auth_config_id TEXT,
  key_scope               TEXT NOT NULL,
  base_url                TEXT NOT NULL,
  status                  TEXT NOT NULL
                          CHECK (status IN ('PENDING', 'ACTIVE', 'EXPIRED', 'FAILED', 'INACTIVE')),
  auth_type               TEXT NOT NULL,
  is_default              INTEGER NOT NULL CHECK (is_default IN (0, 1)),
  redirect_url            TEXT CHECK (redirect_url IS NULL OR status = 'PENDING'),
  expires_at              INTEGER,
  created_at              INTEGER NOT NULL,
  updated_at              INTEGER NOT NULL,
  last_used_at            INTEGER,
  last_checked_at         INTEGER,
  created_by_uid          INTEGER NOT NULL,
  created_by_user         TEXT NOT NULL,
  created_by_host         TEXT NOT NULL,
  created_by_program      TEXT NOT NULL,
  error_code              TEXT,
  error_message           TEXT,
  UNIQUE (project_id, slug)
) STRICT;
CREATE UNIQUE INDEX tool_connections_default ON tool_connections (project_id, integration_slug) WHERE is_default = 1;
CREATE INDEX tool_connections_pending ON tool_connections (status) WHERE status = 'PENDING';

CREATE TABLE auth_configs (
  base_url         TEXT NOT NULL,
  key_scope        TEXT NOT NULL,
  integration_slug TEXT NOT NULL COLLATE NOCASE,
  auth_scheme      TEXT NOT NULL COLLATE NOCASE,
  id               TEXT NOT NULL,
  created_at       INTEGER NOT NULL,
  PRIMARY KEY (base_url, key_scope, integration_slug, auth_scheme)
) STRICT, WITHOUT ROWID;
)sql";

// `seq` is the order of writing: newest-first lists go down it, whatever the clock did. Every index ends in
// it. The partial index leaves out what most rows become, so that it stays small and finds what a crash left
// behind at once. A connection is remembered by id and slug, not referenced: history outlives it. The large
// columns come last, so that lists do not read through them.
constexpr char const* kExecutions = R"sql(
CREATE TABLE executions (
  seq              INTEGER PRIMARY KEY,
  id               TEXT NOT NULL UNIQUE,
  project_id       TEXT NOT NULL REFERENCES projects (id),
  tool_slug        TEXT NOT NULL,
  tool_version     TEXT NOT NULL,
  integration_slug TEXT NOT NULL,
  connection_id    TEXT,
  connection_slug  TEXT,
  state            TEXT NOT NULL
                   CHECK (state IN ('queued', 'sent', 'succeeded', 'failed', 'unknown', 'cancelled', 'refused')),
  read_only        INTEGER NOT NULL,
  idempotency_key  TEXT,
  arguments_digest TEXT NOT NULL,
  attempts         INTEGER NOT NULL,
  log_id           TEXT NOT NULL,
  started_at       INTEGER NOT NULL,
  finished_at      INTEGER,
  duration_ms      INTEGER,
  actor_uid        INTEGER NOT NULL,
  actor_user       TEXT NOT NULL,
  actor_host       TEXT NOT NULL,
  actor_program    TEXT NOT NULL,
  error            TEXT,
  arguments        TEXT NOT NULL,
  data             TEXT
) STRICT;
CREATE INDEX executions_project ON executions (project_id);
CREATE INDEX executions_tool ON executions (project_id, tool_slug);
CREATE INDEX executions_connection ON executions (project_id, connection_id) WHERE connection_id IS NOT NULL;
CREATE INDEX executions_state ON executions (state, project_id) WHERE state <> 'succeeded';
CREATE UNIQUE INDEX executions_key ON executions (project_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
)sql";

// Who changed and who used a connection last; what a pending renewal goes back to where it fails; an auth
// config for each set of scopes or own app; and every change, for those who watch and for those who ask
// later.
constexpr char const* kConnectionLife = R"sql(
ALTER TABLE tool_connections ADD COLUMN changed_by_uid INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tool_connections ADD COLUMN changed_by_user TEXT NOT NULL DEFAULT '';
ALTER TABLE tool_connections ADD COLUMN changed_by_host TEXT NOT NULL DEFAULT '';
ALTER TABLE tool_connections ADD COLUMN changed_by_program TEXT NOT NULL DEFAULT '';
ALTER TABLE tool_connections ADD COLUMN used_by_uid INTEGER;
ALTER TABLE tool_connections ADD COLUMN used_by_user TEXT;
ALTER TABLE tool_connections ADD COLUMN used_by_host TEXT;
ALTER TABLE tool_connections ADD COLUMN used_by_program TEXT;
ALTER TABLE tool_connections ADD COLUMN renewed_account_id TEXT;
ALTER TABLE tool_connections ADD COLUMN renewed_auth_config_id TEXT;
ALTER TABLE tool_connections ADD COLUMN renewed_auth_type TEXT;
ALTER TABLE tool_connections ADD COLUMN renewed_status TEXT
  CHECK (renewed_status IS NULL OR status = 'PENDING');
ALTER TABLE tool_connections ADD COLUMN renewed_error_code TEXT;
ALTER TABLE tool_connections ADD COLUMN renewed_error_message TEXT;
UPDATE tool_connections SET changed_by_uid = created_by_uid, changed_by_user = created_by_user,
  changed_by_host = created_by_host, changed_by_program = created_by_program;
CREATE INDEX tool_connections_newest ON tool_connections (project_id, created_at DESC, id DESC);
CREATE INDEX tool_connections_integration
  ON tool_connections (project_id, integration_slug, created_at DESC, id DESC);
CREATE INDEX tool_connections_account ON tool_connections (composio_account_id)
  WHERE composio_account_id IS NOT NULL;

CREATE TABLE auth_configs_by_variant (
  base_url         TEXT NOT NULL,
  key_scope        TEXT NOT NULL,
  integration_slug TEXT NOT NULL COLLATE NOCASE,
  auth_scheme      TEXT NOT NULL COLLATE NOCASE,
  variant          TEXT NOT NULL,
  id               TEXT NOT NULL,
  created_at       INTEGER NOT NULL,
  PRIMARY KEY (base_url, key_scope, integration_slug, auth_scheme, variant)
) STRICT, WITHOUT ROWID;
INSERT INTO auth_configs_by_variant
  SELECT base_url, key_scope, integration_slug, auth_scheme, '', id, created_at FROM auth_configs;
DROP TABLE auth_configs;
ALTER TABLE auth_configs_by_variant RENAME TO auth_configs;

CREATE TABLE connection_changes (
  seq              INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id       TEXT NOT NULL REFERENCES projects (id),
  at               INTEGER NOT NULL,
  change           TEXT NOT NULL,
  connection_id    TEXT NOT NULL,
  connection_slug  TEXT NOT NULL,
  integration_slug TEXT NOT NULL,
  status           TEXT NOT NULL,
  actor_uid        INTEGER NOT NULL,
  actor_user       TEXT NOT NULL,
  actor_host       TEXT NOT NULL,
  actor_program    TEXT NOT NULL,
  detail           TEXT
) STRICT;
CREATE INDEX connection_changes_project ON connection_changes (project_id, seq);
)sql";

// Batches and where an execution belongs; results too large for a row; and the chain of hashes over all that
// was journaled. A line of a batch that may have run is never run again, so it can be journaled only once.
constexpr char const* kExecutionLife = R"sql(
ALTER TABLE executions ADD COLUMN batch_id TEXT;
ALTER TABLE executions ADD COLUMN batch_line INTEGER;
ALTER TABLE executions ADD COLUMN session TEXT;
ALTER TABLE executions ADD COLUMN trace_id TEXT;
ALTER TABLE executions ADD COLUMN result_bytes INTEGER;
ALTER TABLE executions ADD COLUMN result_file TEXT;
ALTER TABLE executions ADD COLUMN result_offset INTEGER;
ALTER TABLE executions ADD COLUMN result_size INTEGER;
CREATE UNIQUE INDEX executions_batch ON executions (batch_id, batch_line)
  WHERE batch_id IS NOT NULL AND state NOT IN ('refused', 'cancelled');
CREATE INDEX executions_of_batch ON executions (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX executions_session ON executions (project_id, session) WHERE session IS NOT NULL;
CREATE INDEX executions_trace ON executions (trace_id) WHERE trace_id IS NOT NULL;
CREATE INDEX executions_result_file ON executions (result_file) WHERE result_file IS NOT NULL;

CREATE TABLE batches (
  id            TEXT PRIMARY KEY,
  project_id    TEXT NOT NULL REFERENCES projects (id),
  source        TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  finished_at   INTEGER,
  actor_uid     INTEGER NOT NULL,
  actor_user    TEXT NOT NULL,
  actor_host    TEXT NOT NULL,
  actor_program TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX batches_project ON batches (project_id, created_at DESC, id DESC);

CREATE TABLE journal_chain (
  seq    INTEGER PRIMARY KEY,
  record TEXT NOT NULL,
  hash   TEXT NOT NULL
) STRICT;
)sql";

// What agents may do: sessions with their connections, what a person allowed in them, and what was decided of
// each execution.
constexpr char const* kSessions = R"sql(
CREATE TABLE sessions (
  id              TEXT PRIMARY KEY,
  project_id      TEXT NOT NULL REFERENCES projects (id),
  name            TEXT NOT NULL COLLATE NOCASE,
  state           TEXT NOT NULL CHECK (state IN ('open', 'closed', 'expired')),
  selectors       TEXT NOT NULL,
  policy          TEXT NOT NULL,
  policy_source   TEXT NOT NULL,
  socket_uids     TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER,
  ended_at        INTEGER,
  actor_uid       INTEGER NOT NULL,
  actor_user      TEXT NOT NULL,
  actor_host      TEXT NOT NULL,
  actor_program   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_open ON sessions (project_id, name) WHERE state = 'open';
CREATE INDEX sessions_newest ON sessions (project_id, created_at DESC, id DESC);

CREATE TABLE session_bindings (
  session_id       TEXT NOT NULL REFERENCES sessions (id),
  integration_slug TEXT NOT NULL COLLATE NOCASE,
  connection_id    TEXT,
  connection_slug  TEXT NOT NULL,
  usable           INTEGER NOT NULL,
  PRIMARY KEY (session_id, integration_slug)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_changes (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL REFERENCES sessions (id),
  at         INTEGER NOT NULL,
  change     TEXT NOT NULL,
  detail     TEXT
) STRICT;
CREATE INDEX session_changes_session ON session_changes (session_id, seq);

CREATE TABLE approvals (
  id               TEXT PRIMARY KEY,
  project_id       TEXT NOT NULL REFERENCES projects (id),
  session_id       TEXT NOT NULL REFERENCES sessions (id),
  tool             TEXT NOT NULL,
  connection_id    TEXT,
  connection_slug  TEXT,
  arguments        TEXT NOT NULL,
  arguments_digest TEXT NOT NULL,
  previous         TEXT,
  rule             TEXT NOT NULL,
  reason           TEXT NOT NULL,
  answer           TEXT NOT NULL,
  state            TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'expired')),
  scope            TEXT NOT NULL CHECK (scope IN ('once', 'session')),
  created_at       INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL,
  decided_at       INTEGER,
  decided_by_uid     INTEGER,
  decided_by_user    TEXT,
  decided_by_host    TEXT,
  decided_by_program TEXT,
  execution_id     TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX approvals_newest ON approvals (project_id, created_at DESC, id DESC);
CREATE INDEX approvals_pending ON approvals (project_id) WHERE state = 'pending';
CREATE INDEX approvals_changed ON approvals (project_id, coalesce(decided_at, created_at));
CREATE INDEX approvals_granted ON approvals (session_id, tool) WHERE state = 'approved' AND scope = 'session';

ALTER TABLE executions ADD COLUMN verdict TEXT;
ALTER TABLE executions ADD COLUMN rule TEXT;
ALTER TABLE executions ADD COLUMN approval_id TEXT;
)sql";

// Approvals that end otherwise than by an answer, and how many may come back for one; tools that were
// cut out of a session whose selectors name them.
constexpr char const* kSecondThoughts = R"sql(
CREATE TABLE approvals_then (
  id               TEXT PRIMARY KEY,
  project_id       TEXT NOT NULL REFERENCES projects (id),
  session_id       TEXT NOT NULL REFERENCES sessions (id),
  tool             TEXT NOT NULL,
  connection_id    TEXT,
  connection_slug  TEXT,
  arguments        TEXT NOT NULL,
  arguments_digest TEXT NOT NULL,
  previous         TEXT,
  rule             TEXT NOT NULL,
  reason           TEXT NOT NULL,
  answer           TEXT NOT NULL,
  state            TEXT NOT NULL
                   CHECK (state IN ('pending', 'approved', 'denied', 'expired', 'withdrawn', 'revoked')),
  scope            TEXT NOT NULL CHECK (scope IN ('once', 'session')),
  created_at       INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL,
  decided_at       INTEGER,
  decided_by_uid     INTEGER,
  decided_by_user    TEXT,
  decided_by_host    TEXT,
  decided_by_program TEXT,
  execution_id     TEXT,
  returns          INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
INSERT INTO approvals_then (id, project_id, session_id, tool, connection_id, connection_slug, arguments,
  arguments_digest, previous, rule, reason, answer, state, scope, created_at, expires_at, decided_at,
  decided_by_uid, decided_by_user, decided_by_host, decided_by_program, execution_id)
SELECT id, project_id, session_id, tool, connection_id, connection_slug, arguments, arguments_digest, previous,
  rule, reason, answer, state, scope, created_at, expires_at, decided_at, decided_by_uid, decided_by_user,
  decided_by_host, decided_by_program, execution_id FROM approvals;
DROP TABLE approvals;
ALTER TABLE approvals_then RENAME TO approvals;
CREATE INDEX approvals_newest ON approvals (project_id, created_at DESC, id DESC);
CREATE INDEX approvals_pending ON approvals (project_id) WHERE state = 'pending';
CREATE INDEX approvals_changed ON approvals (project_id, coalesce(decided_at, created_at));
CREATE INDEX approvals_granted ON approvals (session_id, tool) WHERE state = 'approved' AND scope = 'session';

ALTER TABLE sessions ADD COLUMN excluded TEXT NOT NULL DEFAULT '[]';
)sql";

// Approvals are of the version of the tool that the call named; those of before named none.
constexpr char const* kApprovedVersion = R"sql(
ALTER TABLE approvals ADD COLUMN tool_version TEXT NOT NULL DEFAULT '';
)sql";

constexpr std::array kMigrations{Migration{1, kConnections},    Migration{2, kExecutions},
                                 Migration{3, kConnectionLife}, Migration{4, kExecutionLife},
                                 Migration{5, kSessions},       Migration{6, kSecondThoughts},
                                 Migration{7, kApprovedVersion}};

consteval bool versions_count_from_one() {
  for (std::size_t i = 0; i < kMigrations.size(); ++i) {
    if (kMigrations[i].version != static_cast<int>(i) + 1) return false;
  }
  return true;
}
static_assert(versions_count_from_one());

int last_version(std::span<Migration const> steps) { return steps.empty() ? 0 : steps.back().version; }

Result<void> apply(Locked& db, Migration const& step) {
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(Durability::full));
  AGENTA_CHECK(db.exec(step.sql));
  AGENTA_CHECK(db.exec("PRAGMA user_version=" + std::to_string(step.version)));
  return transaction.commit();
}

}  // namespace

std::span<Migration const> migrations() { return kMigrations; }

Result<int> load_schema_version(Locked& db) {
  Statement pragma{"PRAGMA user_version"};
  auto row = pragma.use(db);
  AGENTA_CHECK(row.next());
  return static_cast<int>(row.integer(0));
}

Result<void> check_schema_version(Locked& db, int version, std::span<Migration const> steps) {
  int const known = last_version(steps);
  if (version <= known) return {};
  return fail(ErrorCode::version_skew,
              db.state().path.string() + " has schema " + std::to_string(version) +
                  ", made by a newer agenta-tools; this one knows schemas up to " + std::to_string(known) +
                  ". Use the newer program, or another AGENTA_TOOLS_HOME",
              {"agenta-tools", "version"});
}

Result<void> migrate(Locked& db, int version, std::span<Migration const> steps) {
  AGENTA_CHECK(check_schema_version(db, version, steps));
  if (version == last_version(steps)) return {};
  if (version > 0) AGENTA_CHECK(back_up(db, version));
  for (Migration const& step : steps) {
    if (step.version > version) AGENTA_CHECK(apply(db, step));
  }
  return {};
}

}  // namespace agenta::daemon::store
