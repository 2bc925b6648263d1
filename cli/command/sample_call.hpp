#pragma once

#include <string>
#include <vector>

#include "shared/domain/tool.hpp"

namespace agenta::cli {

/// A command that runs the tool with every argument that it requires, as an argv: with the values of the
/// tool's example (`tools schema --format example`), as far as they can be typed.
std::vector<std::string> sample_call(Tool const& tool);

}  // namespace agenta::cli
