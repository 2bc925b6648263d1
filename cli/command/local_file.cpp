#include "cli/command/local_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>

#include "cli/command/sensitive_path.hpp"
#include "shared/base/try.hpp"

namespace agenta::cli {
namespace {

constexpr std::int64_t kLargest = std::int64_t{100} << 20;
constexpr std::string_view kOverride = "--allow-sensitive-file";

std::string link_of(int file) { return "/proc/self/fd/" + std::to_string(file); }

/// The path of what is open; empty where the system does not tell.
std::string real_path(int file) {
  std::array<char, PATH_MAX> path{};
  auto const size = ::readlink(link_of(file).c_str(), path.data(), path.size());
  return size <= 0 ? std::string{} : std::string{path.data(), static_cast<std::size_t>(size)};
}

/// Where our own keys and journal are, and the settings; both with and without links on the way.
std::vector<std::string> own_places(Context const& context) {
  std::vector<std::string> places;
  for (auto const& place : {context.paths.home, context.paths.config_file}) {
    std::error_code ignored;
    places.push_back(place.string());
    places.push_back(std::filesystem::weakly_canonical(place, ignored).string());
  }
  return places;
}

std::uint64_t nanoseconds(timespec const& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

/// Whoever writes to a file moves both times on.
std::uint64_t change_of(struct stat const& info) {
  return nanoseconds(info.st_mtim) + nanoseconds(info.st_ctim);
}

unexpected<Error> refuse(std::string const& path, std::string const& why) {
  return fail(ErrorCode::usage, "the file " + path + " cannot be handed over: " + why);
}

std::string expand(Context const& context, std::string const& path) {
  if (!path.starts_with("~/") || !context.environment) return path;
  return context.environment("HOME").value_or("~") + path.substr(1);
}

}  // namespace

Result<LocalFile> open_local_file(Context const& context, std::string const& path, Sensitive sensitive) {
  std::string const typed = expand(context, path);
  // Neither read nor written yet: opening a FIFO would wait, and opening a device may do something.
  UniqueFd const found{::open(typed.c_str(), O_PATH | O_CLOEXEC)};
  if (!found) return refuse(path, std::strerror(errno));
  struct stat info {};
  if (::fstat(found.get(), &info) != 0) return refuse(path, std::strerror(errno));
  if (S_ISDIR(info.st_mode)) return refuse(path, "it is a directory");
  if (!S_ISREG(info.st_mode)) return refuse(path, "it is no ordinary file");
  std::string const real = real_path(found.get());
  auto const why =
      real.empty() ? std::string{"its real path cannot be told"} : why_sensitive(real, own_places(context));
  if (!why.empty() && sensitive == Sensitive::refused) {
    std::string const led = real == typed ? "" : " (" + real + ")";
    return fail(ErrorCode::forbidden, "the file " + path + led + " is not handed over: " + why + "; " +
                                          std::string{kOverride} + " overrides this");
  }
  if (info.st_size > kLargest) {
    return refuse(path, "it has " + describe_size(info.st_size) + ", and Composio takes files of up to " +
                            describe_size(kLargest));
  }
  LocalFile file;
  file.file.reset(::open(link_of(found.get()).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.file) return refuse(path, std::strerror(errno));
  file.name = typed.substr(typed.rfind('/') + 1);
  file.size = info.st_size;
  file.changed_at = change_of(info);
  return file;
}

bool is_unchanged(LocalFile const& file) {
  struct stat info {};
  return ::fstat(file.file.get(), &info) == 0 && info.st_size == file.size &&
         change_of(info) == file.changed_at;
}

std::string describe_size(std::int64_t bytes) {
  constexpr std::array<char const*, 4> kUnits{"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (value /= 1000; value >= 999.95 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, kUnits[unit]);
  return text.data();
}

}  // namespace agenta::cli
