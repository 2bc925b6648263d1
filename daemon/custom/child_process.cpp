#include "daemon/custom/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>

#include "shared/base/unique_fd.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kGrace{2};  // between SIGTERM and SIGKILL
constexpr int kStatusFd = 3;

struct Pipe {
  UniqueFd read{};
  UniqueFd write{};
};

OsResult<Pipe> open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return os_failure(errno, "make a pipe");
  Pipe pipe;
  pipe.read.reset(ends[0]);
  pipe.write.reset(ends[1]);
  return pipe;
}

/// A file in memory rather than a pipe: nothing has to be fed to it, and it may be left unread.
OsResult<UniqueFd> open_input(std::string_view text) {
  UniqueFd file{::memfd_create("agenta-input", MFD_CLOEXEC)};
  if (!file) return os_failure(errno, "make a file in memory");
  while (!text.empty()) {
    ssize_t const written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno != EINTR) return os_failure(errno, "write a file in memory");
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

/// What the child does between fork and exec. Everything is made before the fork: other threads may have
/// held any lock then, malloc's too.
struct ExecPlan {
  char const* program = nullptr;
  char const* directory = nullptr;
  std::vector<char*> argv{};
  std::vector<char*> envp{};
  int in = -1;
  int out = -1;
  int err = -1;
  int status = -1;  ///< takes errno where there is no exec
  pid_t parent = 0;
};

void close_others() {
  if (::syscall(SYS_close_range, kStatusFd + 1, ~0U, 0) == 0) return;
  constexpr int kMost = 65536;
  for (int fd = kStatusFd + 1; fd < kMost; ++fd) ::close(fd);
}

[[noreturn]] void exec_child(ExecPlan const& plan) {
  ::setsid();
  // The daemon's threads live as long as it does, so the death of the one that forked is the daemon's.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) ::_exit(127);
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::umask(077);
  bool ready = ::dup2(plan.in, STDIN_FILENO) >= 0 && ::dup2(plan.out, STDOUT_FILENO) >= 0 &&
               ::dup2(plan.err, STDERR_FILENO) >= 0;
  if (plan.status != kStatusFd) ready = ::dup2(plan.status, kStatusFd) >= 0 && ready;
  ::fcntl(kStatusFd, F_SETFD, FD_CLOEXEC);
  close_others();
  if (ready && ::chdir(plan.directory) == 0) ::execve(plan.program, plan.argv.data(), plan.envp.data());
  int const why = errno;
  [[maybe_unused]] ssize_t const said = ::write(kStatusFd, &why, sizeof why);
  ::_exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

/// A started child. Ends it and its group where nobody has waited for it.
class Running {
 public:
  Running(pid_t pid, UniqueFd out, UniqueFd err) : pid_(pid), out_(std::move(out)), err_(std::move(err)) {
    for (int const fd : {out_.get(), err_.get()}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
    handle_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  }

  ChildEnd watch(ChildProcess const& child, int stopped) {
    SteadyTime kill_at = SteadyTime::max();
    SteadyTime wake_at = child.deadline;
    auto const end = [&](ChildEnd::Why why) {
      end_.why = why;
      ::kill(-pid_, SIGTERM);
      wake_at = kill_at = std::chrono::steady_clock::now() + kGrace;
    };
    while (!has_ended()) {
      auto const now = std::chrono::steady_clock::now();
      if (end_.why == ChildEnd::Why::itself) {
        if (child.stop.stop_requested()) {
          end(ChildEnd::Why::stopped);
        } else if (now >= child.deadline) {
          end(ChildEnd::Why::deadline);
        } else if (said_too_much_) {
          end(ChildEnd::Why::too_much_output);
        }
      } else if (now >= kill_at) {
        ::kill(-pid_, SIGKILL);
        wake_at = kill_at = SteadyTime::max();
      }
      wait(wake_at, end_.why == ChildEnd::Why::itself ? stopped : -1);
      take(child.most_output);
    }
    // While it is a zombie, its group's number is nobody else's.
    ::kill(-pid_, SIGKILL);
    take(child.most_output);
    if (said_too_much_ && end_.why == ChildEnd::Why::itself) end_.why = ChildEnd::Why::too_much_output;
    reap();
    return std::move(end_);
  }

 private:
  bool has_ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid == pid_;
  }

  void wait(SteadyTime until, int stopped) const {
    // Without a handle on the process its end is not waited for, but looked for.
    constexpr milliseconds kLook{20};
    constexpr milliseconds kLongest{60'000};
    auto const left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
    auto const most = handle_ ? kLongest : kLook;
    std::array<pollfd, 4> waiting{pollfd{out_.get(), POLLIN, 0}, pollfd{err_.get(), POLLIN, 0},
                                  pollfd{handle_.get(), POLLIN, 0}, pollfd{stopped, POLLIN, 0}};
    auto const timeout = std::clamp(until == SteadyTime::max() ? most : left, milliseconds{0}, most);
    ::poll(waiting.data(), waiting.size(), static_cast<int>(timeout.count()));
  }

  void take(std::size_t most) {
    take(out_, end_.out, most);
    take(err_, end_.err, most);
  }

  /// What is there now; what is beyond the limit is read all the same, and thrown away.
  void take(UniqueFd& fd, std::string& into, std::size_t most) {
    std::array<char, 16384> buffer{};
    constexpr int kTurns = 64;  // a program that never stops talking does not keep us from ending it
    for (int turn = 0; turn < kTurns && fd; ++turn) {
      ssize_t const got = ::read(fd.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) return fd.reset();
      auto const room = most - std::min(most, into.size());
      said_too_much_ = said_too_much_ || static_cast<std::size_t>(got) > room;
      into.append(buffer.data(), std::min(static_cast<std::size_t>(got), room));
    }
  }

  void reap() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status)) end_.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) end_.signal = WTERMSIG(status);
  }

  pid_t pid_;
  UniqueFd out_;
  UniqueFd err_;
  UniqueFd handle_{};
  ChildEnd end_{};
  bool said_too_much_ = false;
};

/// errno of an exec that failed; 0 where it did not.
int read_status(UniqueFd const& status) {
  int why = 0;
  ssize_t got = 0;
  while ((got = ::read(status.get(), &why, sizeof why)) < 0 && errno == EINTR) {
  }
  return got == sizeof why ? why : 0;
}

}  // namespace

OsResult<ChildEnd> run_child(ChildProcess const& child) {
  auto in = open_input(child.input);
  if (!in) return unexpected<OsError>(std::move(in).error());
  std::array<Pipe, 3> pipes;  // stdout, stderr, status
  for (Pipe& pipe : pipes) {
    auto opened = open_pipe();
    if (!opened) return unexpected<OsError>(std::move(opened).error());
    pipe = std::move(*opened);
  }
  UniqueFd const stopped{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::stop_callback const on_stop{child.stop, [&] { ::eventfd_write(stopped.get(), 1); }};

  std::vector<std::string> arguments{child.program.string()};
  arguments.insert(arguments.end(), child.arguments.begin(), child.arguments.end());
  std::vector<std::string> environment = child.environment;
  ExecPlan plan;
  plan.program = child.program.c_str();
  plan.directory = child.directory.c_str();
  plan.argv = pointers(arguments);
  plan.envp = pointers(environment);
  plan.in = in->get();
  plan.out = pipes[0].write.get();
  plan.err = pipes[1].write.get();
  plan.status = pipes[2].write.get();
  plan.parent = ::getpid();
  pid_t const pid = ::fork();
  if (pid < 0) return os_failure(errno, "start " + child.program.string());
  if (pid == 0) exec_child(plan);
  for (Pipe& pipe : pipes) pipe.write.reset();
  if (int const why = read_status(pipes[2].read); why != 0) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return os_failure(why, "start " + child.program.string());
  }
  Running running{pid, std::move(pipes[0].read), std::move(pipes[1].read)};
  return running.watch(child, stopped.get());
}

}  // namespace agenta::daemon
