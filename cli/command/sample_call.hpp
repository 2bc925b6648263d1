#pragma once

#include <string>
#include <vector>

#include "shared/domain/tool.hpp"

namespace agenta::cli {

/// A command that runs the tool with every argument that it requires, as an argv: values that the schema
/// gives as examples, else such as it takes, as far as that can be told.
std::vector<std::string> sample_call(Tool const& tool);

}  // namespace agenta::cli
