#pragma once

#include <string>

namespace agenta::cli::browse {

/// The keys, and for each action the plain command that does the same.
std::string help_text();

}  // namespace agenta::cli::browse
