#include "cli/browse/program.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace agenta::cli::browse {
namespace {

/// Returns errno, or 0.
int start(int tty, std::vector<std::string>& arguments, pid_t& child) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  for (int const fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_adddup2(&files, tty, fd);
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  int const problem = ::posix_spawn(&child, argv.front(), &files, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return problem;
}

bool is_an_end(int number) { return number == SIGTERM || number == SIGHUP; }

}  // namespace

Result<ProgramEnd> run_on_terminal(int tty, std::vector<std::string> argv, SignalPipe& signals) {
  constexpr int kInterval = 50;  // milliseconds: nothing readable tells of a child's end
  pid_t child = 0;
  if (int const problem = start(tty, argv, child); problem != 0) {
    return fail(error_from(OsError{problem, "start " + argv.front()}));
  }
  signals.let_stop(true);
  ProgramEnd end;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    pollfd waiting{.fd = signals.fd(), .events = POLLIN, .revents = 0};
    ::poll(&waiting, 1, kInterval);
    for (int const number : signals.take()) {
      if (!is_an_end(number)) continue;
      end.signal = number;
      ::kill(child, number);
    }
  }
  signals.let_stop(false);
  end.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return end;
}

}  // namespace agenta::cli::browse
