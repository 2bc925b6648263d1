#pragma once

#include <string>

#include "cli/command/context.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::cli {

/// Has the arguments of `call` written from the words that `text` gives (itself, `@FILE`, or `-`): what the
/// call has already goes before what is written. The daemon runs nothing for this.
Result<ToolCall> fill_from_text(Context& context, ToolCall call, std::string const& text);

}  // namespace agenta::cli
