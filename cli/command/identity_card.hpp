#pragma once

#include <string>
#include <string_view>

#include "cli/command/context.hpp"

namespace agenta::cli {

/// A member's text in a document of the daemon's; empty where it is none.
std::string text_member(std::string_view document, std::string_view name);

/// Whose key is used and where it is, of the daemon's document; never the key.
void print_identity(Context& context, std::string_view title, std::string_view document);

}  // namespace agenta::cli
