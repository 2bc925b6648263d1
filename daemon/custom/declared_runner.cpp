#include "daemon/custom/declared_runner.hpp"

#include <algorithm>
#include <variant>

#include "daemon/custom/http_runner.hpp"

namespace agenta::daemon {

ExecuteOutcome DeclaredRunner::run(ProviderCall const& call, custom::Declaration const& declared,
                                   JsonText const& arguments) {
  SteadyTime const until =
      std::min(call.deadline, SteadyTime{std::chrono::steady_clock::now() + declared.timeout});
  if (auto const* const command = std::get_if<custom::Command>(&declared.action))
    return run_command(call, until, declared, *command, arguments, options_.variables);
  return run_http(call, until, declared, std::get<custom::Http>(declared.action), arguments,
                  options_.variables, web_);
}

}  // namespace agenta::daemon
