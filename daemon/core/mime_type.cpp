#include "daemon/core/mime_type.hpp"

#include <magic.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

using Entry = std::pair<std::string_view, std::string_view>;

// What libmagic cannot tell from plain text or from any other archive.
constexpr std::array kByExtension{
    Entry{"7z", "application/x-7z-compressed"},
    Entry{"css", "text/css"},
    Entry{"csv", "text/csv"},
    Entry{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    Entry{"eml", "message/rfc822"},
    Entry{"epub", "application/epub+zip"},
    Entry{"gz", "application/gzip"},
    Entry{"htm", "text/html"},
    Entry{"html", "text/html"},
    Entry{"ics", "text/calendar"},
    Entry{"jar", "application/java-archive"},
    Entry{"jpeg", "image/jpeg"},
    Entry{"jpg", "image/jpeg"},
    Entry{"js", "text/javascript"},
    Entry{"json", "application/json"},
    Entry{"jsonl", "application/x-ndjson"},
    Entry{"md", "text/markdown"},
    Entry{"mp3", "audio/mpeg"},
    Entry{"mp4", "video/mp4"},
    Entry{"ndjson", "application/x-ndjson"},
    Entry{"odp", "application/vnd.oasis.opendocument.presentation"},
    Entry{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    Entry{"odt", "application/vnd.oasis.opendocument.text"},
    Entry{"parquet", "application/vnd.apache.parquet"},
    Entry{"pdf", "application/pdf"},
    Entry{"png", "image/png"},
    Entry{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    Entry{"rtf", "application/rtf"},
    Entry{"svg", "image/svg+xml"},
    Entry{"toml", "application/toml"},
    Entry{"tsv", "text/tab-separated-values"},
    Entry{"txt", "text/plain"},
    Entry{"vcf", "text/vcard"},
    Entry{"webp", "image/webp"},
    Entry{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    Entry{"xml", "application/xml"},
    Entry{"yaml", "application/yaml"},
    Entry{"yml", "application/yaml"},
    Entry{"zip", "application/zip"},
};
static_assert(std::ranges::is_sorted(kByExtension, {}, &Entry::first));

constexpr std::string_view kUnknown = "application/octet-stream";

std::string ask_magic(std::string_view bytes) {
  std::unique_ptr<magic_set, decltype(&::magic_close)> const magic{
      ::magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS), &::magic_close};
  if (!magic || ::magic_load(magic.get(), nullptr) != 0) return {};
  char const* const type = ::magic_buffer(magic.get(), bytes.data(), bytes.size());
  return type == nullptr ? std::string{} : std::string{type};
}

/// Whether the bytes say too little to overrule a name.
bool is_vague(std::string_view type) {
  return type.empty() || type == kUnknown || type == "text/plain" || type == "application/zip" ||
         type.starts_with("inode/") || type.find('/') == std::string_view::npos;
}

}  // namespace

std::string_view mime_type_of_name(std::string_view name) {
  auto const dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string const extension = to_lower(name.substr(dot + 1));
  auto const found = std::ranges::lower_bound(kByExtension, std::string_view{extension}, {}, &Entry::first);
  return found != kByExtension.end() && found->first == extension ? found->second : std::string_view{};
}

std::string sniff_mime_type(int file, std::int64_t size, std::string_view name) {
  constexpr std::int64_t kEnough = 64 * 1024;
  std::string head(static_cast<std::size_t>(std::min(size, kEnough)), '\0');
  auto const got = ::pread(file, head.data(), head.size(), 0);
  head.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  std::string type = head.empty() ? std::string{} : ask_magic(head);
  if (!is_vague(type)) return type;
  if (auto const by_name = mime_type_of_name(name); !by_name.empty()) return std::string{by_name};
  return type.empty() || type.find('/') == std::string::npos ? std::string{kUnknown} : type;
}

}  // namespace agenta::daemon
