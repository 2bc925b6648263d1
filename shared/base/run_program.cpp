#include "shared/base/run_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <thread>

#include "shared/base/unique_fd.hpp"

namespace agenta {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Both ends of one stream. A socket pair: writing to a program that is gone is an error of the call there,
/// and no signal to the process.
struct Stream {
  UniqueFd ours{};
  UniqueFd theirs{};
};

OsResult<Stream> open_stream() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return os_failure(errno, "make a socket pair");
  Stream stream;
  stream.ours.reset(ends[0]);
  stream.theirs.reset(ends[1]);
  if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) return os_failure(errno, "set up a socket pair");
  return stream;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

/// Descriptors, signals and the session of the child.
class SpawnPlan {
 public:
  SpawnPlan(int in, int out, int err) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnPlan(SpawnPlan const&) = delete;
  SpawnPlan& operator=(SpawnPlan const&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  /// Returns errno, or 0.
  int spawn(pid_t& pid, ProgramRun const& run) {
    std::vector<std::string> arguments{run.program.string()};
    arguments.insert(arguments.end(), run.arguments.begin(), run.arguments.end());
    std::vector<std::string> environment = run.environment;
    auto const argv = pointers(arguments);
    auto const envp = pointers(environment);
    return ::posix_spawn(&pid, run.program.c_str(), &actions_, &attributes_, argv.data(), envp.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// Adds what is there to `into`; false at the end of the stream.
bool take(int fd, std::string& into, std::size_t most) {
  std::array<char, 4096> buffer{};
  ssize_t const got = ::recv(fd, buffer.data(), buffer.size(), 0);
  bool const goes_on = got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
  if (got > 0 && into.size() < most)
    into.append(buffer.data(), std::min(static_cast<std::size_t>(got), most - into.size()));
  ::explicit_bzero(buffer.data(), buffer.size());
  return goes_on;
}

/// Gives what is left of the input; false when all of it is given, or nobody takes it.
bool give(int fd, std::string_view& left) {
  if (left.empty()) return false;
  ssize_t const sent = ::send(fd, left.data(), left.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  left.remove_prefix(static_cast<std::size_t>(sent));
  return !left.empty();
}

struct Streams {
  Stream in{};
  Stream out{};
  Stream err{};
};

/// Talks to the child until it has closed both of its ends; false where time ran out.
bool talk(Streams& streams, ProgramRun const& run, steady_clock::time_point until, std::string& out,
          std::string& err) {
  std::string_view left = run.input.reveal();
  if (left.empty()) streams.in.ours.reset();
  while (streams.out.ours || streams.err.ours) {
    auto const wait = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    if (wait.count() <= 0) return false;
    std::array<pollfd, 3> waiting{pollfd{streams.in.ours.get(), POLLOUT, 0},
                                  pollfd{streams.out.ours.get(), POLLIN, 0},
                                  pollfd{streams.err.ours.get(), POLLIN, 0}};
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(wait.count())) < 0 && errno != EINTR)
      return false;
    if (waiting[0].revents != 0 && !give(streams.in.ours.get(), left)) streams.in.ours.reset();
    if (waiting[1].revents != 0 && !take(streams.out.ours.get(), out, run.most_output))
      streams.out.ours.reset();
    if (waiting[2].revents != 0 && !take(streams.err.ours.get(), err, run.most_output))
      streams.err.ours.reset();
  }
  return true;
}

/// Waits for the child's end, until then; whatever of its group is left is killed. Its status.
int reap(pid_t pid, steady_clock::time_point until, bool& was_killed) {
  constexpr milliseconds kLook{1};
  auto const has_ended = [pid] {
    siginfo_t info{};
    // It stays a zombie: while it is one, its process group's number is nobody else's.
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid == pid;
  };
  while (!has_ended() && !was_killed) {
    was_killed = steady_clock::now() >= until;
    if (!was_killed) std::this_thread::sleep_for(kLook);
  }
  ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

OsResult<ProgramEnd> run_program(ProgramRun const& run) {
  Streams streams;
  for (Stream* stream : {&streams.in, &streams.out, &streams.err}) {
    auto opened = open_stream();
    if (!opened) return unexpected<OsError>(std::move(opened).error());
    *stream = std::move(*opened);
  }
  auto const until = steady_clock::now() + run.limit;
  pid_t pid = 0;
  SpawnPlan plan{streams.in.theirs.get(), streams.out.theirs.get(), streams.err.theirs.get()};
  if (int const number = plan.spawn(pid, run); number != 0)
    return os_failure(number, "start " + run.program.string());
  for (Stream* stream : {&streams.in, &streams.out, &streams.err}) stream->theirs.reset();

  ProgramEnd end;
  std::string out;
  out.reserve(run.most_output);  // it may be a secret: no copies of it are left behind by growing
  bool const is_whole = talk(streams, run, until, out, end.complaints);
  int const status = reap(pid, is_whole ? until : steady_clock::time_point{}, end.timed_out);
  end.output = Secret{std::move(out)};
  if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  return end;
}

}  // namespace agenta
