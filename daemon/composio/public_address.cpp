#include "daemon/composio/public_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace agenta::daemon {
namespace {

using Bytes4 = std::array<std::uint8_t, 4>;
using Bytes16 = std::array<std::uint8_t, 16>;

template <std::size_t N>
struct Range {
  std::array<std::uint8_t, N> first{};
  int bits = 0;
};

// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast.
constexpr std::array kClosed4{
    Range<4>{{0, 0, 0, 0}, 8},      Range<4>{{10, 0, 0, 0}, 8},     Range<4>{{100, 64, 0, 0}, 10},
    Range<4>{{127, 0, 0, 0}, 8},    Range<4>{{169, 254, 0, 0}, 16}, Range<4>{{172, 16, 0, 0}, 12},
    Range<4>{{192, 0, 0, 0}, 24},   Range<4>{{192, 0, 2, 0}, 24},   Range<4>{{192, 88, 99, 0}, 24},
    Range<4>{{192, 168, 0, 0}, 16}, Range<4>{{198, 18, 0, 0}, 15},  Range<4>{{198, 51, 100, 0}, 24},
    Range<4>{{203, 0, 113, 0}, 24}, Range<4>{{224, 0, 0, 0}, 4},    Range<4>{{240, 0, 0, 0}, 4},
};
// https://www.iana.org/assignments/iana-ipv6-special-registry: all that is public is in 2000::/3.
constexpr std::array kClosed6{
    Range<16>{{0x20, 0x01, 0x00, 0x00}, 23},  // protocol assignments, Teredo, ORCHID
    Range<16>{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    Range<16>{{0x3f, 0xff, 0x00, 0x00}, 20},  // documentation
};
constexpr Range<16> kGlobal6{{0x20}, 3};
constexpr Range<16> k6to4{{0x20, 0x02}, 16};
constexpr Range<16> kNat64{{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr Range<16> kMapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};

template <std::size_t N>
bool is_in(Range<N> const& range, std::array<std::uint8_t, N> const& address) {
  auto left = range.bits;
  for (std::size_t i = 0; left > 0; ++i, left -= 8) {
    auto const mask = left >= 8 ? 0xFF : 0xFF << (8 - left) & 0xFF;
    if ((range.first[i] & mask) != (address[i] & mask)) return false;
  }
  return true;
}

bool is_public(Bytes4 const& address) {
  return std::ranges::none_of(kClosed4, [&](auto const& range) { return is_in(range, address); });
}

Bytes4 four_at(Bytes16 const& address, std::size_t at) {
  return {address[at], address[at + 1], address[at + 2], address[at + 3]};
}

bool is_public(Bytes16 const& address) {
  if (is_in(kMapped, address) || is_in(kNat64, address)) return is_public(four_at(address, 12));
  if (is_in(k6to4, address)) return is_public(four_at(address, 2));
  return is_in(kGlobal6, address) &&
         std::ranges::none_of(kClosed6, [&](auto const& range) { return is_in(range, address); });
}

}  // namespace

bool is_public_address(std::string const& address) {
  auto four = Bytes4{};
  if (::inet_pton(AF_INET, address.c_str(), four.data()) == 1) return is_public(four);
  auto six = Bytes16{};
  return ::inet_pton(AF_INET6, address.c_str(), six.data()) == 1 && is_public(six);
}

}  // namespace agenta::daemon
