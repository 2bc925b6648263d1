#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace agenta {

/// A text that names one kind of thing. Mixing two kinds up does not compile.
template <class Tag>
struct Id {
  std::string text{};
  auto operator<=>(Id const&) const = default;
  bool empty() const { return text.empty(); }
};

/// A new UUIDv7 (RFC 9562 §5.7) in its canonical lower-case text form. Ids made by one process in one
/// millisecond are strictly increasing. Any thread.
std::string make_uuid_v7();

/// Whether `text` is a UUID in canonical form, of any version, in either case.
bool is_uuid(std::string_view text);

/// `bytes` bytes from the kernel's random source, as lower-case hex.
std::string random_hex(std::size_t bytes);

/// Equality whose time depends on the lengths alone; for nonces and other guessable secrets.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace agenta
