#include "daemon/core/spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "shared/base/id.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

constexpr std::string_view kPrefix = "spool-";

bool knows_no_nameless_files(int number) {
  return number == EOPNOTSUPP || number == EISDIR || number == EINVAL || number == ENOENT;
}

}  // namespace

void Spool::clear() const {
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator{directory_, ignored}) {
    if (entry.path().filename().string().starts_with(kPrefix)) std::filesystem::remove(entry.path(), ignored);
  }
}

Result<UniqueFd> Spool::create() const {
  auto directory = open_private_dir(directory_);
  if (!directory) return fail(error_from(directory.error(), ErrorCode::storage_unavailable));
  UniqueFd file{::openat(directory->get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
  if (!file && knows_no_nameless_files(errno)) {
    std::string const name = std::string{kPrefix} + random_hex(8);
    file.reset(::openat(directory->get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file) ::unlinkat(directory->get(), name.c_str(), 0);
  }
  if (!file) {
    return fail(
        error_from(OsError{errno, "make a file in " + directory_.string()}, ErrorCode::storage_unavailable));
  }
  return file;
}

}  // namespace agenta::daemon
