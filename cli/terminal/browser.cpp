#include "cli/terminal/browser.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/terminal/child.hpp"
#include "cli/terminal/surroundings.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

bool is_web(std::string_view url) {
  std::string const lower = to_lower(url.substr(0, 8));
  bool const has_scheme = lower.starts_with("http://") || lower.starts_with("https://");
  return has_scheme && std::ranges::none_of(url, [](unsigned char c) { return c <= 0x20 || c == 0x7F; });
}

std::vector<std::string> command_of(std::string const& entry, std::string_view url) {
  std::vector<std::string> argv;
  bool has_url = false;
  for (std::string const& word : split(entry, ' ')) {
    if (word.empty()) continue;
    has_url = has_url || word.find("%s") != std::string::npos;
    argv.push_back(replace_all(word, "%s", url));
  }
  if (!argv.empty() && !has_url) argv.emplace_back(url);
  return argv;
}

bool has(Lookup const& environment, std::string const& name) {
  return !environment(name).value_or("").empty();
}

bool start(std::vector<std::string> command) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<char*> const child_environment = environment_for_child();

  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);

  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);

  pid_t child = 0;
  bool const has_started =
      ::posix_spawnp(&child, argv.front(), &files, &attributes, argv.data(), child_environment.data()) == 0;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return has_started;
}

}  // namespace

std::vector<std::vector<std::string>> browser_commands(std::string_view url, Lookup const& environment) {
  std::vector<std::vector<std::string>> commands;
  if (!is_web(url)) return commands;
  if (has(environment, "BROWSER")) {
    for (std::string const& entry : split(*environment("BROWSER"), ':')) {
      if (auto argv = command_of(entry, url); !argv.empty()) commands.push_back(std::move(argv));
    }
    return commands;
  }
  Surroundings const here = find_surroundings(environment);
  if (!here.why_no_browser().empty()) return commands;
  for (char const* program : {"wslview", "xdg-open", "open"}) {
    if (std::string_view{program} == "wslview" && !here.is_wsl) continue;
    commands.push_back({program, std::string{url}});
  }
  return commands;
}

bool open_browser(std::vector<std::vector<std::string>> const& commands) {
  return std::ranges::any_of(commands, start);
}

}  // namespace agenta::cli
