#include "cli/clients/config_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "shared/base/id.hpp"
#include "shared/base/os_error.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kLargest = std::size_t{64} << 20;

unexpected<Error> os_fail(std::string action, int number) {
  return fail(error_from(OsError{number, std::move(action)}, ErrorCode::storage_unavailable));
}

/// Where a name leads, over links that lead nowhere too.
Result<std::filesystem::path> follow(std::filesystem::path path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  for (int i = 0; i < kMostLinks; ++i) {
    if (!std::filesystem::is_symlink(std::filesystem::symlink_status(path, error))) return path;
    auto const to = std::filesystem::read_symlink(path, error);
    if (error) return os_fail("follow the link " + path.string(), error.value());
    path = to.is_absolute() ? to : path.parent_path() / to;
  }
  return os_fail("follow the link " + path.string(), ELOOP);
}

Result<void> write_all(int file, std::string_view bytes, std::string const& path) {
  while (!bytes.empty()) {
    ssize_t const written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return os_fail("write " + path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file) != 0) return os_fail("write " + path, errno);
  return {};
}

}  // namespace

std::optional<ConfigFile::Seen> ConfigFile::look(std::filesystem::path const& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  constexpr std::int64_t kSecond = 1'000'000'000;
  Seen seen;
  seen.mode = found.st_mode;
  seen.inode = found.st_ino;
  seen.changed_ns = found.st_mtim.tv_sec * kSecond + found.st_mtim.tv_nsec;
  seen.size = found.st_size;
  return seen;
}

Result<ConfigFile> ConfigFile::load(std::filesystem::path path) {
  ConfigFile file;
  AGENTA_TRY(file.target_, follow(path));
  file.path_ = std::move(path);
  file.seen_ = look(file.target_);
  if (file.seen_ && !S_ISREG(file.seen_->mode)) {
    return fail(ErrorCode::usage, file.path_.string() + " is no file");
  }
  auto text = read_file(file.target_, kLargest);
  if (text) {
    file.text_ = std::move(*text);
  } else if (text.error().number != ENOENT) {
    return fail(error_from(text.error(), ErrorCode::usage));
  }
  return file;
}

Result<void> ConfigFile::check_unchanged() const {
  if (look(target_) == seen_) return {};
  return fail(ErrorCode::usage, path_.string() + " was changed by another program just now; try again");
}

Result<void> ConfigFile::save(std::string const& text, Readers readers) const {
  std::error_code error;
  std::filesystem::create_directories(target_.parent_path(), error);
  if (error) return os_fail("make the directory " + target_.parent_path().string(), error.value());
  std::filesystem::path const part =
      target_.parent_path() / ("." + target_.filename().string() + "." + random_hex(4) + ".part");
  mode_t const made = readers == Readers::owner ? 0600 : 0666;
  UniqueFd file{::open(part.c_str(), O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, made)};
  if (!file) return os_fail("write " + path_.string(), errno);
  constexpr mode_t kPermissions = 07777;
  Result<void> done = write_all(file.get(), text, path_.string());
  if (done && seen_ && ::fchmod(file.get(), seen_->mode & kPermissions) != 0) {
    done = os_fail("keep the mode of " + path_.string(), errno);
  }
  if (done) done = check_unchanged();
  if (done && ::rename(part.c_str(), target_.c_str()) != 0) done = os_fail("write " + path_.string(), errno);
  if (!done) ::unlink(part.c_str());
  return done;
}

Result<void> ConfigFile::remove() const {
  AGENTA_CHECK(check_unchanged());
  if (::unlink(target_.c_str()) != 0) return os_fail("remove " + path_.string(), errno);
  return {};
}

}  // namespace agenta::cli
