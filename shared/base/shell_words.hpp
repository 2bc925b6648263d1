#pragma once

#include <string>
#include <vector>

namespace agenta {

/// An argv as a person would type it in a POSIX shell.
std::string shell_words(std::vector<std::string> const& argv);

}  // namespace agenta
