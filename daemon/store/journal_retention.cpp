#include "daemon/store/journal_retention.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "daemon/store/execution_list.hpp"
#include "daemon/store/journal_chain.hpp"
#include "daemon/store/row.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {
namespace {

// So many rows a transaction: nobody waits long for the database meanwhile.
constexpr int kStep = 200;
constexpr int kMeasureStep = 5000;

// `length` of a text counts characters.
constexpr char const* kBytes = "length(CAST(arguments AS BLOB)) + coalesce(length(CAST(data AS BLOB)), 0)";

}  // namespace

struct JournalRetention::Statements {
  TimeBorder border{};
  JournalChain chain{};
  Statement kept_from{"SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'history.forgotten_through'"};
  Statement keep_from{
      "INSERT INTO meta (key, value) VALUES ('history.forgotten_through', ?1) "
      "ON CONFLICT (key) DO UPDATE SET value = excluded.value"};
  // The second condition is the partial index's own.
  Statement unsettled{
      "SELECT min(seq) FROM executions WHERE state IN ('queued', 'sent') AND state <> 'succeeded'"};
  Statement newest{"SELECT max(seq) FROM executions"};
  Statement last{
      "SELECT max(seq) FROM (SELECT seq FROM executions WHERE seq > ?1 AND seq < ?2 ORDER BY seq LIMIT ?3)"};
  Statement sum{std::string{"SELECT count(*), sum("} + kBytes +
                "), count(result_file) FROM executions WHERE seq > ?1 AND seq <= ?2 AND arguments <> ''"};
  Statement files{
      "SELECT result_file, result_offset, result_size FROM executions WHERE seq > ?1 AND seq <= ?2 "
      "AND result_file IS NOT NULL"};
  Statement forget{
      "UPDATE executions SET arguments = '', data = NULL, result_file = NULL, result_offset = NULL, "
      "result_size = NULL WHERE seq > ?1 AND seq <= ?2"};
};

/// Rows after `from`, to `through`; none where they are equal.
struct JournalRetention::Range {
  std::int64_t from = 0;
  std::int64_t through = 0;
  std::int64_t end = 0;  ///< before which all of it lies
};

namespace {

Result<std::int64_t> number(Use row, std::int64_t otherwise) {
  AGENTA_TRY(bool const found, row.next());
  return found && !row.is_null(0) ? row.integer(0) : otherwise;
}

Result<Forgotten> read_sum(Use row) {
  AGENTA_CHECK(row.next());
  Forgotten sum;
  sum.executions = row.integer(0);
  sum.bytes = row.integer(1);
  sum.files = row.integer(2);
  return sum;
}

Result<std::vector<ResultFile>> read_files(Use row) {
  std::vector<ResultFile> files;
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return files;
    files.push_back({row.text(0), row.integer(1), row.integer(2)});
  }
}

}  // namespace

JournalRetention::JournalRetention(Database& database)
    : database_(database), statements_(std::make_unique<Statements>()) {}

JournalRetention::~JournalRetention() {
  Locked const db{database_};
  statements_.reset();
}

Result<JournalRetention::Range> JournalRetention::next_range(Locked& db, KeepRule const& kept, int most) {
  constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
  Range range;
  AGENTA_TRY(range.from, number(statements_->kept_from.use(db), 0));
  std::int64_t border = 0;
  if (kept.since) {
    AGENTA_TRY(border, statements_->border.find(db, *kept.since));
  }
  if (kept.newest > 0) {
    // No row is ever removed: their numbers count them.
    AGENTA_TRY(std::int64_t const newest, number(statements_->newest.use(db), 0));
    border = std::max(border, newest - kept.newest + 1);
  }
  AGENTA_TRY(std::int64_t const unsettled, number(statements_->unsettled.use(db), kNone));
  range.end = std::min(border, unsettled);
  AGENTA_TRY(range.through, number(statements_->last.use(db, range.from, range.end, most), range.from));
  return range;
}

Result<Forgotten> JournalRetention::forget(KeepRule const& kept, WallTime now,
                                           std::function<void(ResultFile const&)> const& on_file) {
  Forgotten done;
  std::vector<ResultFile> files;
  {
    Locked db{database_};
    AGENTA_TRY(Range const range, next_range(db, kept, kStep));
    if (range.through == range.from) return done;
    Transaction transaction{db};
    AGENTA_CHECK(transaction.begin(Durability::normal));
    AGENTA_TRY(done, read_sum(statements_->sum.use(db, range.from, range.through)));
    AGENTA_TRY(files, read_files(statements_->files.use(db, range.from, range.through)));
    AGENTA_CHECK(statements_->forget.use(db, range.from, range.through).run());
    AGENTA_CHECK(statements_->keep_from.use(db, std::to_string(range.through)).run());
    AGENTA_CHECK(statements_->chain.add_forgotten(db, range.through, done.executions, now));
    AGENTA_CHECK(transaction.commit());
    done.has_more = range.through + 1 < range.end;
  }
  if (on_file) std::ranges::for_each(files, on_file);
  return done;
}

Result<Forgotten> JournalRetention::measure(KeepRule const& kept, std::int64_t& from) {
  Locked db{database_};
  AGENTA_TRY(Range range, next_range(db, kept, 1));
  range.from = std::max(range.from, from);
  AGENTA_TRY(range.through,
             number(statements_->last.use(db, range.from, range.end, kMeasureStep), range.from));
  AGENTA_TRY(Forgotten sum, read_sum(statements_->sum.use(db, range.from, range.through)));
  sum.has_more = range.through > range.from && range.through + 1 < range.end;
  from = range.through;
  return sum;
}

}  // namespace agenta::daemon::store
