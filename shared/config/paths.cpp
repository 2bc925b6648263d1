#include "shared/config/paths.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "shared/base/try.hpp"

namespace agenta::config {
namespace {

std::optional<std::filesystem::path> find_absolute(Environment const& environment, std::string const& name) {
  auto const value = environment(name);
  if (!value || !value->starts_with('/')) return std::nullopt;
  return std::filesystem::path{*value};
}

/// What our own variables name: a relative path is meant from here.
Result<std::optional<std::filesystem::path>> find_own(Environment const& environment,
                                                      std::string const& name) {
  auto const value = environment(name);
  if (!value || value->empty()) return std::optional<std::filesystem::path>{};
  std::error_code error;
  auto const path = std::filesystem::absolute(*value, error);
  if (error)
    return fail(ErrorCode::usage, name + " names a path that cannot be made absolute: " + error.message());
  return std::optional{path.lexically_normal()};
}

std::optional<std::filesystem::path> find_login_directory() {
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  if (found->pw_dir == nullptr || found->pw_dir[0] != '/') return std::nullopt;
  return std::filesystem::path{found->pw_dir};
}

/// `$variable/agenta-tools`, else `~/fallback/agenta-tools`.
Result<std::filesystem::path> get_xdg(Environment const& environment, std::string const& variable,
                                      std::string const& fallback, std::string const& remedy) {
  constexpr char const* kName = "agenta-tools";
  if (auto const base = find_absolute(environment, variable)) return *base / kName;
  auto home = find_absolute(environment, "HOME");
  if (!home) home = find_login_directory();
  if (!home) return fail(ErrorCode::usage, "there is no home directory: set HOME or " + remedy);
  return *home / fallback / kName;
}

std::filesystem::path without_trailing_slash(std::filesystem::path const& path) {
  auto const normal = path.lexically_normal();
  return normal.has_filename() || normal == normal.root_path() ? normal : normal.parent_path();
}

}  // namespace

Environment process_environment() {
  return [](std::string const& name) -> std::optional<std::string> {
    char const* const value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string{value};
  };
}

Result<Paths> find_paths(Environment const& environment, Sandboxed sandboxed) {
  Paths paths;
  AGENTA_TRY(auto const own_home, find_own(environment, "AGENTA_TOOLS_HOME"));
  if (own_home) {
    paths.home = *own_home;
  } else {
    AGENTA_TRY(paths.home, get_xdg(environment, "XDG_DATA_HOME", ".local/share", "AGENTA_TOOLS_HOME"));
  }
  paths.home = without_trailing_slash(paths.home);
  if (sandboxed == Sandboxed::yes) paths.home /= "sandbox";
  AGENTA_TRY(auto const own_config, find_own(environment, "AGENTA_TOOLS_CONFIG"));
  if (own_config) {
    paths.config_file = *own_config;
  } else {
    AGENTA_TRY(auto const directory,
               get_xdg(environment, "XDG_CONFIG_HOME", ".config", "AGENTA_TOOLS_CONFIG"));
    paths.config_file = directory / "config.toml";
  }
  return paths;
}

}  // namespace agenta::config
