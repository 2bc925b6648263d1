#include "daemon/core/next_step.hpp"

#include <algorithm>

namespace agenta::daemon {

void complete_next_step(std::vector<std::string>& step, std::string const& sandbox_flag,
                        std::string const& project) {
  if (step.empty() || step.front() != "agenta-tools") return;
  auto const says = [&](std::string const& word) { return std::ranges::find(step, word) != step.end(); };
  if (project != "default" && !says("--project")) step.insert(step.begin() + 1, {"--project", project});
  if (!sandbox_flag.empty() && !says(sandbox_flag)) step.insert(step.begin() + 1, sandbox_flag);
}

}  // namespace agenta::daemon
