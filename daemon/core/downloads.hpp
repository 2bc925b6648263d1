#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/executions.hpp"
#include "daemon/core/file_storage.hpp"
#include "daemon/core/spool.hpp"
#include "shared/base/synchronized.hpp"

namespace agenta::daemon {

/// The files in results that were returned a moment ago, whether or not the journal keeps those results. Any
/// thread.
class RecentFiles {
 public:
  explicit RecentFiles(Clock const& clock) : clock_(clock) {}
  void remember(Execution const& execution);
  std::optional<Secret> find(ProjectId const& project, ExecutionId const& id, std::string const& pointer);

 private:
  struct File {
    std::string pointer{};
    Secret url{};
  };
  struct Result {
    ProjectId project{};
    ExecutionId id{};
    WallTime returned_at{};
    std::vector<File> files{};
  };
  Clock const& clock_;
  Synchronized<std::deque<Result>> results_{};
};

/// Fetches files that tools gave as results. Any thread.
class Downloads {
 public:
  struct Parts {
    store::ProjectStore& projects;
    Executions& executions;
    Credentials& credentials;
    Spool const& spool;
    FileStorage& storage;
    RecentFiles& recent;
  };
  explicit Downloads(Parts parts) : parts_(parts) {}

  /// The file at the JSON pointer in the result of an execution: no URL comes from a caller.
  /// `INVALID_REQUEST` where the result has none there.
  agenta::Result<FileBody> fetch(Caller const& caller, ExecutionId const& id, std::string const& pointer);

 private:
  agenta::Result<Secret> find_url(Caller const& caller, ExecutionId const& id, std::string const& pointer);
  Parts parts_;
};

}  // namespace agenta::daemon
