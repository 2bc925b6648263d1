#pragma once

#include "daemon/api/router.hpp"
#include "daemon/core/custom_tools.hpp"

namespace agenta::daemon {

/// Lets who runs tools, or looks at them, know with the answer that the file of their own tools is not in
/// force. Other routes are left as they are.
void tell_problem_of(CustomTools& tools, api::Route& route);

}  // namespace agenta::daemon
