#pragma once

#include <string>

#include "shared/domain/error.hpp"
#include "shared/domain/tool.hpp"

namespace agenta::cli {

/// A tool as a person names it, plainly or with its integration; `USAGE` where the text names none.
Result<ToolReference> read_tool_name(std::string const& text);

}  // namespace agenta::cli
