#include <zlib.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/catalog_source.hpp"
#include "daemon/sandbox/credentials.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

/// The published tools are 50 MB unpacked; a file a few times that size is still served.
constexpr std::size_t kFileLimit = std::size_t{512} << 20;

Result<std::string> load_text(std::filesystem::path const& path) {
  auto text = read_file(path, kFileLimit);
  if (!text) return agenta::unexpected(error_from(text.error(), ErrorCode::invalid_request));
  return std::move(text).value();
}

unexpected<Error> malformed(std::filesystem::path const& path, std::string const& why) {
  return fail(ErrorCode::invalid_request, "the catalogue file " + path.string() + " cannot be read: " + why);
}

Result<std::vector<char>> unpack(std::string packed, std::filesystem::path const& path) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return malformed(path, "out of memory");
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::vector<char> text(packed.size() * 12);
  int state = Z_OK;
  while (state == Z_OK && stream.total_out < kFileLimit) {
    if (stream.total_out == text.size()) text.resize(text.size() * 2);
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + stream.total_out);
    stream.avail_out = static_cast<uInt>(text.size() - stream.total_out);
    state = inflate(&stream, Z_NO_FLUSH);
  }
  auto const size = static_cast<std::size_t>(stream.total_out);
  inflateEnd(&stream);
  if (state != Z_STREAM_END) return malformed(path, "it is no whole gzip file");
  text.resize(size);
  text.shrink_to_fit();
  return text;
}

Result<std::vector<char>> load_tools(std::filesystem::path const& directory) {
  auto const packed = directory / "tools.all.ndjson.gz";
  std::error_code missing;
  if (std::filesystem::exists(packed, missing)) {
    AGENTA_TRY(auto bytes, load_text(packed));
    return unpack(std::move(bytes), packed);
  }
  AGENTA_TRY(auto text, load_text(directory / "tools.all.ndjson"));
  return std::vector<char>{text.begin(), text.end()};
}

std::vector<std::string> texts_of(Json const& object, char const* name) {
  std::vector<std::string> texts;
  auto const found = object.find(name);
  if (found == object.end() || !found->is_array()) return texts;
  for (auto const& entry : *found) {
    if (entry.is_string()) texts.push_back(entry.get<std::string>());
  }
  return texts;
}

std::string text_of(Json const& object, char const* name) {
  auto const found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::vector<Category> categories_of(Json const& list) {
  std::vector<Category> categories;
  for (auto const& entry : list) {
    if (entry.is_object()) categories.push_back({text_of(entry, "id"), text_of(entry, "name")});
  }
  return categories;
}

Toolkit read_toolkit(Json const& item) {
  Toolkit toolkit;
  toolkit.slug = text_of(item, "slug");
  toolkit.name = text_of(item, "name");
  auto const managed = texts_of(item, "composio_managed_auth_schemes");
  for (auto& mode : texts_of(item, "auth_schemes")) {
    bool const is_managed = std::ranges::find(managed, mode) != managed.end();
    toolkit.schemes.push_back(standard_scheme(std::move(mode), is_managed, {}));
  }
  toolkit.no_auth = item.value("no_auth", Json{}) == Json(true);
  Json const meta = item.value("meta", Json::object());
  toolkit.logo = text_of(meta, "logo");
  toolkit.version = text_of(meta, "version");
  toolkit.versions = {"00000000_00"};
  if (!toolkit.version.empty() && toolkit.version != "00000000_00")
    toolkit.versions.push_back(toolkit.version);
  toolkit.categories = categories_of(meta.value("categories", Json::array()));
  render_toolkit(toolkit, meta);
  return toolkit;
}

}  // namespace

Result<CatalogSource> load_published_catalogue(std::filesystem::path const& directory) {
  CatalogSource source;
  auto const path = directory / "toolkits.json";
  AGENTA_TRY(auto text, load_text(path));
  Json const document = Json::parse(text, nullptr, false);
  Json const& items = document.is_object() && document.contains("items") ? document["items"] : document;
  if (!items.is_array()) return malformed(path, "it holds no list of toolkits");
  for (auto const& item : items) {
    if (item.is_object() && !text_of(item, "slug").empty()) source.toolkits.push_back(read_toolkit(item));
  }

  auto const categories = directory / "categories.json";
  AGENTA_TRY(auto category_text, load_text(categories));
  Json const category_document = Json::parse(category_text, nullptr, false);
  if (!category_document.is_object()) return malformed(categories, "it is no JSON object");
  source.categories = categories_of(category_document.value("items", Json::array()));

  AGENTA_TRY(source.tools, load_tools(directory));
  return source;
}

}  // namespace agenta::daemon::sandbox
