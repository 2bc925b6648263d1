#pragma once

#include <string_view>

#include "shared/domain/error.hpp"

namespace agenta::cli {

/// Whether a whole text is YAML, down to its last line, as libyaml reads it: so do the clients that are
/// written to here. `USAGE`, worded `LINE: what`, where it is not.
Result<void> check_yaml(std::string_view text);

}  // namespace agenta::cli
