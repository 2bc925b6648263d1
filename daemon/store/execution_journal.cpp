#include "daemon/store/execution_journal.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "daemon/store/execution_list.hpp"
#include "daemon/store/execution_row.hpp"
#include "daemon/store/group_commit.hpp"
#include "daemon/store/journal_chain.hpp"
#include "daemon/store/row.hpp"
#include "daemon/store/sha256.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {
namespace {

constexpr int kLongestPage = 1000;

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kNoByteLimit = std::numeric_limits<std::size_t>::max();

// By how much the order of rows and that of their times may differ where a border is looked for. The rows
// between are then compared one by one.
constexpr std::chrono::minutes kDisorder{1};

Error outcome_unknown(std::string const& id) {
  Error error;
  error.code = ErrorCode::outcome_unknown;
  error.message = "the daemon stopped while the request was out: the tool may have run";
  error.next_step = {"agenta-tools", "history", "show", id};
  error.execution_id = id;
  return error;
}

Error cancelled(std::string const& id, std::string message) {
  Error error;
  error.code = ErrorCode::cancelled;
  error.message = std::move(message);
  error.execution_id = id;
  return error;
}

std::optional<std::string_view> view_of(std::optional<std::string> const& text) {
  if (!text) return std::nullopt;
  return std::string_view{*text};
}

Result<std::optional<Execution>> read_one(Use row) {
  AGENTA_TRY(bool const found, row.next());
  std::optional<Execution> execution;
  if (found) execution = read_execution(row, WithLarge::yes);
  return execution;
}

Result<std::vector<std::string>> read_ids(Use row) {
  std::vector<std::string> ids;
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return ids;
    ids.push_back(row.text(0));
  }
}

std::string select(std::string const& condition) {
  return std::string{"SELECT "} + kListedColumns + kLargeColumns + " FROM executions WHERE " + condition;
}

}  // namespace

struct ExecutionJournal::Statements {
  Statement insert{
      "INSERT INTO executions (id, project_id, tool_slug, tool_version, integration_slug, connection_id, "
      "connection_slug, state, read_only, idempotency_key, arguments_digest, attempts, log_id, started_at, "
      "finished_at, duration_ms, actor_uid, actor_user, actor_host, actor_program, error, arguments, data, "
      "batch_id, batch_line, session, trace_id, verdict, rule, approval_id) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
      "?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)"};
  Statement mark_sent{
      "UPDATE executions SET state = 'sent', attempts = ?2 WHERE id = ?1 AND state = 'queued'"};
  // A key is not spent on what never ran: what is refused or cancelled gives it back.
  Statement settle{
      "UPDATE executions SET state = ?2, data = ?3, error = ?4, log_id = ?5, attempts = ?6, finished_at = "
      "?7, duration_ms = ?8, result_bytes = ?9, result_file = ?10, result_offset = ?11, result_size = ?12, "
      "idempotency_key = CASE WHEN ?2 IN ('refused', 'cancelled') THEN NULL ELSE "
      "idempotency_key END "
      "WHERE id = ?1 AND state IN ('queued', 'sent')"};
  // For those whose end no answer brought: the error tells why, the duration is until now.
  Statement end{
      "UPDATE executions SET state = ?3, error = ?4, finished_at = ?5, duration_ms = max(0, ?5 - "
      "started_at), "
      "idempotency_key = CASE WHEN ?3 = 'cancelled' THEN NULL ELSE idempotency_key END "
      "WHERE id = ?1 AND state = ?2"};
  Statement find{select("id = ?1")};
  Statement find_by_key{select("project_id = ?1 AND idempotency_key = ?2")};
  Statement find_by_line{
      select("batch_id = ?1 AND batch_line = ?2 AND batch_id IS NOT NULL AND state NOT IN ('refused', "
             "'cancelled')")};
  // The second condition is the partial index's own: these read what is unsettled, not the history.
  Statement unsettled{"SELECT id FROM executions WHERE state = ?1 AND state <> 'succeeded'"};
  TimeBorder border{};
  Result<RowSpan> span(Locked& db, ExecutionFilter const& filter, std::chrono::milliseconds margin);
  JournalChain chain{};
  std::map<std::string, Statement, std::less<>>
      lists{};  ///< by SQL: one for each combination of filters in use

  Statement& list(std::string sql) {
    auto const found = lists.find(sql);
    if (found != lists.end()) return found->second;
    Statement statement{sql};
    return lists.emplace(std::move(sql), std::move(statement)).first->second;
  }
};

ExecutionJournal::ExecutionJournal(Database& database)
    : database_(database),
      commits_(std::make_unique<GroupCommit>(database)),
      statements_(std::make_unique<Statements>()) {}

ExecutionJournal::~ExecutionJournal() {
  Locked const db{database_};
  statements_.reset();
}

Result<int> ExecutionJournal::recover(WallTime now) {
  auto const ended_at = milliseconds_of(now);
  Locked db{database_};
  AGENTA_CHECK(statements_->chain.ensure(db, now));
  AGENTA_TRY(auto const sent, read_ids(statements_->unsettled.use(db, name_of(ExecutionState::sent))));
  AGENTA_TRY(auto const queued, read_ids(statements_->unsettled.use(db, name_of(ExecutionState::queued))));
  if (sent.empty() && queued.empty()) return 0;
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(Durability::normal));
  for (auto const& id : sent) {
    auto const error = error_text(outcome_unknown(id));
    AGENTA_CHECK(
        statements_->end
            .use(db, id, name_of(ExecutionState::sent), name_of(ExecutionState::unknown), *error, ended_at)
            .run());
    AGENTA_CHECK(statements_->chain.add_settled(db, {id}, {}));
  }
  for (auto const& id : queued) {
    auto const error =
        error_text(cancelled(id, "the daemon stopped before the request was sent: nothing ran"));
    AGENTA_CHECK(statements_->end
                     .use(db, id, name_of(ExecutionState::queued), name_of(ExecutionState::cancelled), *error,
                          ended_at)
                     .run());
    AGENTA_CHECK(statements_->chain.add_settled(db, {id}, {}));
  }
  AGENTA_CHECK(transaction.commit());
  return static_cast<int>(sent.size() + queued.size());
}

Result<void> ExecutionJournal::insert(Execution const& execution, Durability durability) {
  std::optional<std::string_view> connection_id;
  std::optional<std::string_view> connection_slug;
  if (execution.connection) {
    connection_id = execution.connection->id.text;
    connection_slug = execution.connection->slug;
  }
  std::optional<std::int64_t> duration;
  if (execution.duration) duration = execution.duration->count();
  auto const error = error_text(execution.error);
  std::optional<std::string_view> data;
  if (execution.data) data = execution.data->text;
  std::optional<std::string_view> batch_id;
  std::optional<std::int64_t> batch_line;
  if (execution.batch) {
    batch_id = execution.batch->batch.text;
    batch_line = execution.batch->line;
  }

  std::optional<std::string_view> verdict;
  std::optional<std::string_view> rule;
  if (execution.policy) {
    verdict = name_of(execution.policy->verdict);
    rule = execution.policy->rule;
  }

  bool is_there_already = false;
  auto const written = commits_->run(durability, [&](Locked& db) -> Result<void> {
    is_there_already = false;
    auto row = statements_->insert.use(
        db, execution.id.text, execution.project.text, execution.tool.text, execution.tool_version,
        execution.integration.text, connection_id, connection_slug, name_of(execution.state),
        execution.read_only, null_if_empty(execution.idempotency_key), execution.arguments_digest,
        execution.attempts, execution.log_id, milliseconds_of(execution.started_at),
        milliseconds_of(execution.finished_at), duration, execution.actor.uid, execution.actor.user,
        execution.actor.host, execution.actor.program, view_of(error), execution.arguments.text, data,
        batch_id, batch_line, null_if_empty(execution.session), null_if_empty(execution.trace_id), verdict,
        rule, null_if_empty(execution.approval.text));
    auto inserted = row.run();
    is_there_already = row.conflicted();
    if (!inserted) return fail(std::move(inserted).error());
    return statements_->chain.add_row(db, sqlite3_last_insert_rowid(db.connection()), execution);
  });
  if (written || !is_there_already) return written;
  return fail(ErrorCode::idempotency_conflict,
              "an execution with this id or idempotency key is in the journal already",
              {"agenta-tools", "history", "show", execution.id.text});
}

Result<bool> ExecutionJournal::mark_sent(ExecutionId const& id, int attempts, Durability durability) {
  std::int64_t changed = 0;
  AGENTA_CHECK(commits_->run(durability, [&](Locked& db) -> Result<void> {
    AGENTA_TRY(changed, statements_->mark_sent.use(db, id.text, attempts).run());
    return {};
  }));
  return changed > 0;
}

Result<bool> ExecutionJournal::settle(Execution const& execution, Durability durability,
                                      std::string const& file_sha256) {
  if (!is_settled(execution.state)) {
    return fail(ErrorCode::internal, "the execution " + execution.id.text + " cannot be settled as " +
                                         std::string{name_of(execution.state)});
  }
  std::optional<std::string_view> data;
  if (execution.data) data = execution.data->text;
  std::optional<std::int64_t> duration;
  if (execution.duration) duration = execution.duration->count();
  auto const error = error_text(execution.error);
  std::optional<std::string_view> file;
  std::optional<std::int64_t> offset;
  std::optional<std::int64_t> size;
  if (execution.result_file) {
    file = execution.result_file->path;
    offset = execution.result_file->offset;
    size = execution.result_file->size;
  }

  PayloadDigests digests;
  if (data) digests.result = sha256_hex(*data);
  if (execution.result_file && !file_sha256.empty()) digests.file = file_sha256;

  std::int64_t changed = 0;
  AGENTA_CHECK(commits_->run(durability, [&](Locked& db) -> Result<void> {
    AGENTA_TRY(changed, statements_->settle
                            .use(db, execution.id.text, name_of(execution.state), data, view_of(error),
                                 execution.log_id, execution.attempts, milliseconds_of(execution.finished_at),
                                 duration, execution.result_bytes, file, offset, size)
                            .run());
    if (changed == 0) return {};
    return statements_->chain.add_settled(db, execution.id, digests);
  }));
  return changed > 0;
}

Result<bool> ExecutionJournal::cancel_queued(ExecutionId const& id, WallTime now) {
  auto const error = error_text(cancelled(id.text, "cancelled before it was sent: nothing ran"));
  Locked db{database_};
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(Durability::normal));
  AGENTA_TRY(auto const changed, statements_->end
                                     .use(db, id.text, name_of(ExecutionState::queued),
                                          name_of(ExecutionState::cancelled), *error, milliseconds_of(now))
                                     .run());
  if (changed == 0) return false;
  AGENTA_CHECK(statements_->chain.add_settled(db, id, {}));
  AGENTA_CHECK(transaction.commit());
  return true;
}

Result<void> ExecutionJournal::record_dropped_files(std::vector<ExecutionId> const& ids, WallTime now) {
  Locked db{database_};
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(Durability::normal));
  for (ExecutionId const& id : ids) AGENTA_CHECK(statements_->chain.add_file_dropped(db, id, now));
  return transaction.commit();
}

Result<std::optional<Execution>> ExecutionJournal::find(ExecutionId const& id) {
  Locked db{database_};
  return read_one(statements_->find.use(db, id.text));
}

Result<std::optional<Execution>> ExecutionJournal::find_by_line(BatchItem const& item) {
  Locked db{database_};
  return read_one(statements_->find_by_line.use(db, item.batch.text, item.line));
}

Result<std::optional<Execution>> ExecutionJournal::find_by_key(ProjectId const& project,
                                                               std::string_view idempotency_key) {
  Locked db{database_};
  return read_one(statements_->find_by_key.use(db, project.text, idempotency_key));
}

Result<Page<Execution>> ExecutionJournal::list(ProjectId const& project, ExecutionFilter const& filter) {
  return read_page(project, filter, WithLarge::no, kNoByteLimit);
}

Result<Page<Execution>> ExecutionJournal::list_whole(ProjectId const& project, ExecutionFilter const& filter,
                                                     std::size_t most_bytes) {
  return read_page(project, filter, WithLarge::yes, most_bytes);
}

Result<std::vector<ChainLink>> ExecutionJournal::read_chain(std::int64_t after, int most) {
  Locked db{database_};
  return statements_->chain.read(db, after, most);
}

/// The rows between the filter's times, and those of `margin` more at either end.
Result<RowSpan> ExecutionJournal::Statements::span(Locked& db, ExecutionFilter const& filter,
                                                   std::chrono::milliseconds margin) {
  RowSpan rows{0, kEnd};
  if (filter.since) {
    AGENTA_TRY(rows.first, border.find(db, *filter.since - margin));
  }
  if (filter.until) {
    AGENTA_TRY(rows.end, border.find(db, *filter.until + margin));
  }
  return rows;
}

Result<Page<Execution>> ExecutionJournal::read_page(ProjectId const& project, ExecutionFilter const& filter,
                                                    WithLarge large, std::size_t most_bytes) {
  auto const before = filter.cursor.empty() ? kEnd : parse_cursor(filter.cursor);
  if (!before) {
    return fail(ErrorCode::invalid_request, "the cursor '" + filter.cursor + "' is not one of this list",
                {"agenta-tools", "history", "list"});
  }
  int const limit = std::clamp(filter.limit, 1, kLongestPage);
  std::optional<std::string_view> tool;
  std::optional<std::string_view> connection;
  std::optional<std::string_view> batch;
  if (filter.tool) tool = filter.tool->text;
  if (filter.connection) connection = filter.connection->text;
  if (filter.batch) batch = filter.batch->text;

  Page<Execution> page;
  Locked db{database_};
  AGENTA_TRY(RowSpan const may_match, statements_->span(db, filter, kDisorder));
  auto const ask = [&](std::string sql, RowSpan const& rows, std::int64_t most) {
    return statements_->list(std::move(sql))
        .use(db, project.text, tool, connection, batch, std::string_view{filter.session},
             std::string_view{filter.trace_id}, milliseconds_of(filter.since), milliseconds_of(filter.until),
             rows.first, rows.end, most);
  };
  {
    auto row = ask(page_sql(filter, large), {may_match.first, std::min(*before, may_match.end)}, limit + 1);
    std::int64_t last_seq = 0;
    std::size_t bytes = 0;
    for (;;) {
      AGENTA_TRY(bool const found, row.next());
      if (!found) break;
      if (static_cast<int>(page.items.size()) == limit || bytes > most_bytes) {
        page.next_cursor = std::to_string(last_seq);
        break;
      }
      last_seq = row.integer(0);
      page.items.push_back(read_execution(row, large));
      bytes += page.items.back().arguments.text.size();
      if (page.items.back().data) bytes += page.items.back().data->text.size();
    }
  }
  // Rows far enough from the borders are counted by the index alone; only those at them are looked at.
  auto const count = [&](ExecutionFilter const& conditions, RowSpan const& rows) -> Result<void> {
    if (rows.first >= rows.end || page.total >= kMostCounted) return {};
    std::int64_t const left = kMostCounted - page.total;
    {
      auto row = ask(nth_sql(conditions), rows, left - 1);
      AGENTA_TRY(bool const is_more, row.next());
      if (is_more) {
        page.total = kMostCounted;
        return {};
      }
    }
    auto row = ask(count_sql(conditions), rows, left);
    AGENTA_CHECK(row.next());
    page.total += row.integer(0);
    return {};
  };
  AGENTA_TRY(RowSpan sure, statements_->span(db, filter, -kDisorder));
  if (sure.first >= sure.end) sure = {may_match.end, may_match.end};
  ExecutionFilter timeless = filter;
  timeless.since.reset();
  timeless.until.reset();
  AGENTA_CHECK(count(timeless, sure));
  AGENTA_CHECK(count(filter, {may_match.first, sure.first}));
  AGENTA_CHECK(count(filter, {sure.end, may_match.end}));
  return page;
}

}  // namespace agenta::daemon::store
