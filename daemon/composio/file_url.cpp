#include "daemon/composio/file_url.hpp"

#include <algorithm>

#include "daemon/composio/endpoint.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon {

std::string FileUrl::name() const {
  std::string_view path = std::string_view{target}.substr(0, target.find('?'));
  path.remove_prefix(path.rfind('/') + 1);
  return percent_decode(path).value_or("");
}

std::optional<FileUrl> parse_file_url(std::string_view text) {
  text = text.substr(0, text.find('#'));
  auto const strange = [](char c) { return c <= ' ' || c > '~' || c == '\\' || c == '"' || c == '<'; };
  if (std::ranges::any_of(text, strange)) return std::nullopt;
  auto const colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  auto const path = text.find_first_of("/?", colon + 3);
  auto const endpoint = parse_endpoint(text.substr(0, path), PlainHttp::anywhere);
  if (!endpoint) return std::nullopt;
  auto url = FileUrl{};
  url.origin = endpoint->origin();
  url.tls = endpoint->tls;
  url.target = path == std::string_view::npos ? "/" : std::string{text.substr(path)};
  if (url.target.starts_with('?')) url.target.insert(0, "/");
  return url;
}

std::optional<FileUrl> follow_redirect(FileUrl const& from, std::string_view location) {
  location = trim(location);
  auto text = std::string{location};
  if (location.starts_with("//")) {
    text = (from.tls ? "https:" : "http:") + text;
  } else if (location.starts_with('/')) {
    text = from.origin + text;
  } else if (location.find("://") == std::string_view::npos) {
    auto const path = from.target.substr(0, from.target.find('?'));
    text = from.origin + path.substr(0, path.rfind('/') + 1) + text;
  }
  auto const url = parse_file_url(text);
  if (!url || (from.tls && !url->tls)) return std::nullopt;
  return url;
}

}  // namespace agenta::daemon
