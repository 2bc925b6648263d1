#include "daemon/core/catalog_shelf.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

#include "daemon/core/lexicon.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

constexpr std::size_t kMostOpen = 4;
/// A catalogue takes some 60 MB: those of keys that were given up go.
constexpr std::size_t kMostFiles = 4;
constexpr std::chrono::hours kKeptUnused{30 * 24};

void remove_database(std::filesystem::path const& path) {
  std::error_code ignored;
  for (char const* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(path.string() + suffix, ignored);
  }
}

void mark_used(std::filesystem::path const& path) {
  std::error_code ignored;
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now(), ignored);
}

}  // namespace

Result<std::shared_ptr<CatalogAccount>> CatalogShelf::open(ProviderAccess const& access) {
  std::string const key = access.endpoint() + "\n" + access.key_scope;
  return shelf_.with([&](Shelf& shelf) -> Result<std::shared_ptr<CatalogAccount>> {
    auto const known = shelf.accounts.find(key);
    if (known != shelf.accounts.end()) {
      known->second.used = ++shelf.uses;
      if (!known->second.account->store->is_damaged()) return known->second.account;
      shelf.accounts.erase(known);
      remove_database(path_of(key));
    }
    AGENTA_TRY(auto account, open_file(key, shelf));
    if (shelf.accounts.size() >= kMostOpen) {
      auto const least =
          std::ranges::min_element(shelf.accounts, {}, [](auto const& entry) { return entry.second.used; });
      mark_used(path_of(least->first));  // until now; open files are not looked at
      shelf.accounts.erase(least);
    }
    shelf.accounts[key] = Entry{account, ++shelf.uses};
    return account;
  });
}

Result<std::shared_ptr<CatalogAccount>> CatalogShelf::open_file(std::string const& key, Shelf const& shelf) {
  auto const directory = open_private_dir(options_.directory);
  if (!directory) return fail(error_from(directory.error(), ErrorCode::storage_unavailable));
  auto const path = path_of(key);
  prune(path, shelf);
  auto account = std::make_shared<CatalogAccount>();
  account->key = key;
  AGENTA_TRY(account->store, store::CatalogStore::open(path));
  mark_used(path);
  return account;
}

std::filesystem::path CatalogShelf::path_of(std::string const& key) const {
  return options_.directory / (options_.digest(key).substr(0, 16) + ".db");
}

/// Takes away the files of accounts that nobody uses any more: the oldest beyond a few, and the old ones.
void CatalogShelf::prune(std::filesystem::path const& but, Shelf const& shelf) const {
  struct File {
    std::filesystem::path path{};
    std::filesystem::file_time_type used{};
  };
  std::vector<File> files;
  std::error_code failed;
  for (auto const& entry : std::filesystem::directory_iterator{options_.directory, failed}) {
    bool const is_open = std::ranges::any_of(
        shelf.accounts, [&](auto const& each) { return path_of(each.first) == entry.path(); });
    if (entry.path().extension() != ".db" || entry.path() == but || is_open) continue;
    std::error_code gone;
    auto const used = entry.last_write_time(gone);
    if (!gone) files.push_back({.path = entry.path(), .used = used});
  }
  std::ranges::sort(files, std::ranges::greater{}, &File::used);
  auto const now = std::filesystem::file_time_type::clock::now();
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (i + 1 >= kMostFiles || now - files[i].used > kKeptUnused) remove_database(files[i].path);
  }
}

void CatalogShelf::release_memory() {
  shelf_.with([](Shelf& shelf) {
    for (auto& [key, entry] : shelf.accounts) entry.account->store->release_memory();
  });
}

}  // namespace agenta::daemon
