#include "daemon/net/http_message.hpp"

#include <algorithm>

#include "shared/base/text.hpp"

namespace agenta::daemon {

std::optional<std::string_view> find_header(HttpHeaders const& headers, std::string_view name) {
  auto const found = std::ranges::find_if(
      headers, [&](auto const& header) { return equal_ignoring_case(header.first, name); });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

std::string_view HttpRequest::path() const { return std::string_view{target}.substr(0, target.find('?')); }

std::string_view HttpRequest::query() const {
  std::size_t const at = target.find('?');
  return at == std::string::npos ? std::string_view{} : std::string_view{target}.substr(at + 1);
}

}  // namespace agenta::daemon
