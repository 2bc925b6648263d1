#include "daemon/store/batch_store.hpp"

#include "daemon/store/row.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {
namespace {

#define AGENTA_BATCH_COLUMNS \
  "id, project_id, source, created_at, finished_at, actor_uid, actor_user, actor_host, actor_program"

Batch read_batch(Use const& row) {
  Batch batch;
  batch.id.text = row.text(0);
  batch.project.text = row.text(1);
  batch.source = row.text(2);
  batch.created_at = time_of(row.integer(3));
  batch.finished_at = time_of(row.optional_integer(4));
  batch.actor.uid = static_cast<unsigned>(row.integer(5));
  batch.actor.user = row.text(6);
  batch.actor.host = row.text(7);
  batch.actor.program = row.text(8);
  return batch;
}

}  // namespace

struct BatchStore::Statements {
  Statement insert{"INSERT INTO batches (" AGENTA_BATCH_COLUMNS
                   ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"};
  Statement find{"SELECT " AGENTA_BATCH_COLUMNS " FROM batches WHERE id = ?1"};
  Statement finish{"UPDATE batches SET finished_at = ?2 WHERE id = ?1"};
  Statement first_page{"SELECT " AGENTA_BATCH_COLUMNS
                       " FROM batches WHERE project_id = ?1 ORDER BY created_at DESC, id DESC LIMIT ?2"};
  Statement page{"SELECT " AGENTA_BATCH_COLUMNS
                 " FROM batches WHERE project_id = ?1 AND (created_at, id) < (?2, ?3) "
                 "ORDER BY created_at DESC, id DESC LIMIT ?4"};
  Statement count{"SELECT count(*) FROM (SELECT 1 FROM batches WHERE project_id = ?1 LIMIT ?2)"};
  Statement lines{kBatchLinesSql};
};

BatchStore::BatchStore(Database& database)
    : database_(database), statements_(std::make_unique<Statements>()) {}

BatchStore::~BatchStore() {
  Locked const db{database_};
  statements_.reset();
}

Result<void> BatchStore::insert(Batch const& batch) {
  Locked db{database_};
  AGENTA_CHECK(db.write(Durability::full, statements_->insert, batch.id.text, batch.project.text,
                        batch.source, milliseconds_of(batch.created_at), milliseconds_of(batch.finished_at),
                        batch.actor.uid, batch.actor.user, batch.actor.host, batch.actor.program));
  return {};
}

Result<std::optional<Batch>> BatchStore::find(BatchId const& id) {
  Locked db{database_};
  auto row = statements_->find.use(db, id.text);
  AGENTA_TRY(bool const found, row.next());
  std::optional<Batch> batch;
  if (found) batch = read_batch(row);
  return batch;
}

Result<void> BatchStore::finish(BatchId const& id, WallTime now) {
  Locked db{database_};
  AGENTA_CHECK(db.write(Durability::normal, statements_->finish, id.text, milliseconds_of(now)));
  return {};
}

Result<Page<Batch>> BatchStore::list(ProjectId const& project, std::string const& cursor, int limit) {
  std::optional<Batch> last;
  if (!cursor.empty()) {
    AGENTA_TRY(last, find({cursor}));
    if (!last || last->project != project) {
      return fail(ErrorCode::invalid_request, "the cursor '" + cursor + "' is not one of this list");
    }
  }
  Page<Batch> page;
  Locked db{database_};
  auto const read = [&](Use row) -> Result<void> {
    for (;;) {
      AGENTA_TRY(bool const found, row.next());
      if (!found) return {};
      if (static_cast<int>(page.items.size()) == limit) {
        page.next_cursor = page.items.back().id.text;
        return {};
      }
      page.items.push_back(read_batch(row));
    }
  };
  if (last) {
    AGENTA_CHECK(read(statements_->page.use(db, project.text, milliseconds_of(last->created_at),
                                            last->id.text, limit + 1)));
  } else {
    AGENTA_CHECK(read(statements_->first_page.use(db, project.text, limit + 1)));
  }
  auto count = statements_->count.use(db, project.text, kMostCounted);
  AGENTA_CHECK(count.next());
  page.total = count.integer(0);
  return page;
}

Result<std::vector<BatchLine>> BatchStore::lines(BatchId const& id, std::int64_t after, int limit) {
  std::vector<BatchLine> lines;
  Locked db{database_};
  auto row = statements_->lines.use(db, id.text, after, limit);
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return lines;
    BatchLine line;
    line.line = row.integer(0);
    line.state = parse_execution_state(row.text(1)).value_or(ExecutionState::unknown);
    line.execution.text = row.text(2);
    lines.push_back(std::move(line));
  }
}

}  // namespace agenta::daemon::store
