#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command/lint_clients.hpp"

namespace agenta::cli {

/// What the models of a maker do not take of one tool's input schema; without client and tool.
std::vector<Finding> lint_schema(std::string_view schema, ModelRules model);

}  // namespace agenta::cli
