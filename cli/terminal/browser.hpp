#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

/// The programs that may open `url`, in the order to try, each as an argv: those of `$BROWSER` (separated by
/// colons,
/// `%s` stands for the URL), else `wslview`, `xdg-open` and `open`. None for a URL that is not http or https,
/// and none where no person looks: `CI`, an SSH session or no display, unless `$BROWSER` names one.
std::vector<std::vector<std::string>> browser_commands(std::string_view url, Lookup const& environment);

/// Starts the first of the commands that can be started, without a shell, in a session of its own, with none
/// of our descriptors and without the variables that hold secrets; never waits for it. Whether one was
/// started.
bool open_browser(std::vector<std::vector<std::string>> const& commands);

}  // namespace agenta::cli
