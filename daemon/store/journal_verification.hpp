#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/database.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/execution.hpp"
#include "shared/domain/history.hpp"

namespace agenta::daemon::store {

/// The SHA-256 of the file of an execution's large result, in hex; nothing where there is no file.
using FileDigest =
    std::function<Result<std::optional<std::string>>(ExecutionId const&, std::stop_token const&)>;

/// Goes through the chain of hashes from its beginning, and compares every row of the journal, and every file
/// of a large result, with what was recorded of it. Holds the database for a moment at a time, and of the
/// history only what is under way. Any thread; one use.
class JournalVerification {
 public:
  /// Without `files`, files are not compared. It is called while nothing is locked.
  explicit JournalVerification(Database& database, FileDigest files = {});
  ~JournalVerification();

  /// `head`: a hash noted earlier, that must be in the chain; empty: none was noted. `CANCELLED` when
  /// stopped. What is found is no error.
  Result<JournalReport> run(std::string_view head, std::stop_token const& stop);

 private:
  struct Walk;
  Result<void> check_files(std::stop_token const& stop);

  Database& database_;
  FileDigest const files_;
  std::unique_ptr<Walk> walk_;
};

}  // namespace agenta::daemon::store
