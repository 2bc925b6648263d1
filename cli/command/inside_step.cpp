#include "cli/command/inside_step.hpp"

#include <algorithm>

#include "cli/command/session_choice.hpp"

namespace agenta::cli {
namespace {

bool is_inside(Context const& context) {
  return context.environment && !named_socket(context.environment).empty();
}

}  // namespace

std::vector<std::vector<std::string>> steps_here(Context const& context,
                                                 std::vector<std::vector<std::string>> steps) {
  if (is_inside(context)) std::erase_if(steps, is_owners_step);
  for (auto& step : steps) step = step_here(std::move(step), context.flags);
  return steps;
}

std::string step_line(Context const& context, std::vector<std::string> step) {
  auto const here = step_here(std::move(step), context.flags);
  return is_inside(context) && is_owners_step(here) ? ask_owner_text(here) : shell_line(here);
}

}  // namespace agenta::cli
