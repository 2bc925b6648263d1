#include "shared/base/version.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/text.hpp"

namespace agenta {
namespace {

struct Version {
  std::array<std::uint64_t, 3> core{};
  std::vector<std::string> prerelease{};
};

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;  // 1.02 and 1.2 must not be equal
  return value;
}

std::optional<Version> parse(std::string_view text) {
  Version version;
  std::size_t const dash = text.find('-');
  if (dash != std::string_view::npos) version.prerelease = split(text.substr(dash + 1), '.');
  auto const numbers = split(text.substr(0, dash), '.');
  if (numbers.size() != version.core.size()) return std::nullopt;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    auto const number = parse_number(numbers[i]);
    if (!number) return std::nullopt;
    version.core[i] = *number;
  }
  return version;
}

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

int compare_identifiers(std::string const& a, std::string const& b) {
  auto const x = parse_number(a);
  auto const y = parse_number(b);
  if (x && y) return sign(*x <=> *y);
  if (x.has_value() != y.has_value()) return x ? -1 : 1;  // numbers come before words
  return sign(a <=> b);
}

}  // namespace

int compare_versions(std::string_view a, std::string_view b) {
  auto const x = parse(a);
  auto const y = parse(b);
  if (!x || !y) return x ? 1 : y ? -1 : sign(a <=> b);
  if (x->core != y->core) return sign(x->core <=> y->core);
  if (x->prerelease.empty() != y->prerelease.empty()) return x->prerelease.empty() ? 1 : -1;
  for (std::size_t i = 0; i < std::min(x->prerelease.size(), y->prerelease.size()); ++i) {
    if (int const order = compare_identifiers(x->prerelease[i], y->prerelease[i])) return order;
  }
  return sign(x->prerelease.size() <=> y->prerelease.size());
}

}  // namespace agenta
