#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/sandbox/catalog.hpp"
#include "shared/domain/error.hpp"

namespace agenta::daemon::sandbox {

/// What a catalogue is made of before it is indexed.
struct CatalogSource {
  std::vector<Toolkit> toolkits{};
  std::vector<Category> categories{};
  std::vector<char> tools{};  ///< one tool a line, as JSON
};

/// Expands the built-in files: what every tool of a toolkit shares is written there once.
Result<CatalogSource> read_embedded_catalogue();
Result<CatalogSource> load_published_catalogue(std::filesystem::path const& directory);

/// Writes `list_json`, `detail_json` and the haystack from the rest and from `meta` (an item's `meta`
/// object).
void render_toolkit(Toolkit& toolkit, nlohmann::ordered_json const& meta);

}  // namespace agenta::daemon::sandbox
