#pragma once

#include <set>

#include "daemon/store/catalog_store.hpp"
#include "daemon/store/statement.hpp"

/// The SQL of `CatalogStore`; private to its sources. Patterns are of LIKE, with `\` before what is literal.
namespace agenta::daemon::store {

/// On the readers' connection.
struct CatalogStore::Reads {
  Statement list_time{"SELECT value FROM meta WHERE key = 'list_fetched_at'"};
  Statement categories{"SELECT value FROM meta WHERE key = 'categories'"};
  Statement schemes{"SELECT DISTINCT schemes FROM integrations"};
  Statement slugs{"SELECT slug FROM integrations ORDER BY slug"};
  Statement item{"SELECT item FROM integrations WHERE slug = ?1"};
  Statement item_by_id{"SELECT item FROM integrations WHERE id = ?1"};

#define AGENTA_INTEGRATIONS_MATCHING                                                                        \
  " FROM integrations WHERE (?1 = '' OR slug LIKE ?1 ESCAPE '\\' OR name LIKE ?1 ESCAPE '\\'"               \
  " OR description LIKE ?1 ESCAPE '\\') AND (?2 = '' OR categories LIKE ?2 ESCAPE '\\')"                    \
  " AND (?3 = '' OR schemes LIKE ?3 ESCAPE '\\') AND (?4 = 0 OR slug IN (SELECT value FROM json_each(?5)))" \
  " AND slug NOT IN (SELECT value FROM json_each(?6))"
  Statement list{"SELECT slug, item" AGENTA_INTEGRATIONS_MATCHING " ORDER BY id LIMIT ?7 OFFSET ?8"};
  Statement count{"SELECT count(*)" AGENTA_INTEGRATIONS_MATCHING};
#undef AGENTA_INTEGRATIONS_MATCHING
  Statement count_all{"SELECT count(*) FROM integrations"};

  Statement detail{
      "SELECT body, fetched_at, stamp = (SELECT stamp FROM integrations i WHERE i.slug = d.slug)"
      " FROM details d WHERE slug = ?1"};
  Statement tool{
      "SELECT b.body, t.fetched_at, (SELECT l.stamp = i.stamp FROM tool_lists l, integrations i"
      " WHERE l.integration = t.integration AND i.slug = t.integration)"
      " FROM tools t JOIN tool_bodies b ON b.id = t.id WHERE t.slug = ?1"};
  Statement tool_slugs{"SELECT slug FROM tools ORDER BY slug"};
  Statement tool_slugs_from{
      "SELECT slug FROM tools WHERE slug >= ?1 AND slug < ?1 || char(0x10FFFF) ORDER BY slug LIMIT ?2"};
  Statement tool_list{
      "SELECT l.fetched_at, l.stamp = i.stamp, (SELECT count(*) FROM tools t WHERE t.integration = "
      "l.integration)"
      " FROM tool_lists l LEFT JOIN integrations i ON i.slug = l.integration WHERE l.integration = ?1"};
  Statement old_version{"SELECT body FROM old_versions WHERE slug = ?1 AND version = ?2"};

#define AGENTA_TOOL_COLUMNS \
  "SELECT slug, integration, name, description, tags, version, deprecated FROM tools"
#define AGENTA_TOOLS_MATCHING                                                                             \
  " (?2 = '' OR slug LIKE ?2 ESCAPE '\\' OR name LIKE ?2 ESCAPE '\\' OR description LIKE ?2 ESCAPE '\\')" \
  " AND (?3 = 0 OR instr(tags, char(10) || 'readOnlyHint' || char(10)) > 0)"
#define AGENTA_OF_ONE " WHERE integration = ?1 AND"
#define AGENTA_OF_SOME \
  " WHERE (?1 = '' OR integration IN (SELECT value FROM json_each(iif(?1 = '', '[]', ?1)))) AND"
  Statement tools_of_one{AGENTA_TOOL_COLUMNS AGENTA_OF_ONE AGENTA_TOOLS_MATCHING
                         " ORDER BY id LIMIT ?4 OFFSET ?5"};
  Statement count_of_one{"SELECT count(*) FROM tools" AGENTA_OF_ONE AGENTA_TOOLS_MATCHING};
  Statement tools_of_some{AGENTA_TOOL_COLUMNS AGENTA_OF_SOME AGENTA_TOOLS_MATCHING
                          " ORDER BY id LIMIT ?4 OFFSET ?5"};
  Statement count_of_some{"SELECT count(*) FROM tools" AGENTA_OF_SOME AGENTA_TOOLS_MATCHING};
  Statement tool_by_id{AGENTA_TOOL_COLUMNS " WHERE id = ?1"};
#undef AGENTA_OF_SOME
#undef AGENTA_OF_ONE
#undef AGENTA_TOOLS_MATCHING
#undef AGENTA_TOOL_COLUMNS

#define AGENTA_UNFETCHED                                                  \
  " FROM integrations i LEFT JOIN tool_lists l ON l.integration = i.slug" \
  " WHERE l.integration IS NULL OR l.stamp <> i.stamp"
  Statement unfetched{"SELECT i.slug, i.tools_count, l.integration IS NOT NULL" AGENTA_UNFETCHED
                      " ORDER BY i.id"};
  Statement counts{
      "SELECT (SELECT count(*) FROM integrations), (SELECT count(*) FROM tools),"
      " (SELECT count(*)" AGENTA_UNFETCHED ")"};
#undef AGENTA_UNFETCHED
};

/// On the writer's connection.
struct CatalogStore::Writes {
  Statement put_meta{
      "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value"};
  Statement clear_integrations{"DELETE FROM integrations"};
  Statement add_integration{
      "INSERT INTO integrations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
      " ON CONFLICT (slug) DO NOTHING"};
  Statement drop_integration{"DELETE FROM integrations WHERE slug = ?1"};
  Statement next_integration{"SELECT coalesce(max(id), 0) + 1 FROM integrations"};
  Statement drop_orphan_tools{
      "DELETE FROM tools WHERE integration IN (SELECT integration FROM tool_lists"
      " WHERE integration NOT IN (SELECT slug FROM integrations))"};
  Statement unindex_integrations{"INSERT INTO integration_index (integration_index) VALUES ('delete-all')"};
  Statement index_integrations{
      "INSERT INTO integration_index (rowid, slug, name, categories, description, facets)"
      " SELECT id, slug, name, categories, description, facets FROM integrations"};
  Statement orphan_tools{"SELECT id FROM tools WHERE integration NOT IN (SELECT slug FROM integrations)"};
  Statement drop_orphan_lists{
      "DELETE FROM tool_lists WHERE integration NOT IN (SELECT slug FROM integrations)"};
  Statement drop_orphan_details{"DELETE FROM details WHERE slug NOT IN (SELECT slug FROM integrations)"};
  Statement put_detail{
      "INSERT INTO details VALUES (?1, coalesce((SELECT stamp FROM integrations WHERE slug = ?1), ''), ?2, "
      "?3)"
      " ON CONFLICT (slug) DO UPDATE SET stamp = excluded.stamp, fetched_at = excluded.fetched_at,"
      " body = excluded.body"};
  Statement find_name{"SELECT name FROM integrations WHERE slug = ?1"};
  Statement indexed{"SELECT id, action, service, name, description, facets FROM tools WHERE slug = ?1"};
  Statement add_tool{"INSERT INTO tools VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"};
  Statement change_tool{
      "UPDATE tools SET slug = ?2, integration = ?3, action = ?4, service = ?5, name = ?6, description = ?7,"
      " facets = ?8, tags = ?9, version = ?10, deprecated = ?11, fetched_at = ?12 WHERE id = ?1"};
  Statement touch_tool{
      "UPDATE tools SET tags = ?2, version = ?3, deprecated = ?4, fetched_at = ?5 WHERE id = ?1"};
  Statement index_tool{
      "INSERT INTO tool_index (rowid, action, service, name, description, facets)"
      " SELECT id, action, service, name, description, facets FROM tools WHERE id = ?1"};
  Statement unindex_tool{
      "INSERT INTO tool_index (tool_index, rowid, action, service, name, description, facets)"
      " SELECT 'delete', id, action, service, name, description, facets FROM tools WHERE id = ?1"};
  Statement put_body{
      "INSERT INTO tool_bodies VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = excluded.body"};
  Statement id_of{"SELECT id FROM tools WHERE slug = ?1"};
  Statement ids_of{"SELECT id FROM tools WHERE integration = ?1"};
  Statement drop_tool{"DELETE FROM tools WHERE id = ?1"};
  Statement put_list{
      "INSERT INTO tool_lists VALUES (?1, coalesce((SELECT stamp FROM integrations WHERE slug = ?1), ''), ?2)"
      " ON CONFLICT (integration) DO UPDATE SET stamp = excluded.stamp, fetched_at = excluded.fetched_at"};
  Statement expire_list_of{
      "DELETE FROM tool_lists WHERE integration = (SELECT integration FROM tools WHERE slug = ?1)"};
  Statement put_old_version{
      "INSERT INTO old_versions VALUES (?1, ?2, ?3, ?4)"
      " ON CONFLICT (slug, version) DO UPDATE SET fetched_at = excluded.fetched_at, body = excluded.body"};
};

/// A pattern that finds `text` anywhere; empty where it is.
std::string like_pattern(std::string_view text);
/// A pattern that finds `word` in a column of words between line ends.
std::string word_pattern(std::string_view word);
/// Words between line ends; empty where there are none.
std::string write_words(std::vector<std::string> const& words);
std::vector<std::string> read_words(std::string_view column);
Result<std::set<std::int64_t>> read_ids(Use row);
/// `["a","b"]`
std::string write_json_array(std::vector<std::string> const& texts);

}  // namespace agenta::daemon::store
