#include "daemon/store/backup.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>

#include "daemon/store/state.hpp"
#include "shared/base/try.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::daemon::store {
namespace {

constexpr std::string_view kSuffix = ".backup-";

Result<void> os_error(std::string action) {
  return fail(error_from({errno, std::move(action)}, ErrorCode::storage_unavailable));
}

Result<void> sync(std::filesystem::path const& path, int flags) {
  UniqueFd const fd{::open(path.c_str(), flags | O_CLOEXEC)};
  if (!fd || ::fsync(fd.get()) != 0) return os_error("write " + path.string());
  return {};
}

/// VACUUM INTO fills an empty file, and so keeps the mode this one is made with.
Result<void> make_empty(std::filesystem::path const& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return os_error("replace " + path.string());
  UniqueFd const fd{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (!fd || ::fchmod(fd.get(), 0600) != 0) return os_error("create " + path.string());
  return {};
}

}  // namespace

std::filesystem::path backup_path(std::filesystem::path const& database, int version) {
  return database.string() + std::string{kSuffix} + std::to_string(version);
}

Result<void> back_up(Locked& db, int version) {
  auto const path = backup_path(db.state().path, version);
  // One name, not a random one: what a killed process left behind is replaced, not added to.
  std::filesystem::path const temporary = path.string() + ".new";
  AGENTA_CHECK(make_empty(temporary));
  Statement copy{"VACUUM INTO ?1"};
  if (auto copied = copy.use(db, temporary.string()).run(); !copied) {
    ::unlink(temporary.c_str());
    return fail(std::move(copied).error());
  }
  AGENTA_CHECK(sync(temporary, O_RDWR));
  if (::rename(temporary.c_str(), path.c_str()) != 0) return os_error("replace " + path.string());
  auto const folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
  return sync(folder, O_RDONLY | O_DIRECTORY);
}

std::optional<std::filesystem::path> find_newest_backup(std::filesystem::path const& database) {
  std::string const prefix = database.filename().string() + std::string{kSuffix};
  std::optional<std::filesystem::path> newest;
  int highest = 0;
  std::error_code failed;
  auto const folder = database.has_parent_path() ? database.parent_path() : std::filesystem::path{"."};
  std::filesystem::directory_iterator entry{folder, failed};
  for (; !failed && entry != std::filesystem::directory_iterator{}; entry.increment(failed)) {
    std::string const name = entry->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    int version = 0;
    char const* const end = name.data() + name.size();
    auto const parsed = std::from_chars(name.data() + prefix.size(), end, version);
    if (parsed.ec != std::errc{} || parsed.ptr != end || version < highest) continue;
    highest = version;
    newest = entry->path();
  }
  return newest;
}

}  // namespace agenta::daemon::store
