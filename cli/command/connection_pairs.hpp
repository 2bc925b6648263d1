#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shared/domain/error.hpp"

namespace agenta::cli {

/// Values of a flag that may be given at once, with commas, or one by one.
std::vector<std::string> each_of(std::vector<std::string> const& given);

/// What `--connection` says: an integration, and the slug or id of a connection. `USAGE` for what is no pair.
Result<std::vector<std::pair<std::string, std::string>>> read_connection_pairs(
    std::vector<std::string> const& given);

}  // namespace agenta::cli
