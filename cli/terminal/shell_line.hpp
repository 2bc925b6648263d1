#pragma once

#include <string>
#include <vector>

namespace agenta::cli {

/// An argv as a person would type it in a POSIX shell.
std::string shell_line(std::vector<std::string> const& argv);

}  // namespace agenta::cli
