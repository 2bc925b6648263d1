#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agenta::protocol {

/// One place at which two documents differ; the values as JSON, nothing where there is none.
struct JsonChange {
  std::string pointer{};  ///< RFC 6901
  std::optional<std::string> before{};
  std::optional<std::string> after{};
  bool operator==(JsonChange const&) const = default;
};

/// Where `after` differs from `before`, at the innermost places, in the order of `after` and then of what
/// went away; the first 200. Where one has a number that no double comes near (`1e400`) they differ as a
/// whole, unless they are the same text.
std::vector<JsonChange> find_changes(std::string_view before, std::string_view after);

}  // namespace agenta::protocol
