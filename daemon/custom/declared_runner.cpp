#include "daemon/custom/declared_runner.hpp"

#include <algorithm>
#include <variant>

#include "daemon/custom/http_runner.hpp"
#include "daemon/custom/outcomes.hpp"

namespace agenta::daemon {
namespace {

/// Who waits holds a thread that a call of Composio's could use.
constexpr int kMostWaiting = 24;

}  // namespace

bool DeclaredRunner::begin(ProviderCall const& call) {
  std::unique_lock lock{mutex_};
  if (running_ >= options_.most_at_once && waiting_ >= kMostWaiting) return false;
  ++waiting_;
  bool const is_free =
      freed_.wait_until(lock, call.stop, call.deadline, [this] { return running_ < options_.most_at_once; });
  --waiting_;
  if (is_free) ++running_;
  return is_free;
}

void DeclaredRunner::end() {
  {
    std::lock_guard const guard{mutex_};
    --running_;
  }
  freed_.notify_one();
}

ExecuteOutcome DeclaredRunner::run(ProviderCall const& call, custom::Declaration const& declared,
                                   JsonText const& arguments) {
  if (!begin(call)) {
    if (call.stop.stop_requested())
      return begun(ErrorCode::cancelled, Fate::nothing_ran, "cancelled before it was begun: nothing ran");
    return begun(ErrorCode::rate_limited, Fate::nothing_ran,
                 "there are " + std::to_string(options_.most_at_once) +
                     " tools of your own at work (custom.in_flight), and more wait: nothing ran");
  }
  SteadyTime const until =
      std::min(call.deadline, SteadyTime{std::chrono::steady_clock::now() + declared.timeout});
  ExecuteOutcome outcome;
  if (auto const* const command = std::get_if<custom::Command>(&declared.action)) {
    outcome = run_command(call, until, declared, *command, arguments, options_.variables);
  } else {
    outcome = run_http(call, until, declared, std::get<custom::Http>(declared.action), arguments,
                       options_.variables, web_);
  }
  end();
  return outcome;
}

}  // namespace agenta::daemon
