#include "shared/domain/connection.hpp"

#include <algorithm>
#include <array>

#include "shared/base/text.hpp"
#include "shared/domain/connection_report.hpp"

namespace agenta {

std::optional<ConnectionStatus> parse_connection_status(std::string_view name) {
  constexpr std::array kAll{ConnectionStatus::pending, ConnectionStatus::active, ConnectionStatus::expired,
                            ConnectionStatus::failed, ConnectionStatus::inactive};
  for (ConnectionStatus const status : kAll) {
    if (equal_ignoring_case(name_of(status), name)) return status;
  }
  return std::nullopt;
}

namespace {

template <class Enum, std::size_t N>
std::optional<Enum> find_named(std::array<Enum, N> const& all, std::string_view name) {
  auto const found = std::ranges::find_if(all, [&](Enum each) { return name_of(each) == name; });
  return found == all.end() ? std::nullopt : std::optional{*found};
}

}  // namespace

std::optional<ConnectionChange> parse_connection_change(std::string_view name) {
  using enum ConnectionChange;
  return find_named(
      std::array{begun, connected, failed, expired, disabled, renamed, made_default, adopted, disconnected},
      name);
}

std::optional<Health> parse_health(std::string_view name) {
  return find_named(std::array{Health::alive, Health::dead, Health::unknown}, name);
}

std::optional<SyncChange> parse_sync_change(std::string_view name) {
  using enum SyncChange;
  return find_named(std::array{adopted, updated, reclaimed, vanished}, name);
}

bool is_valid_slug(std::string_view slug) {
  constexpr std::size_t kLongest = 64;
  if (slug.empty() || slug.size() > kLongest || is_uuid(slug)) return false;
  auto const plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return plain(slug.front()) &&
         std::ranges::all_of(slug, [&](char c) { return plain(c) || c == '-' || c == '_'; });
}

}  // namespace agenta
