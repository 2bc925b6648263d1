#pragma once

#include "shared/domain/tool.hpp"

namespace agenta {

/// What is believed of the effects of a tool that says so much, wherever it matters: in policies, and where
/// clients decide by it. Only what says that it reads, and not that it destroys, is taken not to; every tool
/// acts on a world that is not ours.
ToolHints believed(ToolHints said);

}  // namespace agenta
