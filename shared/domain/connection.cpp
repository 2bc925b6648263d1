#include "shared/domain/connection.hpp"

#include <algorithm>
#include <array>

#include "shared/base/text.hpp"

namespace agenta {

std::optional<ConnectionStatus> parse_connection_status(std::string_view name) {
  constexpr std::array kAll{ConnectionStatus::pending, ConnectionStatus::active, ConnectionStatus::expired,
                            ConnectionStatus::failed, ConnectionStatus::inactive};
  for (ConnectionStatus const status : kAll) {
    if (equal_ignoring_case(name_of(status), name)) return status;
  }
  return std::nullopt;
}

bool is_valid_slug(std::string_view slug) {
  constexpr std::size_t kLongest = 64;
  if (slug.empty() || slug.size() > kLongest || is_uuid(slug)) return false;
  auto const plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return plain(slug.front()) &&
         std::ranges::all_of(slug, [&](char c) { return plain(c) || c == '-' || c == '_'; });
}

}  // namespace agenta
