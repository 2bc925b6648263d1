#include "shared/client/daemon_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/base/unique_fd.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::client {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kProgram = "agenta-toolsd";
constexpr int kReadyFd = 3;
constexpr int kFirstClosedFd = 4;

bool is_program(std::filesystem::path const& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::string environment_text(char const* name) {
  char const* const value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

/// What a daemon needs of its starter's environment. Everything else stays behind: it outlives this call by
/// hours, and a variable that a script holds a secret in is none of its business.
bool is_for_daemon(std::string_view name) {
  constexpr std::array kNames{"HOME",
                              "PATH",
                              "USER",
                              "LOGNAME",
                              "LANG",
                              "LANGUAGE",
                              "TZ",
                              "TMPDIR",
                              "HTTP_PROXY",
                              "HTTPS_PROXY",
                              "NO_PROXY",
                              "ALL_PROXY",
                              "SSL_CERT_FILE",
                              "SSL_CERT_DIR",
                              "CREDENTIALS_DIRECTORY",
                              "DBUS_SESSION_BUS_ADDRESS",
                              "COMPOSIO_BASE_URL"};
  constexpr std::array kFamilies{"LC_", "XDG_", "AGENTA_TOOLS", "ASAN_", "UBSAN_", "TSAN_", "LSAN_"};
  auto const same = [&](std::string_view wanted) {
    return equal_ignoring_case(name, wanted);
  };  // https_proxy too
  auto const kin = [&](std::string_view prefix) { return name.starts_with(prefix); };
  return std::ranges::any_of(kNames, same) || std::ranges::any_of(kFamilies, kin);
}

std::vector<char*> environment_for_daemon() {
  std::vector<char*> kept;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    std::string_view const text{*variable};
    if (is_for_daemon(text.substr(0, text.find('=')))) kept.push_back(*variable);
  }
  kept.push_back(nullptr);
  return kept;
}

/// What the child's descriptors and signals are. The ready pipe goes first: where our own standard streams
/// are closed, the pipe may have taken their numbers.
class SpawnPlan {
 public:
  explicit SpawnPlan(int ready_fd) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, ready_fd, kReadyFd);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, kFirstClosedFd);

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
  int spawn(pid_t& pid, std::vector<std::string>& arguments) {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    auto environment = environment_for_daemon();
    return ::posix_spawn(&pid, arguments.front().c_str(), &actions_, &attributes_, argv.data(),
                         environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

enum class Report { line, ended, timed_out, stopped };

/// Reads the daemon's one line.
Report read_report(int fd, SteadyTime deadline, std::stop_token const& stop, std::string& line) {
  constexpr std::size_t kLongest = 64 << 10;
  constexpr milliseconds kStopInterval{40};
  std::array<char, 4096> buffer{};
  while (line.size() < kLongest) {
    auto const left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Report::timed_out;
    if (stop.stop_requested()) return Report::stopped;
    auto const slice = stop.stop_possible() ? std::min(left, kStopInterval) : left;
    pollfd waiting{};
    waiting.fd = fd;
    waiting.events = POLLIN;
    int const ready = ::poll(&waiting, 1, static_cast<int>(std::min<long long>(slice.count(), 60'000)));
    if (ready <= 0) continue;
    ssize_t const got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return line.empty() ? Report::ended : Report::line;
    line.append(buffer.data(), static_cast<std::size_t>(got));
    if (std::size_t const end = line.find('\n'); end != std::string::npos) {
      line.resize(end);
      return Report::line;
    }
  }
  return Report::line;
}

/// How a child of ours ended, for a person; nothing where it still runs.
std::string ending_of(pid_t pid) {
  int status = 0;
  pid_t reaped = 0;
  // The pipe closes an instant before the process is gone.
  for (int attempts = 0; attempts < 50 && reaped == 0; ++attempts) {
    reaped = ::waitpid(pid, &status, WNOHANG);
    if (reaped == 0) ::usleep(2'000);
  }
  if (reaped != pid) return "";
  if (WIFSIGNALED(status)) return std::string{" (killed by "} + ::strsignal(WTERMSIG(status)) + ")";
  return " (exit " + std::to_string(WEXITSTATUS(status)) + ")";
}

Error unavailable(LaunchOptions const& options, std::string message) {
  Error error;
  error.code = ErrorCode::daemon_unavailable;
  error.message = std::move(message) + "; its log is " + options.paths.log_file().string();
  error.context.text = "{\"log\":" + protocol::write_string(options.paths.log_file().string()) + "}";
  error.next_step = {"agenta-tools", "daemon", "logs"};
  return error;
}

}  // namespace

Result<std::filesystem::path> find_daemon_program(std::filesystem::path const& own_program) {
  if (own_program.has_parent_path()) {
    auto beside = own_program.parent_path() / kProgram;
    if (is_program(beside)) return beside;
  }
  for (std::string const& directory : split(environment_text("PATH"), ':')) {
    if (directory.empty()) continue;
    auto found = std::filesystem::path{directory} / kProgram;
    if (is_program(found)) return std::filesystem::absolute(found);
  }
  std::filesystem::path const named = environment_text("AGENTA_TOOLSD");
  if (is_program(named)) return std::filesystem::absolute(named);
  std::string const last =
      named.empty() ? "AGENTA_TOOLSD is not set" : "AGENTA_TOOLSD names no program: " + named.string();
  return fail(ErrorCode::daemon_unavailable, "cannot find the daemon's program: there is no " +
                                                 std::string{kProgram} + " beside " + own_program.string() +
                                                 " or on PATH, and " + last);
}

Result<void> start_daemon(LaunchOptions const& options, SteadyTime deadline, std::stop_token const& stop) {
  AGENTA_TRY(auto const program, find_daemon_program(options.own_program));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(error_from(OsError{errno, "make a pipe"}));
  UniqueFd const reader{ends[0]};
  UniqueFd writer{ends[1]};

  std::vector<std::string> arguments{program.string(),         "run",    "--ready-fd",
                                     std::to_string(kReadyFd), "--home", options.paths.home.string()};
  if (options.sandboxed == config::Sandboxed::yes) arguments.emplace_back("--sandbox");
  pid_t pid = 0;
  if (int const number = SpawnPlan{writer.get()}.spawn(pid, arguments); number != 0) {
    return fail(error_from(OsError{number, "start " + program.string()}, ErrorCode::daemon_unavailable));
  }
  writer.reset();

  std::string line;
  switch (read_report(reader.get(), deadline, stop, line)) {
    case Report::timed_out:
      return fail(unavailable(options, "the daemon (pid " + std::to_string(pid) + ") was not ready within " +
                                           format_duration(options.deadline)));
    case Report::ended:
      return fail(unavailable(
          options, "the daemon " + program.string() + " ended before it was ready" + ending_of(pid)));
    case Report::stopped:
      return fail(ErrorCode::cancelled, "interrupted while the daemon was starting; nothing was sent");
    case Report::line: break;
  }
  if (line.starts_with("ready")) return {};
  ending_of(pid);
  constexpr unsigned kUnavailable = 503;
  if (protocol::is_json(line)) return fail(protocol::decode_error(line, kUnavailable));
  return fail(
      unavailable(options, "the daemon " + program.string() + " reported neither ready nor a reason"));
}

}  // namespace agenta::client
