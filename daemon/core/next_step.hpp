#pragma once

#include <string>
#include <vector>

namespace agenta::daemon {

/// `agenta-tools connect …` as this caller has to type it to reach the same daemon and project. Changes
/// nothing that is complete already, nor a command of another program.
void complete_next_step(std::vector<std::string>& step, std::string const& sandbox_flag,
                        std::string const& project);

}  // namespace agenta::daemon
