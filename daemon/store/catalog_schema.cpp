#include "daemon/store/catalog_schema.hpp"

#include <array>

namespace agenta::daemon::store {
namespace {

// Times are milliseconds since 1970, UTC. A `stamp` is what the provider's list says of an integration that
// changes whenever its tools do: equal stamps mean that nothing has to be fetched. Lists of words are kept
// between line ends (`\nOAUTH2\nAPI_KEY\n`), so that one is found by its surroundings.
//
// The indexes keep no text of their own (`content=`): whoever writes a row tells them (by a trigger it could
// not be: a schema that is not trusted may not use full-text tables). `action` is the
// slug without its integration and without little words; `facets` are words that are filtered by and never
// typed: they end in 0, which the stemmer leaves alone. Bodies are large and have a table to themselves, so
// that lists do not read through them.
constexpr char const* kSchema = R"sql(
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('salt', '');

CREATE TABLE integrations (
  id          INTEGER PRIMARY KEY,
  slug        TEXT NOT NULL COLLATE NOCASE UNIQUE,
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  categories  TEXT NOT NULL COLLATE NOCASE,
  schemes     TEXT NOT NULL COLLATE NOCASE,
  facets      TEXT NOT NULL,
  tools_count INTEGER NOT NULL,
  stamp       TEXT NOT NULL,
  item        TEXT NOT NULL
) STRICT;

CREATE TABLE details (
  slug       TEXT PRIMARY KEY COLLATE NOCASE,
  stamp      TEXT NOT NULL,
  fetched_at INTEGER NOT NULL,
  body       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tool_lists (
  integration TEXT PRIMARY KEY COLLATE NOCASE,
  stamp       TEXT NOT NULL,
  fetched_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tools (
  id          INTEGER PRIMARY KEY,
  slug        TEXT NOT NULL COLLATE NOCASE UNIQUE,
  integration TEXT NOT NULL COLLATE NOCASE,
  action      TEXT NOT NULL,
  service     TEXT NOT NULL,
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  facets      TEXT NOT NULL,
  tags        TEXT NOT NULL,
  version     TEXT NOT NULL,
  deprecated  INTEGER NOT NULL,
  fetched_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX tools_integration ON tools (integration);
CREATE TABLE tool_bodies (
  id   INTEGER PRIMARY KEY REFERENCES tools (id) ON DELETE CASCADE,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE old_versions (
  slug       TEXT NOT NULL COLLATE NOCASE,
  version    TEXT NOT NULL,
  fetched_at INTEGER NOT NULL,
  body       TEXT NOT NULL,
  PRIMARY KEY (slug, version)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE tool_index USING fts5 (
  action, service, name, description, facets,
  content='tools', content_rowid='id', tokenize='porter unicode61', detail=column
);
CREATE VIRTUAL TABLE integration_index USING fts5 (
  slug, name, categories, description, facets,
  content='integrations', content_rowid='id', tokenize='porter unicode61', detail=column
);
)sql";

constexpr std::array kSteps{Migration{1, kSchema}};

}  // namespace

std::span<Migration const> catalog_schema() { return kSteps; }

}  // namespace agenta::daemon::store
