#include "daemon/store/catalog_store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "daemon/store/catalog_schema.hpp"
#include "daemon/store/catalog_statements.hpp"
#include "daemon/store/row.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon::store {
namespace {

/// Both connections keep little: the system's own cache has the file, and the daemon should stay small.
constexpr char const* kSmallCache = "PRAGMA cache_size=-768";

/// What changes whenever an integration's tools or ways to connect do, as far as the list tells.
std::string stamp_of(Integration const& integration) {
  return integration.version + "|" + integration.updated_at + "|" + std::to_string(integration.tools_count);
}

std::string categories_of(std::vector<Integration> const& list) {
  std::map<std::string, Category> by_slug;
  for (Integration const& integration : list) {
    for (Category const& category : integration.categories) by_slug.emplace(category.slug, category);
  }
  std::vector<Category> categories;
  for (auto& [slug, category] : by_slug) categories.push_back(std::move(category));
  return protocol::encode_category_array(categories);
}

void remove_files(std::filesystem::path const& path) {
  std::error_code ignored;
  for (char const* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(path.string() + suffix, ignored);
  }
}

/// The cache is worth less than the trouble of mending it.
bool is_worth_replacing(Error const& error) {
  return error.code == ErrorCode::version_skew || error.code == ErrorCode::storage_unavailable ||
         error.code == ErrorCode::internal;
}

Result<std::unique_ptr<Database>> open_small(std::filesystem::path const& path) {
  AGENTA_TRY(auto database, Database::open(path, catalog_schema()));
  Locked db{*database};
  AGENTA_CHECK(db.exec(kSmallCache));
  return database;
}

/// Whether every table is there: a file that somebody took one out of is as good as none.
bool is_whole(Database& database) {
  constexpr std::int64_t kTables = 9;
  Locked db{database};
  Statement count{
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('meta', 'integrations', "
      "'details',"
      " 'tool_lists', 'tools', 'tool_bodies', 'old_versions', 'tool_index', 'integration_index')"};
  auto row = count.use(db);
  auto const found = row.next();
  return found && *found && row.integer(0) == kTables;
}

}  // namespace

std::string like_pattern(std::string_view text) {
  if (text.empty()) return {};
  std::string out = "%";
  for (char const c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out + "%";
}

std::string word_pattern(std::string_view word) {
  return word.empty() ? std::string{} : like_pattern("\n" + std::string{word} + "\n");
}

std::string write_words(std::vector<std::string> const& words) {
  return words.empty() ? std::string{} : "\n" + join(words, "\n") + "\n";
}

std::vector<std::string> read_words(std::string_view column) {
  auto words = split(column, '\n');
  std::erase(words, "");
  return words;
}

std::string write_json_array(std::vector<std::string> const& texts) {
  std::string out = "[";
  for (std::string const& text : texts) {
    if (out.size() > 1) out += ',';
    out += protocol::write_string(text);
  }
  return out + "]";
}

std::string facet_of(IntegrationSlug const& slug) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "i";
  for (char const c : to_lower(slug.text)) {
    if ((c >= 'a' && c <= 'y') || (c >= '0' && c <= '9')) {
      out += c;
    } else {
      auto const byte = static_cast<unsigned char>(c);
      out.append({'z', kHex[byte >> 4U], kHex[byte & 15U]});
    }
  }
  return out + "0";
}

Result<std::unique_ptr<CatalogStore>> CatalogStore::open(std::filesystem::path const& path) {
  auto writer = open_small(path);
  if (writer && !is_whole(**writer)) writer = fail(ErrorCode::internal, "the cache lacks a table");
  if (!writer && is_worth_replacing(writer.error())) {
    remove_files(path);
    writer = open_small(path);
  }
  if (!writer) return fail(std::move(writer).error());
  AGENTA_TRY(auto reader, open_small(path));
  AGENTA_TRY(auto index, ToolIndex::open(*reader));
  std::unique_ptr<CatalogStore> store{new CatalogStore{std::move(writer).value(), std::move(reader)}};
  store->index_ = std::move(index);
  return store;
}

namespace {

/// Far enough apart that no store counts up to where the next one began.
std::uint64_t first_generation() {
  static std::atomic<std::uint64_t> opened{0};
  return (++opened << 40) + 1;
}

}  // namespace

CatalogStore::CatalogStore(std::unique_ptr<Database> writer, std::unique_ptr<Database> reader)
    : writer_(std::move(writer)),
      reader_(std::move(reader)),
      reads_(std::make_unique<Reads>()),
      writes_(std::make_unique<Writes>()),
      generation_(first_generation()) {}

CatalogStore::~CatalogStore() {
  index_.reset();
  reads_.reset();
  writes_.reset();
}

bool CatalogStore::is_damaged() const { return writer_->is_damaged() || reader_->is_damaged(); }

void CatalogStore::release_memory() {
  for (Database* database : {writer_.get(), reader_.get()}) {
    Locked const db{*database};
    sqlite3_db_release_memory(db.connection());
  }
}

Result<void> CatalogStore::put_integrations(std::vector<Integration> const& list, WallTime now) {
  Locked db{*writer_};
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(Durability::normal));
  AGENTA_CHECK(writes_->unindex_integrations.use(db).run());
  AGENTA_CHECK(writes_->clear_integrations.use(db).run());
  std::int64_t id = 0;
  for (Integration const& each : list) AGENTA_CHECK(add_integration(db, ++id, each));
  AGENTA_CHECK(writes_->index_integrations.use(db).run());
  AGENTA_CHECK(drop_orphans(db));
  AGENTA_CHECK(writes_->put_meta.use(db, "categories", categories_of(list)).run());
  AGENTA_CHECK(writes_->put_meta.use(db, "list_fetched_at", std::to_string(milliseconds_of(now))).run());
  AGENTA_CHECK(transaction.commit());
  ++generation_;
  return {};
}

Result<void> CatalogStore::add_integration(Locked& db, std::int64_t id, Integration const& each) {
  std::vector<std::string> categories;
  for (Category const& category : each.categories) categories.push_back(category.slug);
  std::string const facets = std::string{kEveryFacet} + " " + facet_of(each.slug);
  AGENTA_CHECK(writes_->add_integration
                   .use(db, id, each.slug.text, each.name, each.description, write_words(categories),
                        write_words(each.auth_schemes), facets, each.tools_count, stamp_of(each),
                        protocol::encode_integration_item(each))
                   .run());
  return {};
}

/// What belongs to integrations that are gone.
Result<void> CatalogStore::drop_orphans(Locked& db) {
  AGENTA_TRY(auto const orphans, read_ids(writes_->orphan_tools.use(db)));
  for (std::int64_t const orphan : orphans) AGENTA_CHECK(drop_tool(db, orphan));
  for (Statement* statement : {&writes_->drop_orphan_lists, &writes_->drop_orphan_details}) {
    AGENTA_CHECK(statement->use(db).run());
  }
  return {};
}

Result<void> CatalogStore::put_own(Integration const& integration, std::vector<Tool> const& tools,
                                   WallTime now) {
  {
    Locked db{*writer_};
    Transaction transaction{db};
    AGENTA_CHECK(transaction.begin(Durability::normal));
    AGENTA_CHECK(writes_->unindex_integrations.use(db).run());
    AGENTA_CHECK(writes_->drop_integration.use(db, integration.slug.text).run());
    std::int64_t id = 0;
    {
      auto row = writes_->next_integration.use(db);
      AGENTA_CHECK(row.next());
      id = row.integer(0);
    }
    AGENTA_CHECK(add_integration(db, id, integration));
    AGENTA_CHECK(writes_->index_integrations.use(db).run());
    AGENTA_CHECK(transaction.commit());
  }
  return put_tools(tools, {integration.slug}, now);  // and counts the generation up
}

Result<void> CatalogStore::drop_own(IntegrationSlug const& slug) {
  Locked db{*writer_};
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(Durability::normal));
  AGENTA_CHECK(writes_->unindex_integrations.use(db).run());
  AGENTA_CHECK(writes_->drop_integration.use(db, slug.text).run());
  AGENTA_CHECK(writes_->index_integrations.use(db).run());
  AGENTA_CHECK(drop_orphans(db));
  AGENTA_CHECK(transaction.commit());
  ++generation_;
  return {};
}

Result<std::optional<WallTime>> CatalogStore::find_list_time() {
  Locked db{*reader_};
  auto row = reads_->list_time.use(db);
  AGENTA_TRY(bool const found, row.next());
  std::optional<WallTime> time;
  if (found && row.integer(0) > 0) time = time_of(row.integer(0));
  return time;
}

Result<Page<KeptItem>> CatalogStore::list_integrations(IntegrationListFilter const& filter) {
  std::string const search = like_pattern(filter.search);
  std::string const category = word_pattern(filter.category);
  std::string const scheme = word_pattern(filter.scheme);
  std::string const only = write_json_array(filter.only);
  std::string const without = write_json_array(filter.without);
  bool const matches_all =
      search.empty() && category.empty() && scheme.empty() && !filter.only_listed && filter.without.empty();

  Page<KeptItem> page;
  std::vector<std::string> broken;
  {
    Locked db{*reader_};
    auto row = reads_->list.use(db, search, category, scheme, filter.only_listed ? 1 : 0, only, without,
                                filter.limit, filter.offset);
    for (;;) {
      AGENTA_TRY(bool const found, row.next());
      if (!found) break;
      KeptItem item{.slug = row.text(0), .item = row.text(1)};
      bool const is_whole = item.item.starts_with('{') && protocol::is_json(item.item);
      if (is_whole) {
        page.items.push_back(std::move(item));
      } else {
        broken.push_back(std::move(item.slug));
      }
    }
    auto count = matches_all ? reads_->count_all.use(db)
                             : reads_->count.use(db, search, category, scheme, filter.only_listed ? 1 : 0,
                                                 only, without);
    AGENTA_CHECK(count.next());
    page.total = count.integer(0) - static_cast<std::int64_t>(broken.size());
  }
  auto const past = filter.offset + static_cast<std::int64_t>(page.items.size() + broken.size());
  if (past < page.total + static_cast<std::int64_t>(broken.size())) page.next_cursor = std::to_string(past);
  for (std::string const& slug : broken) drop_integration(slug);
  return page;
}

Result<std::optional<Integration>> CatalogStore::find_integration(std::string_view slug) {
  std::string text;
  {
    Locked db{*reader_};
    auto row = reads_->item.use(db, slug);
    AGENTA_TRY(bool const found, row.next());
    if (!found) return std::optional<Integration>{};
    text = row.text(0);
  }
  auto item = protocol::decode_integration_item(text);
  if (item) return std::optional<Integration>{std::move(*item)};
  drop_integration(slug);
  return std::optional<Integration>{};
}

Result<std::vector<Integration>> CatalogStore::integrations_by_id(std::vector<std::int64_t> const& ids) {
  Locked db{*reader_};
  std::vector<Integration> integrations;
  for (std::int64_t const id : ids) {
    auto row = reads_->item_by_id.use(db, id);
    AGENTA_TRY(bool const found, row.next());
    auto item = protocol::decode_integration_item(found ? row.text(0) : "");
    integrations.push_back(item ? std::move(*item) : Integration{});
  }
  return integrations;
}

Result<std::string> CatalogStore::categories_json() {
  Locked db{*reader_};
  auto row = reads_->categories.use(db);
  AGENTA_TRY(bool const found, row.next());
  std::string text = found ? row.text(0) : "[]";
  return protocol::is_json(text) && text.starts_with('[') ? text : "[]";
}

Result<std::vector<std::string>> CatalogStore::read_texts(Statement& statement) {
  Locked db{*reader_};
  std::vector<std::string> texts;
  auto row = statement.use(db);
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return texts;
    texts.push_back(row.text(0));
  }
}

Result<std::vector<std::string>> CatalogStore::list_schemes() {
  AGENTA_TRY(auto const columns, read_texts(reads_->schemes));
  std::set<std::string> schemes;
  for (std::string const& column : columns) {
    for (std::string& scheme : read_words(column)) schemes.insert(std::move(scheme));
  }
  return std::vector<std::string>{schemes.begin(), schemes.end()};
}

Result<std::vector<std::string>> CatalogStore::list_integration_slugs() { return read_texts(reads_->slugs); }

Result<void> CatalogStore::put_detail(IntegrationDetail const& detail, WallTime now) {
  Locked db{*writer_};
  AGENTA_CHECK(db.write(Durability::normal, writes_->put_detail, detail.integration.slug.text,
                        milliseconds_of(now), protocol::encode_integration(detail, {}, {})));
  return {};
}

Result<std::optional<Kept<IntegrationDetail>>> CatalogStore::find_detail(std::string_view slug) {
  std::optional<Kept<IntegrationDetail>> kept;
  std::string text;
  {
    Locked db{*reader_};
    auto row = reads_->detail.use(db, slug);
    AGENTA_TRY(bool const found, row.next());
    if (!found) return kept;
    text = row.text(0);
    kept.emplace();
    kept->fetched_at = time_of(row.integer(1));
    kept->current = row.integer(2) != 0;
  }
  auto detail = protocol::decode_integration(text);
  if (detail) {
    kept->value = std::move(*detail);
  } else {
    kept.reset();
    drop_row("DELETE FROM details WHERE slug = ?1", slug);
  }
  return kept;
}

Result<std::vector<UnfetchedIntegration>> CatalogStore::list_unfetched() {
  Locked db{*reader_};
  std::vector<UnfetchedIntegration> list;
  auto row = reads_->unfetched.use(db);
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return list;
    list.push_back({.slug = {row.text(0)}, .tools_count = row.integer(1), .kept = row.integer(2) != 0});
  }
}

/// Asked by every search, and counted only when something was written.
Result<CatalogCounts> CatalogStore::counts() {
  std::uint64_t const generation = generation_;
  auto known = counted_.with([](Counted const& counted) { return counted; });
  if (known.generation == generation) return known.counts;
  known.generation = generation;
  AGENTA_TRY(known.counts.fetched_at, find_list_time());
  {
    Locked db{*reader_};
    auto row = reads_->counts.use(db);
    AGENTA_CHECK(row.next());
    known.counts.integrations = row.integer(0);
    known.counts.tools = row.integer(1);
    known.counts.unfetched = row.integer(2);
  }
  counted_.with([&](Counted& counted) { counted = known; });
  return known.counts;
}

Result<void> CatalogStore::expire_all() {
  Locked db{*writer_};
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(Durability::normal));
  AGENTA_CHECK(db.exec("UPDATE tool_lists SET stamp = ''; UPDATE details SET stamp = ''"));
  AGENTA_CHECK(transaction.commit());
  ++generation_;
  return {};
}

/// And makes the list one that is to be fetched again: it alone has what is missing.
void CatalogStore::drop_integration(std::string_view slug) {
  drop_row("DELETE FROM integrations WHERE slug = ?1", slug);
  drop_row("UPDATE meta SET value = '1' WHERE key = 'list_fetched_at' AND ?1 <> ''", slug);
}

/// Takes out a row that cannot be read, so that it is fetched again; a cache that does not take even that
/// will be found damaged.
void CatalogStore::drop_row(std::string const& sql, std::string_view slug) {
  Locked db{*writer_};
  Statement statement{sql};
  (void)db.write(Durability::normal, statement, slug);
  ++generation_;
}

}  // namespace agenta::daemon::store
