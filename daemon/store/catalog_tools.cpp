#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "daemon/store/catalog_statements.hpp"
#include "daemon/store/catalog_store.hpp"
#include "daemon/store/row.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::daemon::store {
namespace {

/// Words of a slug that say nothing of what the tool does.
constexpr std::array<std::string_view, 14> kLittleWords{"a",  "an",  "the", "of",   "for",  "to", "by",
                                                        "in", "and", "on",  "with", "from", "at", "is"};

/// `SHEET1` is a sheet.
std::string without_number(std::string word) {
  constexpr std::size_t kShortest = 3;
  auto const last = word.find_last_not_of("0123456789");
  if (last != std::string::npos && last + 1 >= kShortest) word.resize(last + 1);
  return word;
}

/// The slug without what its integration is called and without little words: `CREATE ISSUE` of
/// `GITHUB_CREATE_AN_ISSUE`, and `SEND EMAIL` of `OUTLOOK_OUTLOOK_SEND_EMAIL`.
std::string action_of(Tool const& tool, std::string const& service) {
  std::string_view slug = tool.slug.text;
  std::string const own = to_upper(tool.integration.text) + "_";
  if (slug.starts_with(own)) slug.remove_prefix(own.size());
  auto const names = split(replace_all(to_lower(service), "_", " "), ' ');
  std::vector<std::string> words;
  for (std::string& word : split(slug, '_')) {
    std::string const lower = to_lower(word);
    bool const is_little = std::ranges::find(kLittleWords, lower) != kLittleWords.end();
    if (word.empty() || is_little || std::ranges::find(names, lower) != names.end()) continue;
    words.push_back(without_number(std::move(word)));
  }
  return words.empty() ? replace_all(slug, "_", " ") : join(words, " ");
}

/// By its flag, or by the first word of its description, as many say it.
bool is_deprecated(Tool const& tool) {
  std::string const start = to_lower(std::string_view{tool.description}.substr(0, 20));
  auto const first = start.find_first_not_of(" <*[(_-#");
  return tool.deprecated ||
         (first != std::string::npos && std::string_view{start}.substr(first).starts_with("deprecated"));
}

std::string facets_of(Tool const& tool) {
  std::string facets = std::string{kEveryFacet} + " " + facet_of(tool.integration);
  if (hints_of(tool).read_only) facets += " " + std::string{kReadOnlyFacet};
  return facets;
}

Tool read_columns(Use const& row) {
  Tool tool;
  tool.slug = {row.text(0)};
  tool.integration = {row.text(1)};
  tool.name = row.text(2);
  tool.description = row.text(3);
  tool.tags = read_words(row.text(4));
  tool.version = row.text(5);
  tool.deprecated = row.integer(6) != 0;
  return tool;
}

/// What a tool's integration is called, asked once for each.
class Services {
 public:
  Services(Locked& db, Statement& find) : db_(db), find_(find) {}
  Result<std::string> of(IntegrationSlug const& slug) {
    auto const known = names_.find(slug.text);
    if (known != names_.end()) return known->second;
    auto row = find_.use(db_, slug.text);
    AGENTA_TRY(bool const found, row.next());
    std::string service = slug.text;
    if (found && !equal_ignoring_case(row.text(0), slug.text)) service += " " + row.text(0);
    names_.emplace(slug.text, service);
    return service;
  }

 private:
  Locked& db_;
  Statement& find_;
  std::map<std::string, std::string> names_{};
};

/// What the index has of a tool.
struct Indexed {
  std::string action{};
  std::string service{};
  std::string name{};
  std::string description{};
  std::string facets{};
  bool operator==(Indexed const&) const = default;
};

}  // namespace

Result<std::set<std::int64_t>> read_ids(Use row) {
  std::set<std::int64_t> ids;
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return ids;
    ids.insert(row.integer(0));
  }
}

/// The index has to be told what a row was before it changes; most often nothing that it has changes.
Result<std::int64_t> CatalogStore::put_tool(Locked& db, Tool const& tool, std::string const& service,
                                            WallTime now) {
  Indexed const fresh{action_of(tool, service), service, tool.name, tool.description, facets_of(tool)};
  std::optional<std::int64_t> id;
  Indexed old;
  {
    auto row = writes_->indexed.use(db, tool.slug.text);
    AGENTA_TRY(bool const found, row.next());
    if (found) {
      id = row.integer(0);
      old = {row.text(1), row.text(2), row.text(3), row.text(4), row.text(5)};
    }
  }
  std::string const tags = write_words(tool.tags);
  int const deprecated = is_deprecated(tool) ? 1 : 0;
  auto const at = milliseconds_of(now);
  if (id && old == fresh) {
    AGENTA_CHECK(writes_->touch_tool.use(db, *id, tags, tool.version, deprecated, at).run());
    return *id;
  }
  if (id) {
    AGENTA_CHECK(writes_->unindex_tool.use(db, *id).run());
    AGENTA_CHECK(writes_->change_tool
                     .use(db, *id, tool.slug.text, tool.integration.text, fresh.action, fresh.service,
                          fresh.name, fresh.description, fresh.facets, tags, tool.version, deprecated, at)
                     .run());
  } else {
    AGENTA_CHECK(writes_->add_tool
                     .use(db, tool.slug.text, tool.integration.text, fresh.action, fresh.service, fresh.name,
                          fresh.description, fresh.facets, tags, tool.version, deprecated, at)
                     .run());
    auto row = writes_->id_of.use(db, tool.slug.text);
    AGENTA_CHECK(row.next());
    id = row.integer(0);
  }
  AGENTA_CHECK(writes_->index_tool.use(db, *id).run());
  return *id;
}

Result<void> CatalogStore::drop_tool(Locked& db, std::int64_t id) {
  AGENTA_CHECK(writes_->unindex_tool.use(db, id).run());
  AGENTA_CHECK(writes_->drop_tool.use(db, id).run());
  return {};
}

Result<void> CatalogStore::put_tools(std::vector<Tool> const& tools,
                                     std::vector<IntegrationSlug> const& whole, WallTime now) {
  Locked db{*writer_};
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(Durability::normal));
  Services services{db, writes_->find_name};
  std::set<std::int64_t> put;
  for (Tool const& tool : tools) {
    AGENTA_TRY(std::string const service, services.of(tool.integration));
    AGENTA_TRY(std::int64_t const id, put_tool(db, tool, service, now));
    AGENTA_CHECK(writes_->put_body.use(db, id, protocol::encode_tool(tool)).run());
    put.insert(id);
  }
  for (IntegrationSlug const& slug : whole) {
    AGENTA_TRY(auto const kept, read_ids(writes_->ids_of.use(db, slug.text)));
    for (std::int64_t const id : kept) {
      if (!put.contains(id)) AGENTA_CHECK(drop_tool(db, id));
    }
    AGENTA_CHECK(writes_->put_list.use(db, slug.text, milliseconds_of(now)).run());
  }
  AGENTA_CHECK(transaction.commit());
  ++generation_;
  return {};
}

Result<std::optional<Kept<Tool>>> CatalogStore::find_tool(std::string_view slug) {
  std::optional<Kept<Tool>> kept;
  std::string text;
  {
    Locked db{*reader_};
    auto row = reads_->tool.use(db, slug);
    AGENTA_TRY(bool const found, row.next());
    if (!found) return kept;
    text = row.text(0);
    kept.emplace();
    kept->fetched_at = time_of(row.integer(1));
    kept->current = row.integer(2) != 0;
  }
  auto tool = protocol::decode_tool(text);
  if (tool && equal_ignoring_case(tool->slug.text, slug)) {
    kept->value = std::move(*tool);
    return kept;
  }
  forget_tool(slug);
  return std::optional<Kept<Tool>>{};
}

/// Takes out a tool that cannot be read, and has its integration's list fetched again.
void CatalogStore::forget_tool(std::string_view slug) {
  Locked db{*writer_};
  auto const forget = [&]() -> Result<void> {
    AGENTA_CHECK(db.write(Durability::normal, writes_->expire_list_of, slug));
    AGENTA_TRY(auto const ids, read_ids(writes_->id_of.use(db, slug)));
    for (std::int64_t const id : ids) AGENTA_CHECK(drop_tool(db, id));
    return {};
  };
  (void)forget();  // a cache that does not take even that will be found damaged
  ++generation_;
}

Result<Page<Tool>> CatalogStore::list_tools(ToolListFilter const& filter) {
  std::string const search = like_pattern(filter.search);
  int const read_only = filter.read_only ? 1 : 0;
  bool const of_one = !filter.integration.empty();
  std::string const of = of_one                ? filter.integration
                         : filter.integrations ? write_json_array(*filter.integrations)
                                               : "";
  Locked db{*reader_};
  Page<Tool> page;
  {
    Statement& list = of_one ? reads_->tools_of_one : reads_->tools_of_some;
    auto row = list.use(db, of, search, read_only, filter.limit, filter.offset);
    for (;;) {
      AGENTA_TRY(bool const found, row.next());
      if (!found) break;
      page.items.push_back(read_columns(row));
    }
  }
  Statement& count = of_one ? reads_->count_of_one : reads_->count_of_some;
  auto row = count.use(db, of, search, read_only);
  AGENTA_CHECK(row.next());
  page.total = row.integer(0);
  auto const past = filter.offset + static_cast<std::int64_t>(page.items.size());
  if (past < page.total && !page.items.empty()) page.next_cursor = std::to_string(past);
  return page;
}

Result<std::vector<Tool>> CatalogStore::tools_by_id(std::vector<std::int64_t> const& ids) {
  Locked db{*reader_};
  std::vector<Tool> tools;
  for (std::int64_t const id : ids) {
    auto row = reads_->tool_by_id.use(db, id);
    AGENTA_TRY(bool const found, row.next());
    tools.push_back(found ? read_columns(row) : Tool{});
  }
  return tools;
}

Result<std::optional<Kept<std::int64_t>>> CatalogStore::find_tool_list(std::string_view integration) {
  Locked db{*reader_};
  auto row = reads_->tool_list.use(db, integration);
  AGENTA_TRY(bool const found, row.next());
  std::optional<Kept<std::int64_t>> kept;
  if (!found) return kept;
  kept.emplace();
  kept->fetched_at = time_of(row.integer(0));
  kept->current = row.integer(1) != 0;
  kept->value = row.integer(2);
  return kept;
}

Result<std::vector<std::string>> CatalogStore::list_tool_slugs() { return read_texts(reads_->tool_slugs); }

Result<std::vector<std::string>> CatalogStore::tool_slugs_from(std::string_view prefix, std::int64_t limit) {
  Locked db{*reader_};
  std::vector<std::string> slugs;
  auto row = reads_->tool_slugs_from.use(db, prefix, limit);
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return slugs;
    slugs.push_back(row.text(0));
  }
}

Result<void> CatalogStore::put_old_version(Tool const& tool, std::string_view version, WallTime now) {
  Locked db{*writer_};
  AGENTA_CHECK(db.write(Durability::normal, writes_->put_old_version, tool.slug.text, version,
                        milliseconds_of(now), protocol::encode_tool(tool)));
  return {};
}

Result<std::optional<Tool>> CatalogStore::find_old_version(std::string_view slug, std::string_view version) {
  std::string text;
  {
    Locked db{*reader_};
    auto row = reads_->old_version.use(db, slug, version);
    AGENTA_TRY(bool const found, row.next());
    if (!found) return std::optional<Tool>{};
    text = row.text(0);
  }
  auto tool = protocol::decode_tool(text);
  if (tool) return std::optional<Tool>{std::move(*tool)};
  drop_row("DELETE FROM old_versions WHERE slug = ?1", slug);
  return std::optional<Tool>{};
}

}  // namespace agenta::daemon::store
