#include "cli/clients/config_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "cli/clients/config_place.hpp"
#include "shared/base/os_error.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kLargest = std::size_t{64} << 20;

Result<void> write_all(int file, std::string_view bytes, std::filesystem::path const& path) {
  while (!bytes.empty()) {
    ssize_t const written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_on_disk("write " + path.string(), errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file) != 0) return fail_on_disk("write " + path.string(), errno);
  return {};
}

/// From the first byte on, and nothing after it.
Result<void> write_over(int file, std::string_view text, std::filesystem::path const& path) {
  if (::lseek(file, 0, SEEK_SET) != 0) return fail_on_disk("write " + path.string(), errno);
  AGENTA_CHECK(write_all(file, text, path));
  if (::ftruncate(file, static_cast<off_t>(text.size())) != 0 || ::fsync(file) != 0) {
    return fail_on_disk("write " + path.string(), errno);
  }
  return {};
}

/// A copy is there while a file is written in place, and after a program that was killed at it.
Result<void> check_whole(std::filesystem::path const& path, std::filesystem::path const& copy) {
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::symlink_status(copy, ignored))) return {};
  return fail(ErrorCode::usage, path.string() +
                                    " may be half written, for writing it was cut off: " + copy.string() +
                                    " is what it said before. Put that back or remove it, and try again");
}

}  // namespace

std::optional<ConfigFile::Seen> ConfigFile::look(std::filesystem::path const& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  constexpr std::int64_t kSecond = 1'000'000'000;
  Seen seen;
  seen.mode = found.st_mode;
  seen.owner = found.st_uid;
  seen.group = found.st_gid;
  seen.names = found.st_nlink;
  seen.inode = found.st_ino;
  seen.changed_ns = found.st_mtim.tv_sec * kSecond + found.st_mtim.tv_nsec;
  seen.size = found.st_size;
  return seen;
}

Result<ConfigFile> ConfigFile::load(std::filesystem::path path) {
  ConfigFile file;
  AGENTA_TRY(file.target_, follow_links(path));
  file.path_ = std::move(path);
  file.seen_ = look(file.target_);
  if (file.seen_ && !S_ISREG(file.seen_->mode)) {
    return fail(ErrorCode::usage, file.path_.string() + " is no file");
  }
  AGENTA_CHECK(check_whole(file.path_, make_backup_name(file.target_)));
  auto text = read_file(file.target_, kLargest);
  if (text) {
    file.text_ = std::move(*text);
  } else if (text.error().number != ENOENT) {
    return fail(error_from(text.error(), ErrorCode::usage));
  }
  return file;
}

Result<Change> ConfigFile::save(std::string const& text, Readers readers) const {
  return has_other_names() ? write_in_place(text) : replace(text, readers);
}

Result<Change> ConfigFile::replace(std::string const& text, Readers readers) const {
  std::error_code error;
  std::filesystem::create_directories(target_.parent_path(), error);
  if (error) return fail_on_disk("make the directory " + target_.parent_path().string(), error.value());
  std::filesystem::path const part = make_part_name(target_);
  // What the file says is nobody's but who could read it, from its first instant.
  mode_t const made = seen_ || readers == Readers::owner ? 0600 : 0666;
  UniqueFd file{::open(part.c_str(), O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, made)};
  // Another of these programs took the directory away, which was empty.
  if (!file && errno == ENOENT) return Change::overtaken;
  if (!file) return fail_on_disk("write " + path_.string(), errno);
  constexpr mode_t kPermissions = 07777;
  auto done = [&]() -> Result<Change> {
    AGENTA_CHECK(write_all(file.get(), text, path_));
    // Before its mode, which this may take bits from. A group that we are not in is no reason to give up.
    bool const is_kept = !seen_ || ::fchown(file.get(), seen_->owner, seen_->group) == 0;
    if (!is_kept && seen_->owner != ::geteuid())
      return fail_on_disk("keep the owner of " + path_.string(), errno);
    if (seen_ && ::fchmod(file.get(), seen_->mode & kPermissions) != 0) {
      return fail_on_disk("keep the mode of " + path_.string(), errno);
    }
    return put_in_place(part);
  }();
  // Gone already where it has taken a place that was free.
  ::unlink(part.c_str());
  return done;
}

/// The part takes the file's place, and the old file the part's. The old one is looked at once it is out of
/// the way: whoever changed it after it was read, up to that instant, has not been overwritten.
Result<Change> ConfigFile::put_in_place(std::filesystem::path const& part) const {
  if (look(target_) != seen_) return Change::overtaken;
  unsigned const how = seen_ ? RENAME_EXCHANGE : RENAME_NOREPLACE;
  if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, target_.c_str(), how) == 0) {
    if (!seen_ || look(part) == seen_) return Change::made;
    if (::rename(part.c_str(), target_.c_str()) == 0) return Change::overtaken;
    return fail_on_disk("put back " + path_.string(), errno);
  }
  if (errno == EEXIST || errno == ENOENT) return Change::overtaken;
  // Some file systems know of no exchange.
  if (errno != EINVAL && errno != ENOSYS) return fail_on_disk("write " + path_.string(), errno);
  if (::rename(part.c_str(), target_.c_str()) != 0) return fail_on_disk("write " + path_.string(), errno);
  return Change::made;
}

/// Another file under this name would part it from its other names. What a killed program leaves half written
/// can be had back from the copy; whether it has to be, a person sees.
Result<Change> ConfigFile::write_in_place(std::string const& text) const {
  std::filesystem::path const copy = make_backup_name(target_);
  UniqueFd const file{::open(target_.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!file) return fail_on_disk("write " + path_.string(), errno);
  UniqueFd const kept{::open(copy.c_str(), O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, 0600)};
  if (!kept && errno == EEXIST) return Change::overtaken;
  if (!kept) return fail_on_disk("write " + copy.string(), errno);
  bool is_whole = true;
  auto done = [&]() -> Result<Change> {
    AGENTA_CHECK(write_all(kept.get(), *text_, copy));
    if (look(target_) != seen_) return Change::overtaken;
    auto written = write_over(file.get(), text, path_);
    if (written) return Change::made;
    // The old text had its room already.
    is_whole = write_over(file.get(), *text_, path_).has_value();
    return fail(std::move(written).error());
  }();
  if (is_whole) ::unlink(copy.c_str());
  return done;
}

Result<Change> ConfigFile::remove() const {
  std::filesystem::path const part = make_part_name(target_);
  if (look(target_) != seen_) return Change::overtaken;
  if (::rename(target_.c_str(), part.c_str()) != 0) return fail_on_disk("remove " + path_.string(), errno);
  if (look(part) != seen_ && ::rename(part.c_str(), target_.c_str()) == 0) return Change::overtaken;
  if (::unlink(part.c_str()) != 0) return fail_on_disk("remove " + path_.string(), errno);
  return Change::made;
}

}  // namespace agenta::cli
