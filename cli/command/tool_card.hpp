#pragma once

#include <string>

#include "shared/domain/tool.hpp"

namespace agenta::cli {

/// A tool for a person: what it does, its arguments as a tree (the required ones first), and a command line
/// to start from.
std::string render_tool(Tool const& tool, bool has_color);

}  // namespace agenta::cli
