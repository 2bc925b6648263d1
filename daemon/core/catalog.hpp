#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/catalog_fetch.hpp"
#include "daemon/core/catalog_shelf.hpp"
#include "daemon/core/single_flight.hpp"
#include "daemon/core/tool_provider.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/domain/catalog.hpp"
#include "shared/domain/page.hpp"
#include "shared/protocol/api.hpp"
#include "shared/schema/validate.hpp"

namespace agenta::daemon {

class CustomTools;

/// A tool with its input schema read once. `schema` is empty where it cannot be read: the service judges
/// then.
struct CatalogTool {
  Tool tool{};
  std::optional<schema::Schema> schema{};
};

/// Why an answer is older than it should be.
struct Staleness {
  enum class Why { refreshing, offline, unreachable };
  WallTime fetched_at{};
  Why why = Why::refreshing;
  bool operator==(Staleness const&) const = default;
};
std::string_view name_of(Staleness::Why why);

/// An answer from the catalogue; `stale` where it is older than the time to live.
template <class T>
struct Known {
  T value{};
  std::optional<Staleness> stale{};
};

using protocol::Network;

/// The provider's catalogue: integrations and tools, kept on disk for each account. What is there and in date
/// is answered without a request; what is there and out of date is answered at once, and fetched again behind
/// the answer; only what was never there is waited for, and two threads that want the same thing make one
/// request. With `Network::no` nothing is fetched: what is not there is `PROVIDER_UNAVAILABLE`. Any thread.
class Catalog {
 public:
  struct Options {
    std::chrono::milliseconds time_to_live = std::chrono::hours{1};
    /// Runs a job soon, on some thread: what is fetched behind an answer. Jobs must not be run in the call.
    std::function<void(std::function<void(std::stop_token)> job)> behind{};
    /// Brings the account's whole catalogue up to date, behind: only what changed is fetched.
    std::function<void(ProviderAccess const& access)> refresh{};
    /// The names of integrations or tools may have changed.
    std::function<void(std::shared_ptr<CatalogAccount> const& account)> names_changed{};
    CustomTools* custom = nullptr;  ///< outlives the catalogue; null: there are only the provider's
  };
  Catalog(ToolProvider& provider, Clock const& clock, CatalogShelf& shelf, Options options);

  /// With a person's own tools in it, as they are now.
  Result<std::shared_ptr<CatalogAccount>> account(ProviderAccess const& access);

  /// Makes sure that the list of integrations is there.
  Result<std::optional<Staleness>> ensure_list(CatalogAccount& account, ProviderCall const& call,
                                               Network network);
  Result<Known<Page<store::KeptItem>>> list_integrations(ProviderCall const& call,
                                                         store::IntegrationListFilter const& filter,
                                                         Network network);
  /// `INTEGRATION_NOT_FOUND` with the nearest right spelling that is known.
  Result<Known<std::shared_ptr<IntegrationDetail const>>> integration(ProviderCall const& call,
                                                                      IntegrationSlug const& slug,
                                                                      Network network = Network::yes);
  /// Tools without their schemas: of one integration, or of all that are known.
  Result<Known<Page<Tool>>> list_tools(ProviderCall const& call, store::ToolListFilter const& filter,
                                       Network network);
  /// `version` empty: the latest. `TOOL_NOT_FOUND` with the nearest right spelling that is known. A name that
  /// was shortened for a format that takes no longer ones is the tool's too.
  Result<Known<std::shared_ptr<CatalogTool const>>> tool(ProviderCall const& call, ToolSlug const& slug,
                                                         std::string const& version,
                                                         Network network = Network::yes);

  /// Makes sure that an integration's tools are there. `INTEGRATION_NOT_FOUND`.
  Result<std::optional<Staleness>> ensure_tools(CatalogAccount& account, ProviderCall const& call,
                                                IntegrationSlug const& slug, Network network);
  /// Fetches, whatever is there: these integrations with their details and tools, or the list where none is
  /// named.
  Result<void> refresh(ProviderCall const& call, std::vector<IntegrationSlug> const& slugs);

  /// Asks for the whole to be brought up to date, behind; a crowd that asks is heard once.
  void want_refresh(CatalogAccount& account, ProviderAccess const& access);

  /// Of the file with a person's own tools, as it is now; empty: there are none.
  std::string custom_version();
  CatalogFetch& fetch() { return fetch_; }
  Clock const& clock() const { return clock_; }

 private:
  /// A tool as it was last read from a store.
  struct Parsed {
    std::shared_ptr<CatalogTool const> tool{};
    std::uint64_t generation = 0;  ///< of the store then
    WallTime fetched_at{};
    bool current = false;
    std::uint64_t used = 0;
  };
  struct ParsedTools {
    std::map<std::string, Parsed> entries{};
    std::uint64_t uses = 0;
  };
  void bring_custom(std::shared_ptr<CatalogAccount> const& account);
  bool is_own(IntegrationSlug const& slug) const;
  void tell_names(CatalogAccount& account, ProviderCall const& call);
  using DetailAnswer = Known<std::shared_ptr<IntegrationDetail const>>;
  using ToolAnswer = Known<std::shared_ptr<CatalogTool const>>;

  bool is_in_date(std::optional<WallTime> fetched_at) const;
  Result<bool> is_in_date(CatalogAccount& account, WallTime fetched_at, bool current) const;
  Staleness stale_since(CatalogAccount& account, WallTime fetched_at, Network network) const;
  void fetch_behind(CatalogAccount& account, ProviderCall const& call, std::string name,
                    std::function<void(CatalogAccount&, ProviderCall const&)> fetch);
  static Result<ToolSlug> whole_slug(CatalogAccount& account, ToolSlug const& name);
  Result<ToolAnswer> newest_tool(CatalogAccount& account, ProviderCall const& call, ToolSlug const& slug,
                                 Network network);
  Result<std::optional<ToolAnswer>> find_tool(CatalogAccount& account, ToolSlug const& slug, Network network);
  Result<ToolAnswer> old_tool(CatalogAccount& account, ProviderCall const& call, ToolSlug const& slug,
                              std::string const& version, Network network);
  std::optional<Parsed> find_parsed(CatalogAccount& account, std::string const& key);
  Parsed parse(CatalogAccount& account, std::string const& key, Tool tool, WallTime fetched_at, bool current,
               std::uint64_t generation);
  Error with_suggestion(Error error, CatalogAccount& account, ProviderCall const& call,
                        std::string const& wanted, Network network);
  static unexpected<Error> not_here(std::string const& what);
  unexpected<Error> not_known(CatalogAccount& account, ProviderCall const& call, ErrorCode code,
                              std::string const& wanted, std::string const& what);
  Result<std::optional<DetailAnswer>> listed_detail(CatalogAccount& account, IntegrationSlug const& slug,
                                                    Network network);

  ToolProvider& provider_;
  Clock const& clock_;
  CatalogShelf& shelf_;
  Options const options_;
  CatalogFetch fetch_;
  SingleFlight flights_;
  Synchronized<std::map<std::string, bool>> behind_{};  ///< what is being fetched behind answers
  Synchronized<ParsedTools> parsed_{};
};

}  // namespace agenta::daemon
