#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/journal_record.hpp"
#include "daemon/store/state.hpp"
#include "daemon/store/statement.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::daemon::store {

/// The chain of hashes over what was journaled: each link in the transaction of the row that it records, so
/// that neither is ever without the other. It begins with a link that counts the rows there were before it.
/// For whoever holds the `Locked`; to be destroyed by it too.
class JournalChain {
 public:
  JournalChain();
  /// The first link, where there is none: counts the rows that are there already.
  Result<void> ensure(Locked& db, WallTime now);
  /// The row `seq`, just inserted: begun, or settled at once.
  Result<void> add_row(Locked& db, std::int64_t seq, Execution const& row);
  /// The row of this id, just settled, with the digests of its result.
  Result<void> add_settled(Locked& db, ExecutionId const& id, PayloadDigests result);
  /// The arguments and results of the settled rows up to `through` were dropped.
  Result<void> add_forgotten(Locked& db, std::int64_t through, std::int64_t rows, WallTime now);
  /// The file of this execution's large result is about to be dropped.
  Result<void> add_file_dropped(Locked& db, ExecutionId const& id, WallTime now);

  /// The links after `seq`, in their order, `most` at most.
  Result<std::vector<ChainLink>> read(Locked& db, std::int64_t seq, int most);

 private:
  /// `before`: rows from here on are not yet part of what the chain begins with.
  Result<void> append(Locked& db, std::string_view event, std::vector<Fact> const& facts, std::int64_t before,
                      WallTime at);
  Result<ChainLink> head(Locked& db);
  Result<ChainLink> begin(Locked& db, std::int64_t before, WallTime at);
  Result<void> write(Locked& db, ChainLink const& link);

  Statement head_{"SELECT seq, hash FROM journal_chain WHERE seq > 0 ORDER BY seq DESC LIMIT 1"};
  Statement insert_{"INSERT INTO journal_chain (seq, record, hash) VALUES (?1, ?2, ?3)"};
  Statement read_{"SELECT seq, record, hash FROM journal_chain WHERE seq > ?1 ORDER BY seq LIMIT ?2"};
  Statement earlier_{"SELECT count(*), max(seq) FROM executions WHERE seq < ?1"};
  Statement row_;
};

}  // namespace agenta::daemon::store
