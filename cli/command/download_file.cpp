#include "cli/command/download_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "cli/command/safe_name.hpp"
#include "shared/base/id.hpp"

namespace agenta::cli {
namespace {

unexpected<Error> disk_failure(int number, std::string what) {
  return fail(error_from(OsError{number, std::move(what)}, ErrorCode::storage_unavailable));
}

}  // namespace

NewFile::NewFile(NewFile&& other) noexcept
    : directory_(other.directory_),
      file_(std::move(other.file_)),
      temporary_(std::exchange(other.temporary_, {})) {}

NewFile::~NewFile() {
  if (!temporary_.empty()) ::unlinkat(directory_, temporary_.c_str(), 0);
}

Result<NewFile> NewFile::make(int directory) {
  UniqueFd file{::openat(directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600)};
  std::string temporary;
  if (!file) {
    temporary = "agenta-tools-" + random_hex(8) + ".part";
    file.reset(
        ::openat(directory, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  }
  if (!file) return disk_failure(errno, "make a file in the download directory");
  return NewFile{directory, std::move(file), std::move(temporary)};
}

Result<std::string> NewFile::publish(std::string const& name) {
  if (::fsync(file_.get()) != 0) return disk_failure(errno, "write " + name);
  std::string const open_file = "/proc/self/fd/" + std::to_string(file_.get());
  constexpr int kMostNumbers = 10'000;
  for (int number = 1; number <= kMostNumbers; ++number) {
    std::string const wanted = numbered_name(name, number);
    // A link, unlike a renaming, never takes the place of a file that is there.
    int const linked =
        temporary_.empty()
            ? ::linkat(AT_FDCWD, open_file.c_str(), directory_, wanted.c_str(), AT_SYMLINK_FOLLOW)
            : ::linkat(directory_, temporary_.c_str(), directory_, wanted.c_str(), 0);
    if (linked == 0) {
      if (!temporary_.empty()) ::unlinkat(directory_, std::exchange(temporary_, {}).c_str(), 0);
      ::fsync(directory_);
      return wanted;
    }
    if (errno != EEXIST) return disk_failure(errno, "name the file " + wanted);
  }
  return fail(ErrorCode::usage, "the download directory has too many files called " + name);
}

}  // namespace agenta::cli
