#pragma once

#include <string_view>

namespace agenta::cli {

/// The page from which an agent learns this program: Markdown that reads as plain text, at most 120 lines.
/// Lines that are indented by four blanks are command lines; a test parses each.
std::string_view agent_help_text();

}  // namespace agenta::cli
