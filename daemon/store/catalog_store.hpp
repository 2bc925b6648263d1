#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/database.hpp"
#include "daemon/store/tool_index.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/domain/integration.hpp"
#include "shared/domain/page.hpp"
#include "shared/domain/tool.hpp"

namespace agenta::daemon::store {

class Locked;
class Statement;

/// What is kept, and what is known of its age.
template <class T>
struct Kept {
  T value{};
  WallTime fetched_at{};
  bool current = false;  ///< the list of integrations, as it was last fetched, says that this has not changed
};

struct IntegrationListFilter {
  std::string search{};    ///< in slug, name or description, ignoring case
  std::string category{};  ///< its slug
  std::string scheme{};
  std::vector<std::string> only{};     ///< slugs; used where `only_listed`
  std::vector<std::string> without{};  ///< slugs
  bool only_listed = false;
  std::int64_t offset = 0;
  std::int64_t limit = 100;
};

/// An integration as a list shows it, already written: the members that the provider's catalogue fills.
struct KeptItem {
  std::string slug{};
  std::string item{};  ///< a JSON object, see `protocol::encode_integration_item`
};

struct ToolListFilter {
  std::string integration{};  ///< none: every integration's
  std::string search{};
  bool read_only = false;
  std::optional<std::vector<std::string>> integrations{};  ///< only of these
  std::int64_t offset = 0;
  std::int64_t limit = 100;
};

/// An integration whose tools are not here, or not as the list says they are by now.
struct UnfetchedIntegration {
  IntegrationSlug slug{};
  std::int64_t tools_count = 0;
  bool kept = false;  ///< an older list of its tools is here
};

struct CatalogCounts {
  std::int64_t integrations = 0;
  std::int64_t tools = 0;
  std::int64_t unfetched = 0;  ///< integrations whose tools are still to be fetched
  std::optional<WallTime> fetched_at{};
};

/// One account's copy of the provider's catalogue, in a file of its own: a cache, so a damaged file or one of
/// another version is replaced by an empty one, and a row that cannot be read is dropped and reads as not
/// there. Readers have a connection to themselves and never wait for a writer. Any thread.
class CatalogStore {
 public:
  /// Makes the file (0600) where there is none.
  static Result<std::unique_ptr<CatalogStore>> open(std::filesystem::path const& path);
  ~CatalogStore();
  CatalogStore(CatalogStore const&) = delete;
  CatalogStore& operator=(CatalogStore const&) = delete;

  /// The file turned out to be damaged: open it anew, which replaces it.
  bool is_damaged() const;
  /// Goes up whenever tools or integrations change: what is derived from them is made anew then. Of two
  /// stores that were opened in this process none has a number of the other's.
  std::uint64_t generation() const { return generation_; }
  /// Gives memory that only speeds up the next call back to the system.
  void release_memory();

  // The list of integrations, always whole.
  /// Replaces the list, in its order. What belongs to an integration that is gone goes with it.
  Result<void> put_integrations(std::vector<Integration> const& list, WallTime now);
  /// When the list was fetched; nothing where it never was.
  Result<std::optional<WallTime>> find_list_time();
  Result<Page<KeptItem>> list_integrations(IntegrationListFilter const& filter);
  Result<std::optional<Integration>> find_integration(std::string_view slug);
  /// One for each of `ids`, in their order; one without a slug where the row is gone or cannot be read.
  Result<std::vector<Integration>> integrations_by_id(std::vector<std::int64_t> const& ids);
  /// Every category of the list, written: `[{"slug","name"},…]`.
  Result<std::string> categories_json();
  Result<std::vector<std::string>> list_schemes();
  Result<std::vector<std::string>> list_integration_slugs();

  /// Puts one integration with all of its tools beside what the provider's list has, or in its place.
  Result<void> put_own(Integration const& integration, std::vector<Tool> const& tools, WallTime now);
  /// Takes it out, with its tools.
  Result<void> drop_own(IntegrationSlug const& slug);

  Result<void> put_detail(IntegrationDetail const& detail, WallTime now);
  Result<std::optional<Kept<IntegrationDetail>>> find_detail(std::string_view slug);

  // Tools, in their newest version.
  /// Adds or replaces. For each of `whole` the tools are all there are: others of that integration go.
  Result<void> put_tools(std::vector<Tool> const& tools, std::vector<IntegrationSlug> const& whole,
                         WallTime now);
  /// With their schemas.
  Result<std::optional<Kept<Tool>>> find_tool(std::string_view slug);
  /// Without their schemas, in the provider's order.
  Result<Page<Tool>> list_tools(ToolListFilter const& filter);
  /// Without their schemas: one for each of `ids`, in their order; one without a slug where the row is gone.
  Result<std::vector<Tool>> tools_by_id(std::vector<std::int64_t> const& ids);
  /// When an integration's tools were fetched; nothing where they are not all here.
  Result<std::optional<Kept<std::int64_t>>> find_tool_list(std::string_view integration);
  Result<std::vector<std::string>> list_tool_slugs();
  /// Slugs that begin so, ignoring case, at most `limit`, sorted.
  Result<std::vector<std::string>> tool_slugs_from(std::string_view prefix, std::int64_t limit);

  /// A tool in a version that is not the newest; never changes.
  Result<void> put_old_version(Tool const& tool, std::string_view version, WallTime now);
  Result<std::optional<Tool>> find_old_version(std::string_view slug, std::string_view version);

  // What there is, and what is missing.
  Result<std::vector<UnfetchedIntegration>> list_unfetched();
  Result<CatalogCounts> counts();
  /// Forgets that anything is up to date: the next run fetches all of it. What is there still serves.
  Result<void> expire_all();

  ToolIndex& index() { return *index_; }

 private:
  struct Reads;
  struct Writes;
  CatalogStore(std::unique_ptr<Database> writer, std::unique_ptr<Database> reader);

  Result<std::vector<std::string>> read_texts(Statement& statement);
  Result<void> add_integration(Locked& db, std::int64_t id, Integration const& integration);
  Result<void> drop_orphans(Locked& db);
  void drop_integration(std::string_view slug);
  void drop_row(std::string const& sql, std::string_view slug);
  Result<std::int64_t> put_tool(Locked& db, Tool const& tool, std::string const& service, WallTime now);
  void forget_tool(std::string_view slug);
  Result<void> drop_tool(Locked& db, std::int64_t id);

  std::unique_ptr<Database> writer_;
  std::unique_ptr<Database> reader_;
  std::unique_ptr<Reads> reads_;
  std::unique_ptr<Writes> writes_;
  std::unique_ptr<ToolIndex> index_;
  std::atomic<std::uint64_t> generation_;
  struct Counted {
    CatalogCounts counts{};
    std::uint64_t generation = 0;
  };
  Synchronized<Counted> counted_{};
};

/// What stands for an integration, for reading only, and for everything, among the `facets` of the indexes.
std::string facet_of(IntegrationSlug const& slug);
inline constexpr std::string_view kReadOnlyFacet = "ro0";
inline constexpr std::string_view kEveryFacet = "all0";

}  // namespace agenta::daemon::store
