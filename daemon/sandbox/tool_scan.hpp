#pragma once

#include <optional>
#include <string_view>

#include "daemon/sandbox/catalog.hpp"

namespace agenta::daemon::sandbox {

struct ScannedTool {
  Tool tool{};                 ///< views into the scanned text
  std::string_view toolkit{};  ///< the slug of its toolkit
};

/// Takes apart the top level of one tool, and the slug inside its toolkit. Nothing where the text is no tool.
std::optional<ScannedTool> scan_tool(std::string_view text);

}  // namespace agenta::daemon::sandbox
