#pragma once

#include <string>
#include <vector>

#include "cli/command/view.hpp"
#include "shared/domain/tool.hpp"

namespace agenta::cli {

/// A tool for a person: what it does and touches, what it takes and what it gives back, as trees, and
/// `command`, a command line to start from.
std::string render_tool(Tool const& tool, std::vector<std::string> const& command, PageStyle const& style);

}  // namespace agenta::cli
