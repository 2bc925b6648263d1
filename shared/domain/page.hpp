#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace agenta {

/// One page of a list. `total` counts all pages; no `next_cursor` means that this is the last.
template <class T>
struct Page {
  std::vector<T> items{};
  std::int64_t total = 0;
  std::optional<std::string> next_cursor{};
  bool operator==(Page const&) const = default;
};

}  // namespace agenta
