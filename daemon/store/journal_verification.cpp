#include "daemon/store/journal_verification.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "daemon/store/execution_row.hpp"
#include "daemon/store/journal_chain.hpp"
#include "daemon/store/sha256.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon::store {
namespace {

/// A file that was recorded with a row.
struct RecordedFile {
  std::int64_t row = 0;
  std::int64_t link = 0;
  std::string execution{};
  std::string sha256{};
};

// So many links at a time: nobody waits long for the database meanwhile.
constexpr int kStep = 200;

std::string row_sql() {
  return std::string{"SELECT "} + kListedColumns + kLargeColumns + " FROM executions WHERE seq = ?1";
}

}  // namespace

/// Rows and the links of their beginnings come in the same order, so that the two are gone through side by
/// side. A row is compared at the link that settles it; what is under way is remembered until then.
struct JournalVerification::Walk {
  Statement row{row_sql()};
  Statement between{"SELECT id FROM executions WHERE seq > ?1 AND seq < ?2 ORDER BY seq"};
  Statement behind{"SELECT id FROM executions WHERE seq > ?1 ORDER BY seq"};
  Statement earlier{"SELECT count(*) FROM executions WHERE seq <= ?1"};
  Statement emptied{"SELECT id FROM executions WHERE seq > ?1 AND seq <= ?2 AND arguments = '' ORDER BY seq"};
  Statement added{"SELECT seq FROM journal_chain WHERE seq < 1 ORDER BY seq"};
  JournalChain chain{};

  JournalReport report{};
  bool head_seen = false;
  std::int64_t last_link = 0;
  std::string last_hash{kNoHash};
  std::int64_t last_row = 0;
  std::int64_t covered_from = 0;  ///< rows up to this are older than the chain
  std::int64_t earlier_rows = 0;
  std::int64_t forgotten_through = 0;
  std::int64_t last_emptied = 0;                ///< the last row without its arguments
  std::map<std::int64_t, std::int64_t> open{};  ///< rows that are begun and not settled, and their links
  std::set<std::int64_t> settled_late{};        ///< of the rows older than the chain, those it settled
  std::vector<RecordedFile> files{};            ///< of the last step, to be compared
  std::map<std::string, RecordedFile>
      missing{};                    ///< by execution: not there, for which no record was seen yet
  std::set<std::string> dropped{};  ///< executions of which a record told before the row's own

  void find(std::string execution, std::int64_t record, std::string what) {
    if (report.findings.size() == kMostFindings) {
      report.is_cut = true;
      return;
    }
    report.findings.push_back({std::move(execution), record, std::move(what)});
  }
  Result<bool> step(Locked& db, std::string_view head);
  Result<void> finish(Locked& db);
  /// What of the files is gone that no record tells of; once all records were gone through.
  void find_missing();

 private:
  void check_link(ChainLink const& link);
  Result<void> read_link(Locked& db, ChainLink const& link);
  Result<void> check_execution(Locked& db, ChainLink const& link, std::string_view event);
  void note_dropped(std::string const& execution);
  void check_forgotten(ChainLink const& link);
  Result<void> compare(Locked& db, std::int64_t seq, std::string_view record, std::int64_t link);
  void remember_file(Execution const& execution, std::int64_t seq, std::string_view record,
                     std::int64_t link);
  Result<void> find_added(Locked& db);
  Result<void> find_all(Use rows, std::string const& what);
};

JournalVerification::JournalVerification(Database& database, FileDigest files)
    : database_(database), files_(std::move(files)), walk_(std::make_unique<Walk>()) {}

JournalVerification::~JournalVerification() {
  Locked const db{database_};
  walk_.reset();
}

Result<JournalReport> JournalVerification::run(std::string_view head, std::stop_token const& stop) {
  for (bool more = true; more && !walk_->report.is_cut;) {
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, "interrupted");
    {
      Locked db{database_};
      AGENTA_TRY(more, walk_->step(db, head));
      // In the same breath as the last step, so that no row comes between.
      if (!more) AGENTA_CHECK(walk_->finish(db));
    }
    AGENTA_CHECK(check_files(stop));
  }
  walk_->find_missing();
  walk_->report.head = walk_->last_link == 0 ? "" : walk_->last_hash;
  if (!head.empty() && !walk_->head_seen && !walk_->report.is_cut) {
    walk_->find("", 0,
                "no record has the hash that was noted: records were removed from the end, or all of "
                "them written anew");
  }
  return std::move(walk_->report);
}

/// What the last step came across. A file that is gone now had its record before it went: that is still to be
/// come across, where there is one.
Result<void> JournalVerification::check_files(std::stop_token const& stop) {
  auto const files = std::exchange(walk_->files, {});
  if (!files_) return {};
  for (RecordedFile const& each : files) {
    auto const digest = files_({each.execution}, stop);
    if (!digest && digest.error().code == ErrorCode::cancelled) return fail(digest.error());
    if (!digest) {
      walk_->find(each.execution, each.link,
                  "the file of its result cannot be compared: " + digest.error().message);
    } else if (!*digest) {
      if (!walk_->dropped.contains(each.execution)) walk_->missing.emplace(each.execution, each);
    } else if (**digest != each.sha256) {
      walk_->find(each.execution, each.link, "the file of its result is not as it was written");
    }
  }
  return {};
}

void JournalVerification::Walk::find_missing() {
  for (auto const& [execution, file] : missing) {
    if (file.row > forgotten_through)
      find(execution, file.link, "the file of its result is gone, and no record says that it was dropped");
  }
}

/// The next links; whether there were any.
Result<bool> JournalVerification::Walk::step(Locked& db, std::string_view head) {
  AGENTA_TRY(auto const links, chain.read(db, last_link, kStep));
  for (ChainLink const& link : links) {
    check_link(link);
    ++report.records;
    head_seen = head_seen || equal_ignoring_case(link.hash, head);
    last_link = link.seq;
    last_hash = link.hash;
    if (protocol::is_json(link.record)) AGENTA_CHECK(read_link(db, link));
  }
  return !links.empty();
}

void JournalVerification::Walk::check_link(ChainLink const& link) {
  std::string const name = "record " + std::to_string(link.seq);
  bool const follows = link.seq == last_link + 1;
  if (link.seq == last_link + 2) {
    find("", link.seq - 1, "record " + std::to_string(link.seq - 1) + " was removed");
  } else if (!follows) {
    find(
        "", last_link + 1,
        "records " + std::to_string(last_link + 1) + " to " + std::to_string(link.seq - 1) + " were removed");
  }
  bool const readable = protocol::is_json(link.record);
  std::string id = readable ? member_text(link.record, "id") : "";
  if (sha256_hex(link.record) != link.hash) {
    find(std::move(id), link.seq, name + " was changed: its hash is another text's");
  } else if (follows && (!readable || member_text(link.record, "prev") != last_hash)) {
    find(std::move(id), link.seq, name + " does not continue the record before it");
  }
}

Result<void> JournalVerification::Walk::read_link(Locked& db, ChainLink const& link) {
  std::string const event = member_text(link.record, "event");
  if (link.seq == 1 && event != kGenesis) find("", 1, "the chain does not begin with its first record");
  if (event == kBegun || event == kSettled) return check_execution(db, link, event);
  if (event == kGenesis && link.seq == 1) {
    covered_from = last_row = member_number(link.record, "through");
    earlier_rows = report.uncovered = member_number(link.record, "rows");
  } else if (event == kForgotten) {
    check_forgotten(link);
  } else if (event == kFileDropped) {
    note_dropped(member_text(link.record, "id"));
  } else {
    find("", link.seq, "record " + std::to_string(link.seq) + " is of no known kind");
  }
  return {};
}

void JournalVerification::Walk::check_forgotten(ChainLink const& link) {
  std::int64_t const through = member_number(link.record, "through");
  if (through > last_row) {
    find("", link.seq, "record " + std::to_string(link.seq) + " tells of executions that were not there yet");
  }
  forgotten_through = std::max(forgotten_through, through);
}

void JournalVerification::Walk::note_dropped(std::string const& execution) {
  if (missing.erase(execution) == 0) dropped.insert(execution);
}

Result<void> JournalVerification::Walk::check_execution(Locked& db, ChainLink const& link,
                                                        std::string_view event) {
  std::int64_t const seq = member_number(link.record, "row");
  bool const is_new = seq > last_row;
  if (is_new) {
    if (seq > last_row + 1) AGENTA_CHECK(find_all(between.use(db, last_row, seq), "has no record"));
    last_row = seq;
  }
  if (event == kBegun) {
    if (is_new) {
      open.emplace(seq, link.seq);
    } else {
      find(member_text(link.record, "id"), link.seq, "began twice: its row was removed and written anew");
    }
    return {};
  }
  bool const was_open =
      open.erase(seq) != 0 || (seq > 0 && seq <= covered_from && settled_late.insert(seq).second);
  if (!is_new && !was_open)
    find(member_text(link.record, "id"), link.seq,
         "was settled twice, or the record of its beginning is gone");
  return compare(db, seq, link.record, link.seq);
}

/// The row as it is against the last that was recorded of it.
Result<void> JournalVerification::Walk::compare(Locked& db, std::int64_t seq, std::string_view record,
                                                std::int64_t link) {
  std::string const id = member_text(record, "id");
  auto stored = row.use(db, seq);
  AGENTA_TRY(bool const found, stored.next());
  if (!found) {
    find(id, link, "was removed");
    return {};
  }
  ++report.executions;
  Execution const execution = read_execution(stored, WithLarge::yes);
  if (execution.id.text != id) {
    find(id, link, "is not where it was: in its place is " + execution.id.text);
    return {};
  }
  bool const recorded_settled = member_text(record, "event") == kSettled;
  std::vector<std::string_view> except;
  if (execution.arguments.text.empty()) {
    last_emptied = std::max(last_emptied, seq);
    except.emplace_back("arguments_sha256");
    if (!execution.data) except.emplace_back("result_sha256");
    if (!execution.result_file) except.emplace_back(kResultFile);
  }
  // Older records do not tell of it.
  if (!protocol::find_member(record, kResultFile)) except.emplace_back(kResultFile);
  // Between its beginning and its end it is sent, of which there is no record.
  if (!recorded_settled && !is_settled(execution.state)) except.emplace_back("state");
  auto const differ = differences(record, facts_of(seq, execution, digests_of(execution)), except);
  if (!differ.empty()) find(id, link, "is not as it was recorded: " + join(differ, ", "));
  remember_file(execution, seq, record, link);
  return {};
}

void JournalVerification::Walk::remember_file(Execution const& execution, std::int64_t seq,
                                              std::string_view record, std::int64_t link) {
  std::string sha256 = member_text(record, kResultFileDigest);
  if (execution.result_file && !sha256.empty())
    files.push_back({seq, link, execution.id.text, std::move(sha256)});
}

Result<void> JournalVerification::Walk::finish(Locked& db) {
  for (auto const& [seq, link] : open) {
    AGENTA_TRY(auto const links, chain.read(db, link - 1, 1));
    if (!links.empty()) AGENTA_CHECK(compare(db, seq, links.front().record, link));
  }
  AGENTA_CHECK(find_added(db));
  AGENTA_CHECK(find_all(behind.use(db, last_row), "has no record"));
  {
    auto count = earlier.use(db, covered_from);
    AGENTA_CHECK(count.next());
    if (count.integer(0) != earlier_rows) {
      find("", 1,
           "of the " + std::to_string(earlier_rows) + " executions that are older than the chain there are " +
               std::to_string(count.integer(0)));
    }
  }
  if (last_emptied > forgotten_through) {
    AGENTA_CHECK(find_all(emptied.use(db, std::max(forgotten_through, covered_from), last_emptied),
                          "lost its arguments, and no record says that they were forgotten"));
  }
  return {};
}

/// Records before the first: they count from 1.
Result<void> JournalVerification::Walk::find_added(Locked& db) {
  auto rows = added.use(db);
  while (!report.is_cut) {
    AGENTA_TRY(bool const found, rows.next());
    if (!found) break;
    find("", rows.integer(0),
         "record " + std::to_string(rows.integer(0)) + " was added: records count from 1");
  }
  return {};
}

Result<void> JournalVerification::Walk::find_all(Use rows, std::string const& what) {
  while (!report.is_cut) {
    AGENTA_TRY(bool const found, rows.next());
    if (!found) break;
    find(rows.text(0), 0, what);
  }
  return {};
}

}  // namespace agenta::daemon::store
