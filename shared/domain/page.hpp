#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace agenta {

/// As far as lists count that grow with use (history, batches, approvals): such a list is never as slow as it
/// is long, and nothing that is added pays for a kept count.
inline constexpr std::int64_t kMostCounted = 1000;

/// One page of a list. `total` counts all pages; no `next_cursor` means that this is the last.
template <class T>
struct Page {
  std::vector<T> items{};
  std::int64_t total = 0;
  std::optional<std::string> next_cursor{};
  bool operator==(Page const&) const = default;
};

}  // namespace agenta
