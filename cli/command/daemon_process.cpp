#include "cli/command/daemon_process.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <thread>

#include "shared/base/try.hpp"
#include "shared/client/daemon_process.hpp"
#include "shared/client/launcher.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPoll{5};
/// What an orderly end takes beyond the drain.
constexpr milliseconds kGrace{3'000};
/// A daemon that does not even answer this request is signalled.
constexpr milliseconds kAskPatience{2'000};

bool wait_until_gone(client::LockRecord const& record, milliseconds patience, std::stop_token const& stop) {
  auto const until = steady_clock::now() + patience;
  while (client::is_alive(record)) {
    if (stop.stop_requested() || steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

/// Whether the signal went out, or its process was gone already.
Result<void> signal_daemon(client::LockRecord const& record, int signal) {
  if (!client::is_alive(record)) return {};
  if (::kill(record.pid, signal) == 0 || errno == ESRCH) return {};
  OsError error;
  error.number = errno;
  error.action = "signal the daemon (pid " + std::to_string(record.pid) + ")";
  return fail(error_from(error, ErrorCode::daemon_unavailable));
}

}  // namespace

Result<std::optional<int>> stop_daemon(Context& context, StopPlan const& plan) {
  auto const record = client::read_lock_record(context.paths.daemon_lock());
  if (!record || !client::is_alive(*record)) return std::optional<int>{};

  Spinner spinner{context.terminal, context.verbosity(), context.quietness()};
  spinner.say("stopping the daemon (pid " + std::to_string(record->pid) + ")");
  ServiceRequest request = protocol::shut_daemon_down(plan.drain);
  request.timeout = kAskPatience;
  bool const was_told = context.without_autostart()->call(request, context.stop).has_value();
  if (!was_told) {
    AGENTA_CHECK(signal_daemon(*record, SIGTERM));
  }
  if (wait_until_gone(*record, plan.drain + kGrace, context.stop)) return std::optional{record->pid};
  if (context.stop.stop_requested())
    return fail(ErrorCode::cancelled, "no longer waiting for the daemon to stop");
  if (was_told) {
    AGENTA_CHECK(signal_daemon(*record, SIGTERM));
    if (wait_until_gone(*record, kGrace, context.stop)) return std::optional{record->pid};
  }
  if (plan.force) {
    AGENTA_CHECK(signal_daemon(*record, SIGKILL));
    if (wait_until_gone(*record, kGrace, context.stop)) return std::optional{record->pid};
  }
  return fail(ErrorCode::daemon_unavailable,
              "the daemon (pid " + std::to_string(record->pid) + ") does not stop",
              {"agenta-tools", "daemon", "stop", "--force"});
}

Result<void> exec_daemon(Context& context, std::vector<std::string> arguments) {
  AGENTA_TRY(auto const program, client::find_daemon_program(context.own_program));
  arguments.insert(arguments.begin(), program.string());
  if (context.flags.sandbox && arguments[1] == "run") arguments.emplace_back("--sandbox");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  context.terminal.flush();
  // The key of this shell is for its own calls: the daemon is told it with each of them.
  ::unsetenv("COMPOSIO_API_KEY");
  ::signal(SIGPIPE, SIG_DFL);
  ::execv(program.c_str(), argv.data());
  OsError error;
  error.number = errno;
  error.action = "run " + program.string();
  return fail(error_from(error, ErrorCode::daemon_unavailable));
}

}  // namespace agenta::cli
