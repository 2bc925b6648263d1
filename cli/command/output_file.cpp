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

unexpected<Error> os_fail(std::string action, int number) {
  return fail(error_from(OsError{number, std::move(action)}, ErrorCode::usage));
}

unexpected<Error> is_there(std::filesystem::path const& path) {
  return fail(ErrorCode::usage, path.string() + " is there already: name another file, or give --force");
}

}  // namespace

Result<OutputFile> OutputFile::begin(std::filesystem::path path, Existing existing) {
  struct stat found {};
  bool const exists = ::stat(path.c_str(), &found) == 0;
  if (exists && S_ISDIR(found.st_mode)) return fail(ErrorCode::usage, path.string() + " is a directory");
  bool const is_special = exists && !S_ISREG(found.st_mode);
  if (exists && !is_special && existing == Existing::kept) return is_there(path);
  std::filesystem::path part;
  if (!is_special)
    part = path.parent_path() / ("." + path.filename().string() + "." + random_hex(4) + ".part");
  constexpr mode_t kByUmask = 0666;
  int const flags = is_special ? O_WRONLY | O_CLOEXEC : O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL;
  UniqueFd file{::open((is_special ? path : part).c_str(), flags, kByUmask)};
  if (!file) return os_fail("write " + path.string(), errno);
  return OutputFile{std::move(path), std::move(part), std::move(file), existing};
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      part_(std::exchange(other.part_, {})),
      file_(std::move(other.file_)),
      existing_(other.existing_) {}

OutputFile::~OutputFile() {
  if (!part_.empty()) ::unlink(part_.c_str());
}

Result<void> OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t const written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return os_fail("write " + path_.string(), errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> OutputFile::finish() {
  if (part_.empty()) return {};
  if (existing_ == Existing::replaced) {
    if (::rename(part_.c_str(), path_.c_str()) != 0) return os_fail("write " + path_.string(), errno);
    part_.clear();
    return {};
  }
  constexpr unsigned kNoReplace = 1;  // RENAME_NOREPLACE
  if (::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path_.c_str(), kNoReplace) == 0) {
    part_.clear();
    return {};
  }
  if (errno == EEXIST) return is_there(path_);
  // A file system that does not know the flag: a link refuses to replace as well, and leaves the part to go.
  if (::link(part_.c_str(), path_.c_str()) == 0) return {};
  return errno == EEXIST ? is_there(path_) : os_fail("write " + path_.string(), errno);
}

}  // namespace agenta::cli
