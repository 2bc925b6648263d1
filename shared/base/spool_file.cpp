#include "shared/base/spool_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace agenta {
namespace {

/// For file systems that make no file without a name: made with one, which goes at once.
int make_and_unlink(std::filesystem::path const& directory) {
  std::string name = (directory / ".spool-XXXXXX").string();
  int const fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd >= 0) ::unlink(name.c_str());
  return fd;
}

}  // namespace

OsResult<SpoolFile> SpoolFile::make(std::filesystem::path const& directory) {
  constexpr mode_t kOwnOnly = 0600;
  int fd = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, kOwnOnly);
  if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) fd = make_and_unlink(directory);
  if (fd < 0) return os_failure(errno, "make a temporary file in " + directory.string());
  return SpoolFile{UniqueFd{fd}};
}

OsResult<void> SpoolFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t const written = ::pwrite(file_->get(), bytes.data(), bytes.size(), size_);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return os_failure(errno, "write a temporary file");
    bytes.remove_prefix(static_cast<std::size_t>(written));
    size_ += written;
  }
  return {};
}

OsResult<void> SpoolFile::clear() {
  if (::ftruncate(file_->get(), 0) != 0) return os_failure(errno, "empty a temporary file");
  size_ = 0;
  return {};
}

OsResult<std::string> SpoolFile::read(std::int64_t offset, std::size_t most) const {
  std::string bytes(most, '\0');
  std::size_t filled = 0;
  while (filled < most) {
    ssize_t const got = ::pread(file_->get(), bytes.data() + filled, most - filled,
                                offset + static_cast<std::int64_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_failure(errno, "read a temporary file");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace agenta
