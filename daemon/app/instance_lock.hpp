#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "shared/base/unique_fd.hpp"
#include "shared/config/paths.hpp"
#include "shared/domain/error.hpp"

namespace agenta::daemon {

/// The one daemon of one home: an flock on `run/daemon.lock`, held until death, with a record of who holds
/// it. It stands beside the database, so whatever the environment, two daemons can never share one. Loop
/// thread only.
class InstanceLock {
 public:
  /// Makes the private directories. `DAEMON_UNAVAILABLE` naming the holder where another daemon has it.
  static Result<InstanceLock> take(config::Paths const& paths);
  InstanceLock(InstanceLock&&) = default;
  InstanceLock& operator=(InstanceLock&&) = default;

  /// Records pid, start time, version, protocol range, socket path and program.
  Result<void> record(config::Paths const& paths);
  /// Whether the lock file is still the file that was locked: someone may have deleted or replaced it.
  bool still_held() const;
  /// Empties the record: the daemon is about to go.
  void clear();

 private:
  InstanceLock(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  UniqueFd fd_;
  std::filesystem::path path_;
};

}  // namespace agenta::daemon
