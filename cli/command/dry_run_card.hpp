#pragma once

#include <string>

#include "shared/domain/execution.hpp"

namespace agenta::cli {

/// What a person sees of a call that was checked and not sent.
std::string dry_run_card(Execution const& execution, bool has_color);

}  // namespace agenta::cli
