#include "cli/browse/guard.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "cli/browse/terminfo.hpp"

namespace agenta::cli::browse {
namespace {

/// What reaches this process while the child runs; all are blocked, and taken one by one.
sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int const number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGCHLD, SIGTTOU, SIGTTIN}) {
    sigaddset(&set, number);
  }
  return set;
}

/// Whether a program sent it to this process, and so perhaps to it alone. What the terminal sends reaches the
/// whole process group, the child too.
bool is_to_pass_on(siginfo_t const& info, pid_t child) {
  bool const is_from_program =
      info.si_code == SI_USER || info.si_code == SI_QUEUE || info.si_code == SI_TKILL;
  return is_from_program && info.si_pid != child;
}

/// How the child ended; nothing where it lives. Stops with it where the job was stopped, and wakes it
/// afterwards.
std::optional<Ending> look_after(pid_t child) {
  int status = 0;
  pid_t const changed = ::waitpid(child, &status, WNOHANG | WUNTRACED);
  if (changed < 0 && errno != EINTR) return Ending{.code = EXIT_FAILURE, .signal = 0};
  if (changed <= 0) return std::nullopt;
  if (WIFEXITED(status)) return Ending{.code = WEXITSTATUS(status), .signal = 0};
  if (WIFSIGNALED(status)) return Ending{.code = 0, .signal = WTERMSIG(status)};
  // By job control the whole job stops; who stops the child alone will wake it alone.
  if (WSTOPSIG(status) == SIGSTOP) return std::nullopt;
  ::raise(SIGSTOP);
  ::kill(child, SIGCONT);
  return std::nullopt;
}

Ending watch(pid_t child, sigset_t const& signals) {
  for (;;) {
    siginfo_t info{};
    int const number = ::sigwaitinfo(&signals, &info);
    if (number == SIGCHLD) {
      if (auto const ending = look_after(child)) return *ending;
    } else if (number > 0 && is_to_pass_on(info, child)) {
      ::kill(child, number);
    }
  }
}

[[noreturn]] void become_child(pid_t parent, sigset_t const& signals_before,
                               std::function<int()> const& body) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  ::sigprocmask(SIG_SETMASK, &signals_before, nullptr);
  // It may have died before this was asked for.
  if (::getppid() != parent) std::_Exit(128 + SIGTERM);
  std::exit(body());
}

}  // namespace

std::optional<Guard> Guard::of_terminal() {
  UniqueFd tty{::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
  termios settings{};
  if (!tty || ::tcgetattr(tty.get(), &settings) != 0) return std::nullopt;
  auto restoring = restoring_text(tty.get());
  if (!restoring) return std::nullopt;
  return Guard{std::move(tty), settings, std::move(*restoring)};
}

Ending Guard::run(std::function<int()> const& body) const {
  // Where a parent that wants to hear nothing of its children left this ignored, nobody would hear of ours.
  ::signal(SIGCHLD, SIG_DFL);
  sigset_t const signals = watched_signals();
  sigset_t before;
  ::sigprocmask(SIG_BLOCK, &signals, &before);
  pid_t const self = ::getpid();
  pid_t const child = ::fork();
  if (child == 0) become_child(self, before, body);
  if (child < 0) {
    // Without a second process there is nobody to watch, and nobody who watches.
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return Ending{.code = body(), .signal = 0};
  }
  Ending const ending = watch(child, signals);
  restore(ending.signal != 0);
  return ending;
}

void Guard::restore(bool has_crashed) const {
  termios now{};
  bool const is_raw = ::tcgetattr(tty_.get(), &now) == 0 &&
                      (now.c_lflag != settings_.c_lflag || now.c_iflag != settings_.c_iflag);
  if (!has_crashed && !is_raw) return;
  [[maybe_unused]] ssize_t const written = ::write(tty_.get(), restoring_.data(), restoring_.size());
  // What was typed at the browser is not for the shell.
  ::tcflush(tty_.get(), TCIFLUSH);
  ::tcsetattr(tty_.get(), TCSANOW, &settings_);
}

}  // namespace agenta::cli::browse
