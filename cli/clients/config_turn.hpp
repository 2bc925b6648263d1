#pragma once

#include <chrono>
#include <filesystem>

#include "shared/base/unique_fd.hpp"
#include "shared/domain/error.hpp"

namespace agenta::cli {

/// The turn to change files of one directory: one of these programs has it at a time, for as long as this
/// lives, and a killed program's ends with it. It is a lock on the directory itself, so that nothing is left
/// in it; other programs do not heed it.
class ConfigTurn {
 public:
  /// For the directory of what `path` leads to. What programs that were killed left of that file is removed.
  /// Where there is no directory, or its file system has no locks, there are no turns, and nothing is
  /// removed. `USAGE` where others have the turn for longer than `patience`.
  static Result<ConfigTurn> take(std::filesystem::path const& path, std::chrono::milliseconds patience);

 private:
  explicit ConfigTurn(UniqueFd held) : held_(std::move(held)) {}
  UniqueFd held_;
};

}  // namespace agenta::cli
