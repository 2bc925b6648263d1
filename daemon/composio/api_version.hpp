#pragma once

#include <string_view>

namespace agenta::daemon {

/// The one place that names the version of Composio's API.
inline constexpr std::string_view kApi = "/api/v3.1";

}  // namespace agenta::daemon
