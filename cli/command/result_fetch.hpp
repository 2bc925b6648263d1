#pragma once

#include <string>
#include <string_view>

#include "cli/command/context.hpp"
#include "cli/command/result_intake.hpp"

namespace agenta::cli {

/// The result of an execution that the daemon keeps, or the part of it that a JSON pointer names, into the
/// intake: the rest of it, where some came before. A connection that is lost on the way is made again for as
/// long as that brings anything. What was held; nothing where it was passed on.
Result<std::string> fetch_result(Context& context, std::string const& id, std::string_view pointer,
                                 ResultIntake& intake);

}  // namespace agenta::cli
