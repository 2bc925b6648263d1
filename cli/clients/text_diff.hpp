#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agenta::cli {

/// What changes from one text to another as a unified diff with three lines of context, one hunk from the
/// first line that differs to the last; empty where they are equal. A text that is nothing is `/dev/null`.
std::string unified_diff(std::string_view name, std::optional<std::string_view> before,
                         std::optional<std::string_view> after);

}  // namespace agenta::cli
