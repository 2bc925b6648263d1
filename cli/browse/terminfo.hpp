#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What a terminal's description says.

namespace agenta::cli::browse {

/// What is written to a terminal to put it back as a shell wants it: no attributes, the cursor shown, keys
/// and pastes as they are, and the screen that was there before. By the description that TERM names; nothing
/// where there is none, or the terminal cannot be drawn on.
std::optional<std::string> restoring_text(int tty);

/// A text of the description that is in use now; null where the terminal has none of this name.
char const* find_capability(char const* name);
/// It as it is written to the terminal; nothing where there is none.
std::string capability_text(char const* name);
/// What puts `content` on the terminal's clipboard; nothing where its description knows no way.
std::string clipboard_text(std::string_view content);

}  // namespace agenta::cli::browse
