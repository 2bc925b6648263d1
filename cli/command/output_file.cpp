#include "cli/command/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "shared/base/id.hpp"
#include "shared/base/os_error.hpp"

namespace agenta::cli {
namespace {

namespace fs = std::filesystem;

unexpected<Error> cannot_write(fs::path const& path, int number) {
  return fail(error_from(OsError{number, "write " + path.string()}, ErrorCode::usage));
}

/// Where a link leads to, for what is to stay a link.
fs::path follow(fs::path const& path) {
  std::error_code failed;
  if (!fs::is_symlink(fs::symlink_status(path, failed))) return path;
  auto target = fs::canonical(path, failed);
  return failed ? path : target;
}

}  // namespace

Result<OutputFile> OutputFile::begin(fs::path path, Access access) {
  struct stat found {};
  bool const exists = ::stat(path.c_str(), &found) == 0;
  if (exists && S_ISDIR(found.st_mode)) return fail(ErrorCode::usage, path.string() + " is a directory");
  if (exists && !S_ISREG(found.st_mode)) {
    UniqueFd file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
    if (!file) return cannot_write(path, errno);
    return OutputFile{path, path, {}, std::move(file)};
  }
  fs::path place = follow(path);
  fs::path part = place.parent_path() / ("." + place.filename().string() + "." + random_hex(4) + ".part");
  constexpr mode_t kByUmask = 0666;
  constexpr mode_t kOwner = 0600;
  constexpr mode_t kPermissions = 0777;
  mode_t const mode = access == Access::owner ? kOwner : kByUmask;
  UniqueFd file{::open(part.c_str(), O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, mode)};
  if (!file) return cannot_write(path, errno);
  // Whoever closed the old file to others did not mean to open the new one.
  if (exists && access == Access::by_umask)
    static_cast<void>(::fchmod(file.get(), found.st_mode & kPermissions));
  return OutputFile{std::move(path), std::move(place), std::move(part), std::move(file)};
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      place_(std::move(other.place_)),
      part_(std::exchange(other.part_, {})),
      file_(std::move(other.file_)) {}

OutputFile::~OutputFile() {
  if (!part_.empty()) ::unlink(part_.c_str());
}

Result<void> OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t const written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return cannot_write(path_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> OutputFile::finish() {
  if (part_.empty()) return {};
  if (::rename(part_.c_str(), place_.c_str()) != 0) return cannot_write(path_, errno);
  part_.clear();
  return {};
}

}  // namespace agenta::cli
