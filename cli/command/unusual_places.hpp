#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shared/config/paths.hpp"

namespace agenta::cli {

/// The variables that a program started elsewhere needs to find the same home and settings: it does not hear
/// what this shell alone says. None of those that name the usual places.
Result<std::vector<std::pair<std::string, std::string>>> find_unusual_places(
    config::Environment const& environment);

}  // namespace agenta::cli
