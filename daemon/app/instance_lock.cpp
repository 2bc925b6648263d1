#include "daemon/app/instance_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "shared/base/private_dir.hpp"
#include "shared/base/version.hpp"
#include "shared/client/launcher.hpp"

namespace agenta::daemon {

Result<InstanceLock> InstanceLock::take(config::Paths const& paths) {
  for (auto const& directory : {paths.home, paths.run_dir(), paths.log_dir()}) {
    if (auto const opened = open_private_dir(directory); !opened) {
      return fail(error_from(opened.error(), ErrorCode::storage_unavailable));
    }
  }
  std::filesystem::path const path = paths.daemon_lock();
  UniqueFd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd)
    return fail(error_from(OsError{errno, "open the lock " + path.string()}, ErrorCode::storage_unavailable));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return fail(error_from(OsError{errno, "lock " + path.string()}, ErrorCode::storage_unavailable));
    }
    auto const holder = client::read_lock_record(path);
    return fail(ErrorCode::daemon_unavailable,
                "another daemon" + (holder ? " (pid " + std::to_string(holder->pid) + ")" : "") +
                    " already serves " + paths.home.string(),
                {"agenta-tools", "daemon", "status"});
  }
  return InstanceLock{std::move(fd), path};
}

Result<void> InstanceLock::record(config::Paths const& paths) {
  ProtocolRange const range = protocol_range();
  nlohmann::ordered_json json;
  json["pid"] = ::getpid();
  json["start_time"] = client::process_start_time(::getpid()).value_or(0);
  json["version"] = product_version();
  json["build"] = build_id();
  json["protocol"] = {{"oldest", range.oldest}, {"newest", range.newest}};
  json["socket"] = paths.socket().string();
  std::error_code ignored;
  json["program"] = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  std::string const text = json.dump() + "\n";
  if (::ftruncate(fd_.get(), 0) != 0 ||
      ::pwrite(fd_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return fail(
        error_from(OsError{errno, "write the lock " + path_.string()}, ErrorCode::storage_unavailable));
  }
  return {};
}

bool InstanceLock::still_held() const {
  struct stat held {};
  struct stat there {};
  return ::fstat(fd_.get(), &held) == 0 && ::lstat(path_.c_str(), &there) == 0 &&
         held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

void InstanceLock::clear() { static_cast<void>(::ftruncate(fd_.get(), 0)); }

}  // namespace agenta::daemon
