#pragma once

#include <filesystem>

#include "daemon/store/catalog_store.hpp"

namespace agenta::daemon {

/// Writes the names of everything known, for shells to complete from while no daemon runs: in `directory`
/// (made 0700) the files `integrations`, `tools` and `categories`, one name a line, sorted bytewise, each
/// replaced in one step. Blocks; any thread, one at a time for a directory.
Result<void> write_name_files(store::CatalogStore& catalog, std::filesystem::path const& directory);

}  // namespace agenta::daemon
