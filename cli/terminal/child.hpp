#pragma once

#include <vector>

namespace agenta::cli {

/// This process's environment without what a program of somebody else has no business to know: the variables
/// that hold a key. Ends with null, as `execve` takes it; valid while the environment is.
std::vector<char*> environment_for_child();

}  // namespace agenta::cli
