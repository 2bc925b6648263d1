#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/body.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::daemon {

/// The results that are too large to be held in memory, a file each: `<execution id>.json`, in a private
/// directory that is made with the first. Any thread.
class ResultFiles {
 public:
  struct Options {
    std::filesystem::path directory{};
    std::int64_t quota = std::int64_t{1} << 30;       ///< of all files together, in bytes
    std::int64_t most_bytes = std::int64_t{1} << 30;  ///< of one reply
  };
  explicit ResultFiles(Options options) : options_(std::move(options)) {}

  std::filesystem::path path_of(ExecutionId const& id) const;
  std::int64_t most_bytes() const { return options_.most_bytes; }

  bool is_kept(Execution const& execution) const;
  /// The data of an execution whose result is in a file; nothing where the file is gone, or not as the
  /// journal says.
  std::optional<FileBody> open(Execution const& execution) const;
  /// The part of it that a JSON pointer names, found without holding it. Nothing where it names nothing.
  static std::optional<FileBody> select(FileBody const& data, std::string_view pointer);

  /// Drops the oldest files until the rest is within the quota. One younger than a minute stays: whoever
  /// asked for it is still to be given it. `record` is told before of which executions; where it says no,
  /// they stay until the next time.
  void keep_quota(std::function<bool(std::vector<ExecutionId> const&)> const& record) const;
  void remove(ResultFile const& file) const;
  /// The SHA-256 of all of an execution's file, in hex; nothing where there is none. `CANCELLED` when
  /// stopped.
  Result<std::optional<std::string>> digest(ExecutionId const& id, std::stop_token const& stop) const;
  /// Keeps a result that is in memory; nothing where the disk would not take it.
  std::optional<ResultFile> keep(ExecutionId const& id, std::string_view data) const;
  /// Bytes of all files.
  std::int64_t usage() const;
  /// Removes what a crash left: files that are not finished, and those `is_named` does not know. Before
  /// anything runs.
  void sweep(std::function<bool(ExecutionId const&)> const& is_named) const;

 private:
  Options const options_;
};

}  // namespace agenta::daemon
