#pragma once

#include <filesystem>
#include <utility>

#include "shared/base/unique_fd.hpp"
#include "shared/domain/error.hpp"

namespace agenta::daemon {

/// Files on their way from or to somebody. They have no name: each is gone with its last descriptor, however
/// the daemon ends. Any thread.
class Spool {
 public:
  explicit Spool(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// Removes what a crash left behind where the file system knows no nameless files. Call once, before
  /// serving.
  void clear() const;
  /// An empty file for its owner alone. `STORAGE_UNAVAILABLE` where there is no room.
  Result<UniqueFd> create() const;

 private:
  std::filesystem::path const directory_;
};

}  // namespace agenta::daemon
