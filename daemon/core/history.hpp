#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "daemon/core/caller.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/execution_journal.hpp"
#include "daemon/store/journal_retention.hpp"
#include "daemon/store/journal_verification.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/domain/history.hpp"

namespace agenta::daemon {

/// What is done with the journal as a whole: showing its chain, verifying it, and dropping what is old. Any
/// thread.
class History {
 public:
  struct Options {
    std::chrono::milliseconds keep_for{};  ///< arguments and results; 0: for ever
    std::int64_t keep_rows = 0;            ///< of how many executions; 0: of all
    /// Told of each large result that the journal has dropped: its file may go.
    std::function<void(ResultFile const&)> drop_file{};
    store::FileDigest digest_file{};  ///< of large results; without it they are not compared
  };
  History(store::Database& database, store::ExecutionJournal& journal, Clock const& clock, Options options);

  /// The links after `after`, `most` at most.
  Result<std::vector<store::ChainLink>> chain(std::int64_t after, int most);
  /// As `JournalVerification::run`, for as long as somebody waits.
  Result<JournalReport> verify(Caller const& caller, std::string_view head);
  /// Drops the arguments and results of what was begun longer ago than `older_than`, or than the settings
  /// keep, and of more executions than they keep, or says what that would be. Ends early where nobody waits
  /// any more; what is dropped stays dropped.
  Result<HistoryCleaning> clean(Caller const& caller, std::optional<std::chrono::milliseconds> older_than,
                                bool dry_run);
  /// The same by itself, once a day, at leisure; called whenever there is nothing else to do. What was
  /// dropped; nothing where it is not yet time.
  std::optional<HistoryCleaning> tidy(std::stop_token const& stop);

 private:
  /// Nothing where all is kept.
  std::optional<store::KeepRule> kept(std::optional<std::chrono::milliseconds> older_than) const;

  store::Database& database_;
  store::ExecutionJournal& journal_;
  store::JournalRetention retention_;
  Clock const& clock_;
  Options const options_;
  Synchronized<std::optional<SteadyTime>> tidied_at_;
};

}  // namespace agenta::daemon
