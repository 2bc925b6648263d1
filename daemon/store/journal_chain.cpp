#include "daemon/store/journal_chain.hpp"

#include <limits>

#include "daemon/store/execution_row.hpp"
#include "daemon/store/sha256.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon::store {
namespace {

constexpr std::int64_t kEveryRow = std::numeric_limits<std::int64_t>::max();

std::string settled_row_sql() {
  return std::string{"SELECT "} + kListedColumns + ", arguments, NULL FROM executions WHERE id = ?1";
}

Fact time_fact(WallTime at) { return {"at", protocol::write_string(format_rfc3339(at))}; }

}  // namespace

JournalChain::JournalChain() : row_(settled_row_sql()) {}

Result<void> JournalChain::ensure(Locked& db, WallTime now) {
  AGENTA_TRY(ChainLink const last, head(db));
  if (last.seq == 0) AGENTA_CHECK(begin(db, kEveryRow, now));
  return {};
}

Result<void> JournalChain::add_row(Locked& db, std::int64_t seq, Execution const& row) {
  auto const event = is_settled(row.state) ? kSettled : kBegun;
  return append(db, event, facts_of(seq, row, digests_of(row)), seq, row.started_at);
}

Result<void> JournalChain::add_settled(Locked& db, ExecutionId const& id, PayloadDigests result) {
  // As the row is, not as somebody meant it: the two are compared one day.
  Execution settled;
  std::int64_t seq = 0;
  {
    auto row = row_.use(db, id.text);
    AGENTA_TRY(bool const found, row.next());
    if (!found)
      return fail(ErrorCode::internal, "the execution " + id.text + " was settled and is not there");
    seq = row.integer(0);
    settled = read_execution(row, WithLarge::yes);
  }
  result.arguments = digests_of(settled).arguments;
  return append(db, kSettled, facts_of(seq, settled, result), kEveryRow,
                settled.finished_at.value_or(settled.started_at));
}

Result<void> JournalChain::add_forgotten(Locked& db, std::int64_t through, std::int64_t rows, WallTime now) {
  std::vector<Fact> const facts{
      time_fact(now), {"through", std::to_string(through)}, {"rows", std::to_string(rows)}};
  return append(db, kForgotten, facts, kEveryRow, now);
}

Result<void> JournalChain::add_file_dropped(Locked& db, ExecutionId const& id, WallTime now) {
  return append(db, kFileDropped, {time_fact(now), {"id", protocol::write_string(id.text)}}, kEveryRow, now);
}

Result<std::vector<ChainLink>> JournalChain::read(Locked& db, std::int64_t seq, int most) {
  std::vector<ChainLink> links;
  auto row = read_.use(db, seq, most);
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return links;
    links.push_back({row.integer(0), row.text(1), row.text(2)});
  }
}

Result<void> JournalChain::append(Locked& db, std::string_view event, std::vector<Fact> const& facts,
                                  std::int64_t before, WallTime at) {
  AGENTA_TRY(ChainLink last, head(db));
  if (last.seq == 0) {
    AGENTA_TRY(last, begin(db, before, at));
  }
  if (last.seq == kEveryRow) {
    return fail(ErrorCode::internal, "nothing can follow the last record of the journal's chain",
                {"agenta-tools", "history", "verify"});
  }
  ChainLink link;
  link.seq = last.seq + 1;
  link.record = write_record(last.hash, event, facts);
  link.hash = sha256_hex(link.record);
  return write(db, link);
}

/// The last link without its record; `seq` 0 where there is none.
Result<ChainLink> JournalChain::head(Locked& db) {
  ChainLink last;
  auto row = head_.use(db);
  AGENTA_TRY(bool const found, row.next());
  if (found) last = {row.integer(0), {}, row.text(1)};
  return last;
}

Result<ChainLink> JournalChain::begin(Locked& db, std::int64_t before, WallTime at) {
  ChainLink first;
  first.seq = 1;
  {
    auto row = earlier_.use(db, before);
    AGENTA_CHECK(row.next());
    std::vector<Fact> const facts{
        time_fact(at), {"rows", std::to_string(row.integer(0))}, {"through", std::to_string(row.integer(1))}};
    first.record = write_record(kNoHash, kGenesis, facts);
  }
  first.hash = sha256_hex(first.record);
  AGENTA_CHECK(write(db, first));
  return first;
}

Result<void> JournalChain::write(Locked& db, ChainLink const& link) {
  AGENTA_CHECK(insert_.use(db, link.seq, link.record, link.hash).run());
  return {};
}

}  // namespace agenta::daemon::store
