#pragma once

#include "daemon/core/tool_provider.hpp"
#include "shared/custom/declaration.hpp"

namespace agenta::daemon {

/// Runs what was declared. Blocks its thread; any thread.
class CustomRunner {
 public:
  virtual ~CustomRunner() = default;
  /// At most once. `call.access` is not looked at: nothing of Composio's goes there.
  virtual ExecuteOutcome run(ProviderCall const& call, custom::Declaration const& declared,
                             JsonText const& arguments) = 0;
};

}  // namespace agenta::daemon
