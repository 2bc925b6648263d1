#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/tool_provider.hpp"
#include "daemon/store/catalog_store.hpp"
#include "shared/base/synchronized.hpp"

namespace agenta::daemon {

class Lexicon;

/// What is kept of the provider's catalogue for one account: an endpoint and the key scope that it is seen
/// with. Any thread.
struct CatalogAccount {
  std::string key{};
  std::unique_ptr<store::CatalogStore> store{};

  /// How fetching went lately.
  struct Health {
    std::optional<Error> failure{};  ///< of the last request, where it failed
    WallTime failed_at{};
    std::optional<SteadyTime> refresh_asked_at{};  ///< so that a crowd of readers asks once
  };
  Synchronized<Health> health{};
  /// Made anew when the store's generation has gone on.
  Synchronized<std::shared_ptr<Lexicon const>> lexicon{};
  /// Which of a person's own tools the store has, as of which of its generations.
  struct Brought {
    std::uint64_t generation = 0;
    std::string version{};
    bool operator==(Brought const&) const = default;
  };
  Synchronized<Brought> brought{};
};

/// The caches of all accounts, each in a file of its own below one directory; the few last used are open.
/// Any thread.
class CatalogShelf {
 public:
  struct Options {
    std::filesystem::path directory{};
    /// Names an account's file without telling the key.
    std::function<std::string(std::string_view)> digest{};
  };
  explicit CatalogShelf(Options options) : options_(std::move(options)) {}

  /// The account's cache, opened or made; a damaged one is replaced. `STORAGE_UNAVAILABLE` or `BLOCKED` where
  /// there can be none.
  Result<std::shared_ptr<CatalogAccount>> open(ProviderAccess const& access);
  /// Gives memory of the open ones back to the system.
  void release_memory();

 private:
  Options const options_;
  struct Entry {
    std::shared_ptr<CatalogAccount> account{};
    std::uint64_t used = 0;
  };
  struct Shelf {
    std::map<std::string, Entry> accounts{};
    std::uint64_t uses = 0;
  };
  Result<std::shared_ptr<CatalogAccount>> open_file(std::string const& key, Shelf const& shelf);
  void prune(std::filesystem::path const& but, Shelf const& shelf) const;
  std::filesystem::path path_of(std::string const& key) const;

  Synchronized<Shelf> shelf_{};
};

}  // namespace agenta::daemon
