#pragma once

#include <filesystem>
#include <string>

#include "shared/domain/error.hpp"

namespace agenta::daemon::store {

/// What SQLite said of a call that failed.
struct StorageFailure {
  int code = 0;          ///< its extended result code
  int system_errno = 0;  ///< of the system call behind it, where there was one
  std::string reason{};
};

/// The failure as a person is told: `STORAGE_UNAVAILABLE` for a full, read-only, failing, damaged or foreign
/// file, `BLOCKED` for permissions, `INTERNAL` for what would be a bug of ours. Names the file and the
/// remedy; a damaged file is named with its newest backup.
Error storage_error(StorageFailure const& failure, std::filesystem::path const& database);

}  // namespace agenta::daemon::store
