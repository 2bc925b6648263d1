#include "shared/base/write_at.hpp"

#include <unistd.h>

#include <cerrno>

namespace agenta {

OsResult<void> write_at(int file, std::string_view bytes, std::int64_t offset, std::string const& what) {
  while (!bytes.empty()) {
    ssize_t const written = ::pwrite(file, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return os_failure(written == 0 ? ENOSPC : errno, "write " + what);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += written;
  }
  return {};
}

}  // namespace agenta
