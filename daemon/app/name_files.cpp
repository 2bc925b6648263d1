#include "daemon/app/name_files.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::daemon {
namespace {

/// A name with a line end or a control character in it would be two, or none.
bool is_printable(std::string const& name) {
  return !name.empty() && std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

Result<void> write_lines(std::filesystem::path const& path, std::vector<std::string> names) {
  std::erase_if(names, [](std::string const& name) { return !is_printable(name); });
  std::ranges::sort(names);
  std::string text = join(names, "\n");
  if (!text.empty()) text += "\n";
  auto const written = write_private_file(path, text);
  if (!written) return fail(error_from(written.error(), ErrorCode::storage_unavailable));
  return {};
}

}  // namespace

Result<void> write_name_files(store::CatalogStore& catalog, std::filesystem::path const& directory) {
  auto const made = open_private_dir(directory);
  if (!made) return fail(error_from(made.error(), ErrorCode::storage_unavailable));
  AGENTA_TRY(auto integrations, catalog.list_integration_slugs());
  AGENTA_TRY(auto tools, catalog.list_tool_slugs());
  AGENTA_TRY(auto const categories, catalog.categories_json());
  std::vector<std::string> category_slugs;
  for (Category& category : protocol::decode_category_array(categories))
    category_slugs.push_back(std::move(category.slug));
  AGENTA_CHECK(write_lines(directory / "integrations", std::move(integrations)));
  AGENTA_CHECK(write_lines(directory / "tools", std::move(tools)));
  return write_lines(directory / "categories", std::move(category_slugs));
}

}  // namespace agenta::daemon
