#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command/view.hpp"
#include "shared/domain/tool.hpp"

namespace agenta::cli {

/// A tool for a person: what it does and touches, what it takes and what it gives back, as trees, and
/// `command`, a command line to start from.
std::string render_tool(Tool const& tool, std::vector<std::string> const& command, PageStyle const& style);

/// The integration for a table's column: empty where the tool's slug begins with it, as nearly all do.
std::string untold_integration(std::string_view slug, IntegrationSlug const& integration);

}  // namespace agenta::cli
