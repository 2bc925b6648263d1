#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/database.hpp"
#include "shared/domain/history.hpp"

namespace agenta::daemon::store {

/// Goes through the chain of hashes from its beginning, and compares every row of the journal with what was
/// recorded of it. Holds the database for a moment at a time, and of the history only what is under way. Any
/// thread; one use.
class JournalVerification {
 public:
  explicit JournalVerification(Database& database);
  ~JournalVerification();

  /// `head`: a hash noted earlier, that must be in the chain; empty: none was noted. `CANCELLED` when
  /// stopped. What is found is no error.
  Result<JournalReport> run(std::string_view head, std::stop_token const& stop);

 private:
  struct Walk;
  Database& database_;
  std::unique_ptr<Walk> walk_;
};

}  // namespace agenta::daemon::store
