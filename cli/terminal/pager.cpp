#include "cli/terminal/pager.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "cli/terminal/child.hpp"
#include "cli/terminal/width.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::cli {
namespace {

/// While a pager runs, Ctrl-C and Ctrl-\ are its: it has the terminal, and is to give it back. That it reads
/// no further is an error of the write.
class IgnoredSignals {
 public:
  IgnoredSignals() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigemptyset(&ignore.sa_mask);
    for (std::size_t i = 0; i < kNumbers.size(); ++i) ::sigaction(kNumbers[i], &ignore, &before_[i]);
  }
  ~IgnoredSignals() {
    for (std::size_t i = 0; i < kNumbers.size(); ++i) ::sigaction(kNumbers[i], &before_[i], nullptr);
  }
  IgnoredSignals(IgnoredSignals const&) = delete;
  IgnoredSignals& operator=(IgnoredSignals const&) = delete;

 private:
  static constexpr std::array kNumbers{SIGINT, SIGQUIT, SIGPIPE};
  std::array<struct sigaction, kNumbers.size()> before_{};
};

/// What `less` and `lv` are told where the person told them nothing.
void add_defaults(std::vector<char*>& environment, std::array<std::string, 2>& storage) {
  storage = {"LESS=FRX", "LV=-c"};
  environment.pop_back();
  for (std::string& setting : storage) {
    std::string const name = setting.substr(0, setting.find('='));
    if (std::getenv(name.c_str()) == nullptr) environment.push_back(setting.data());
  }
  environment.push_back(nullptr);
}

/// Starts the pager with `input` as its stdin and the terminal as the rest; its pid, or nothing.
std::optional<pid_t> start(std::vector<std::string> command, int input) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::array<std::string, 2> storage;
  std::vector<char*> environment = environment_for_child();
  add_defaults(environment, storage);

  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);

  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (int const number : {SIGINT, SIGQUIT, SIGPIPE, SIGXFSZ}) sigaddset(&defaults, number);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

  pid_t child = 0;
  bool const has_started =
      ::posix_spawnp(&child, argv.front(), &files, &attributes, argv.data(), environment.data()) == 0;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return has_started ? std::optional{child} : std::nullopt;
}

/// Until all is written, or nobody reads on.
void feed(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t const written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Whether the shell found what it was to run.
bool wait_for(pid_t child) {
  constexpr int kNotExecutable = 126;
  constexpr int kNotFound = 127;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  bool const has_failed =
      WIFEXITED(status) && (WEXITSTATUS(status) == kNotFound || WEXITSTATUS(status) == kNotExecutable);
  return !has_failed;
}

/// The columns of one line, its colours left out.
int columns_of(std::string_view line) {
  std::string plain;
  for (std::size_t at = 0; at < line.size();) {
    if (line.substr(at).starts_with("\x1b[")) {
      at = line.find('m', at);
      if (at == std::string_view::npos) break;
      ++at;
    } else {
      plain += line[at++];
    }
  }
  return display_width(plain);
}

}  // namespace

std::vector<std::string> pager_command(Lookup const& environment) {
  auto chosen = environment("AGENTA_TOOLS_PAGER");
  if (!chosen) chosen = environment("PAGER");
  std::string const command = chosen.value_or("less");
  if (command.empty() || command == "cat") return {};
  bool const needs_shell = command.find_first_of("|&;<>()$`\\\"' \t\n*?[#~=%") != std::string::npos;
  if (needs_shell) return {"sh", "-c", command};
  return {command};
}

bool is_longer_than(std::string_view text, int lines, int columns) {
  columns = std::max(columns, 1);
  int taken = 0;
  while (!text.empty()) {
    std::size_t const end = std::min(text.find('\n'), text.size());
    taken += std::max(1, (columns_of(text.substr(0, end)) + columns - 1) / columns);
    if (taken > lines) return true;
    text = text.substr(std::min(end + 1, text.size()));
  }
  return false;
}

bool run_pager(std::vector<std::string> const& command, std::string_view text) {
  std::array<int, 2> ends{};
  if (command.empty() || ::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  UniqueFd reader{ends[0]};
  UniqueFd writer{ends[1]};
  IgnoredSignals const ignored;
  auto const child = start(command, reader.get());
  if (!child) return false;
  reader.reset();
  feed(writer.get(), text);
  writer.reset();
  return wait_for(*child);
}

void page(Terminal& terminal, std::string_view text, Lookup const& environment) {
  bool const may_page = terminal.out_is_tty() && !terminal.is_dumb() && !terminal.is_captured();
  // The last line of the terminal is the prompt's.
  if (may_page && is_longer_than(text, terminal.height() - 1, terminal.width())) {
    terminal.flush();
    if (run_pager(pager_command(environment), text)) return;
  }
  terminal.out(text);
}

}  // namespace agenta::cli
