#include "shared/base/private_dir.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "shared/base/id.hpp"
#include "shared/base/try.hpp"

namespace agenta {
namespace {

std::string octal(mode_t mode) {
  std::array<char, 16> out{};
  std::snprintf(out.data(), out.size(), "%04o", static_cast<unsigned>(mode & 07777));
  return out.data();
}

OsResult<UniqueFd> open_checked(std::filesystem::path const& path) {
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!fd) {
    int const number = errno;
    bool const link = std::filesystem::is_symlink(path);
    return os_failure(number,
                      "open the directory " + path.string() +
                          (link ? " (it is a symbolic link; a private directory must be a real one)" : ""));
  }
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return os_failure(errno, "inspect the directory " + path.string());
  if (info.st_uid != ::geteuid()) {
    return os_failure(EPERM, "use the directory " + path.string() + ", owned by uid " +
                                 std::to_string(info.st_uid) + " and not by you (uid " +
                                 std::to_string(::geteuid()) +
                                 "); remove it or set AGENTA_TOOLS_HOME to a directory of your own");
  }
  if ((info.st_mode & 077) != 0) {
    return os_failure(EPERM, "use the directory " + path.string() + ", open to others (mode " +
                                 octal(info.st_mode) + "); close it with: chmod 700 " + path.string());
  }
  return fd;
}

}  // namespace

OsResult<UniqueFd> open_private_dir(std::filesystem::path const& path) {
  std::filesystem::path so_far;
  for (auto const& part : path) {
    so_far /= part;
    // Others' directories on the way are used as they are; ours are private from mkdir on, whatever the
    // umask.
    if (::mkdir(so_far.c_str(), 0700) != 0 && errno != EEXIST) {
      int const number = errno;
      if (std::error_code ignored; std::filesystem::is_directory(so_far, ignored)) continue;
      return os_failure(number, "create the directory " + so_far.string());
    }
  }
  return open_checked(path);
}

OsResult<UniqueFd> open_existing_private_dir(std::filesystem::path const& path) { return open_checked(path); }

OsResult<void> check_private_file(std::filesystem::path const& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return os_failure(errno, "inspect " + path.string());
  if (info.st_uid != ::geteuid()) {
    return os_failure(EPERM, "trust " + path.string() + ", owned by uid " + std::to_string(info.st_uid));
  }
  if ((info.st_mode & 077) != 0) {
    return os_failure(EPERM, "trust " + path.string() + ", open to others (mode " + octal(info.st_mode) +
                                 "); close it with: chmod 600 " + path.string());
  }
  return {};
}

OsResult<void> write_private_file(std::filesystem::path const& path, std::string_view content) {
  std::filesystem::path const temporary = path.string() + "." + random_hex(6) + ".new";
  UniqueFd fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd) return os_failure(errno, "create " + temporary.string());
  auto const give_up = [&](std::string action) {
    int const number = errno;
    ::unlink(temporary.c_str());
    return os_failure(number, std::move(action));
  };
  while (!content.empty()) {
    ssize_t const written = ::write(fd.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return give_up("write " + path.string());
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd.get()) != 0) return give_up("write " + path.string());
  if (::rename(temporary.c_str(), path.c_str()) != 0) return give_up("replace " + path.string());
  UniqueFd const directory{::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory) ::fsync(directory.get());
  return {};
}

OsResult<std::string> read_file(std::filesystem::path const& path, std::size_t limit) {
  UniqueFd const fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) return os_failure(errno, "open " + path.string());
  std::string content;
  std::array<char, 16384> buffer{};
  for (;;) {
    ssize_t const got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_failure(errno, "read " + path.string());
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > limit) {
      return os_failure(EFBIG, "read " + path.string() + " (over " + std::to_string(limit) + " bytes)");
    }
    content.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace agenta
