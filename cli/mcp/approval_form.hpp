#pragma once

#include <string>
#include <string_view>

#include "cli/mcp/speech.hpp"

namespace agenta::mcp {

/// The form that asks a person about the call of an approval's document: `params` of `elicitation/create`.
/// The elicitation of 2025-06-18 knew forms alone, and no mode.
std::string approval_form(Speech const& speech, std::string_view approval);

}  // namespace agenta::mcp
