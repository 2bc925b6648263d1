#include "cli/terminal/surroundings.hpp"

#include <algorithm>
#include <system_error>

#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

bool has(Lookup const& environment, char const* name) { return !environment(name).value_or("").empty(); }

bool is_there(std::filesystem::path const& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

bool is_kernel_of_wsl(std::filesystem::path const& root) {
  constexpr std::size_t kMostRelease = 4096;
  auto const release = read_file(root / "proc/sys/kernel/osrelease", kMostRelease);
  return release && to_lower(*release).find("microsoft") != std::string::npos;
}

}  // namespace

std::string_view Surroundings::why_no_browser() const {
  if (is_ci) return "CI";
  if (is_ssh) return "an SSH session";
  if (has_display) return "";
  return is_container ? "a container" : "no display";
}

Surroundings find_surroundings(Lookup const& environment, std::filesystem::path const& root) {
  Surroundings found;
  found.is_ci = has(environment, "CI");
  found.is_ssh = has(environment, "SSH_CONNECTION") || has(environment, "SSH_TTY");
  found.is_container =
      has(environment, "container") || is_there(root / ".dockerenv") || is_there(root / "run/.containerenv");
  // The kernel is WSL's in a container on it too, but from there no program of Windows can be started.
  found.is_wsl = has(environment, "WSL_DISTRO_NAME") || (!found.is_container && is_kernel_of_wsl(root));
#ifdef __APPLE__
  constexpr bool kHasDesktop = true;
#else
  constexpr bool kHasDesktop = false;
#endif
  found.has_display =
      has(environment, "DISPLAY") || has(environment, "WAYLAND_DISPLAY") || found.is_wsl || kHasDesktop;
  return found;
}

bool writes_utf8(Lookup const& environment) {
  for (char const* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string const value = to_lower(environment(name).value_or(""));
    if (value.empty()) continue;  // as setlocale(3) has it: the first that says something
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

bool takes_hyperlinks(Terminal const& terminal, Lookup const& environment) {
  if (!terminal.err_is_tty() || terminal.is_dumb() || has(environment, "CI")) return false;
  // These show what they do not know.
  std::string const term = environment("TERM").value_or("");
  return term != "linux" && !term.starts_with("eterm") && !term.starts_with("vt");
}

std::string hyperlink(std::string_view url) {
  bool const is_plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_plain) return std::string{url};
  return std::string{"\x1b]8;;"}.append(url).append("\x1b\\").append(url).append("\x1b]8;;\x1b\\");
}

}  // namespace agenta::cli
