#include "daemon/store/approval_store.hpp"

#include "daemon/store/row.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {
namespace {

constexpr std::chrono::hours kExpiredFor{24};  // it is told that long

constexpr char const* kSelect =
    "SELECT a.id, a.project_id, a.session_id, s.name, a.tool, a.tool_version, a.connection_id, "
    "a.connection_slug, "
    "a.arguments, a.arguments_digest, a.previous, a.rule, a.reason, a.answer, a.state, a.scope, "
    "a.created_at, "
    "a.expires_at, a.decided_at, a.decided_by_uid, a.decided_by_user, a.decided_by_host, "
    "a.decided_by_program, a.execution_id FROM approvals a JOIN sessions s ON s.id = a.session_id ";

std::string select(std::string_view rest) { return std::string{kSelect}.append(rest); }

Approval read_approval(Use const& row) {
  Approval out;
  int at = 0;
  out.id.text = row.text(at++);
  out.project.text = row.text(at++);
  out.session.text = row.text(at++);
  out.session_name = row.text(at++);
  out.tool.text = row.text(at++);
  out.tool_version = row.text(at++);
  auto connection_id = row.optional_text(at++);
  auto connection_slug = row.text(at++);
  if (connection_id)
    out.connection = ConnectionReference{{*std::move(connection_id)}, std::move(connection_slug)};
  out.arguments.text = row.text(at++);
  out.arguments_digest = row.text(at++);
  if (auto previous = row.optional_text(at++)) out.previous = JsonText{*std::move(previous)};
  out.decision.verdict = Verdict::ask;
  out.decision.rule = row.text(at++);
  out.decision.reason = row.text(at++);
  out.answer = row.text(at++);
  out.state = parse_approval_state(row.text(at++)).value_or(ApprovalState::expired);
  out.scope = row.text(at++) == "session" ? ApprovalScope::session : ApprovalScope::once;
  out.created_at = time_of(row.integer(at++));
  out.expires_at = time_of(row.integer(at++));
  out.decided_at = time_of(row.optional_integer(at++));
  if (auto const uid = row.optional_integer(at++)) {
    out.decided_by.emplace();
    out.decided_by->uid = static_cast<unsigned>(*uid);
    out.decided_by->user = row.text(at);
    out.decided_by->host = row.text(at + 1);
    out.decided_by->program = row.text(at + 2);
  }
  at += 3;
  out.execution.text = row.text(at);
  return out;
}

Result<std::optional<Approval>> read_one(Use row) {
  AGENTA_TRY(bool const found, row.next());
  std::optional<Approval> approval;
  if (found) approval = read_approval(row);
  return approval;
}

/// The first column of every row.
Result<std::vector<ApprovalId>> read_ids(Use row) {
  std::vector<ApprovalId> ids;
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return ids;
    ids.push_back({row.text(0)});
  }
}

std::optional<std::string_view> connection_of(Approval const& approval) {
  if (!approval.connection) return std::nullopt;
  return std::string_view{approval.connection->id.text};
}

}  // namespace

struct ApprovalStore::Statements {
  Statement insert{
      "INSERT INTO approvals (id, project_id, session_id, tool, connection_id, connection_slug, arguments, "
      "arguments_digest, previous, rule, reason, answer, state, scope, created_at, expires_at, returns, "
      "tool_version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, '', 'pending', 'once', ?12, ?13, "
      "?14, ?15)"};
  Statement find{select("WHERE a.id = ?1")};
  Statement find_open{select(
      "WHERE a.session_id = ?1 AND a.tool = ?2 AND a.connection_id IS ?3 AND a.arguments_digest = ?4 AND "
      "a.tool_version = ?6 AND "
      "(a.state = 'pending' OR (a.state = 'approved' AND a.scope = 'once' AND a.execution_id IS NULL AND "
      "a.decided_at > ?5)) ORDER BY a.created_at DESC, a.id DESC LIMIT 1")};
  // The conditions are the partial index's own.
  Statement find_grant{
      "SELECT id FROM approvals WHERE session_id = ?1 AND tool = ?2 AND connection_id IS ?3 AND "
      "tool_version = ?4 AND state = 'approved' AND scope = 'session' ORDER BY created_at DESC LIMIT 1"};
  Statement count_pending{"SELECT count(*) FROM approvals WHERE session_id = ?1 AND state = 'pending'"};
  Statement decide{
      "UPDATE approvals SET state = ?2, scope = ?3, answer = ?4, decided_at = ?5, decided_by_uid = ?6, "
      "decided_by_user = ?7, decided_by_host = ?8, decided_by_program = ?9 WHERE id = ?1 AND state = "
      "'pending'"};
  Statement keep{"UPDATE approvals SET returns = returns + 1 WHERE id = ?1"};
  Statement come_back{"UPDATE approvals SET returns = returns - 1 WHERE id = ?1 AND returns > 0"};
  Statement withdraw{
      "UPDATE approvals SET state = 'withdrawn', decided_at = ?2 WHERE id = ?1 AND state = 'pending' AND "
      "returns = 0"};
  Statement revoke{
      "UPDATE approvals SET state = 'revoked', decided_at = ?2, decided_by_uid = ?3, decided_by_user = ?4, "
      "decided_by_host = ?5, decided_by_program = ?6 WHERE id = ?1 AND state = 'approved' AND (scope = "
      "'session' OR execution_id IS NULL)"};
  Statement pending_like{
      "SELECT id FROM approvals WHERE session_id = ?1 AND tool = ?2 AND connection_id IS ?3 AND "
      "tool_version = ?4 AND state = 'pending' ORDER BY created_at, id"};
  Statement standing_like{
      "SELECT id FROM approvals WHERE session_id = ?1 AND tool = ?2 AND connection_id IS ?3 AND state = "
      "'approved' AND (scope = 'session' OR execution_id IS NULL)"};
  Statement left_behind{"SELECT id FROM approvals WHERE state = 'pending' AND returns = 0"};
  Statement take{
      "UPDATE approvals SET execution_id = ?2 WHERE id = ?1 AND state = 'approved' AND scope = 'once' AND "
      "(execution_id IS NULL OR execution_id = ?2)"};
  Statement due{
      "SELECT id FROM approvals WHERE state = 'pending' AND (expires_at <= ?1 OR EXISTS (SELECT 1 FROM "
      "sessions WHERE sessions.id = session_id AND sessions.state <> 'open'))"};
  Statement drop_old{"DELETE FROM approvals WHERE state IN ('expired', 'withdrawn') AND decided_at < ?1"};
  Statement expire{
      "UPDATE approvals SET state = 'expired', decided_at = ?2 WHERE id = ?1 AND state = 'pending'"};
  Statement page{select(
      "WHERE a.project_id = ?1 AND (?2 IS NULL OR a.state = ?2) AND (?3 IS NULL OR a.session_id = ?3 OR "
      "s.name = ?3 COLLATE NOCASE) AND (?4 IS NULL OR (a.created_at, a.id) < (?4, ?5)) AND (NOT ?7 OR "
      "(a.state = 'approved' AND a.scope = 'session' AND s.state = 'open')) ORDER BY "
      "a.created_at DESC, a.id DESC LIMIT ?6")};
  Statement count{
      "SELECT count(*) FROM (SELECT 1 FROM approvals a JOIN sessions s ON s.id = a.session_id WHERE "
      "a.project_id = ?1 AND (?2 IS NULL OR a.state = ?2) AND (?3 IS NULL OR a.session_id = ?3 OR s.name = "
      "?3 COLLATE NOCASE) AND (NOT ?5 OR (a.state = 'approved' AND a.scope = 'session' AND s.state = "
      "'open')) "
      "LIMIT ?4)"};
  Statement changed{
      select("WHERE a.project_id = ?1 AND coalesce(a.decided_at, a.created_at) > ?2 ORDER BY "
             "coalesce(a.decided_at, a.created_at), a.id LIMIT ?3")};
  Statement last_change{"SELECT max(coalesce(decided_at, created_at)) FROM approvals"};
  Statement previous_in_session{
      "SELECT arguments FROM executions WHERE project_id = ?1 AND session = ?4 AND session IS NOT NULL AND "
      "+tool_slug = ?2 AND +connection_id IS ?3 AND +state IN ('succeeded', 'failed') AND arguments <> '' "
      "ORDER "
      "BY seq DESC LIMIT 1"};
  Statement previous{
      "SELECT arguments FROM executions WHERE project_id = ?1 AND tool_slug = ?2 AND +connection_id IS ?3 "
      "AND "
      "+state IN ('succeeded', 'failed') AND arguments <> '' ORDER BY seq DESC LIMIT 1"};
};

ApprovalStore::ApprovalStore(Database& database)
    : database_(database), statements_(std::make_unique<Statements>()) {}

ApprovalStore::~ApprovalStore() {
  Locked const db{database_};
  statements_.reset();
}

Result<void> ApprovalStore::insert(Approval const& approval, Returns returns) {
  std::optional<std::string_view> slug;
  if (approval.connection) slug = approval.connection->slug;
  std::optional<std::string_view> previous;
  if (approval.previous) previous = approval.previous->text;
  Locked db{database_};
  AGENTA_CHECK(db.write(
      Durability::normal, statements_->insert, approval.id.text, approval.project.text, approval.session.text,
      approval.tool.text, connection_of(approval), slug, approval.arguments.text, approval.arguments_digest,
      previous, approval.decision.rule, approval.decision.reason, milliseconds_of(approval.created_at),
      milliseconds_of(approval.expires_at), returns == Returns::yes ? 1 : 0, approval.tool_version));
  return {};
}

Result<void> ApprovalStore::keep(ApprovalId const& id) {
  Locked db{database_};
  AGENTA_CHECK(db.write(Durability::normal, statements_->keep, id.text));
  return {};
}

Result<void> ApprovalStore::come_back(ApprovalId const& id) {
  Locked db{database_};
  AGENTA_CHECK(db.write(Durability::normal, statements_->come_back, id.text));
  return {};
}

Result<bool> ApprovalStore::withdraw(ApprovalId const& id, WallTime stamp) {
  Locked db{database_};
  AGENTA_TRY(auto const changed,
             db.write(Durability::normal, statements_->withdraw, id.text, milliseconds_of(stamp)));
  return changed > 0;
}

Result<void> ApprovalStore::withdraw_left_behind(WallTime stamp) {
  Locked db{database_};
  AGENTA_TRY(auto const ids, read_ids(statements_->left_behind.use(db)));
  for (ApprovalId const& id : ids)
    AGENTA_CHECK(db.write(Durability::normal, statements_->withdraw, id.text, milliseconds_of(stamp)));
  return {};
}

Result<bool> ApprovalStore::revoke(ApprovalId const& id, Actor const& by, WallTime stamp) {
  Locked db{database_};
  AGENTA_TRY(auto const changed, db.write(Durability::full, statements_->revoke, id.text,
                                          milliseconds_of(stamp), by.uid, by.user, by.host, by.program));
  return changed > 0;
}

Result<std::optional<Approval>> ApprovalStore::find(ApprovalId const& id) {
  Locked db{database_};
  return read_one(statements_->find.use(db, id.text));
}

Result<std::optional<Approval>> ApprovalStore::find_open(Approval const& like, WallTime approved_after) {
  Locked db{database_};
  return read_one(statements_->find_open.use(db, like.session.text, like.tool.text, connection_of(like),
                                             like.arguments_digest, milliseconds_of(approved_after),
                                             like.tool_version));
}

Result<std::optional<ApprovalId>> ApprovalStore::find_grant(Approval const& like) {
  Locked db{database_};
  auto row = statements_->find_grant.use(db, like.session.text, like.tool.text, connection_of(like),
                                         like.tool_version);
  AGENTA_TRY(bool const found, row.next());
  std::optional<ApprovalId> id;
  if (found) id = ApprovalId{row.text(0)};
  return id;
}

Result<std::int64_t> ApprovalStore::count_pending(SessionId const& session) {
  Locked db{database_};
  auto row = statements_->count_pending.use(db, session.text);
  AGENTA_CHECK(row.next());
  return row.integer(0);
}

Result<std::vector<ApprovalId>> ApprovalStore::find_pending(Approval const& like) {
  Locked db{database_};
  return read_ids(statements_->pending_like.use(db, like.session.text, like.tool.text, connection_of(like),
                                                like.tool_version));
}

Result<std::vector<ApprovalId>> ApprovalStore::find_standing(Approval const& like) {
  Locked db{database_};
  return read_ids(statements_->standing_like.use(db, like.session.text, like.tool.text, connection_of(like)));
}

Result<bool> ApprovalStore::decide(Approval const& decided) {
  Actor const by = decided.decided_by.value_or(Actor{});
  Locked db{database_};
  AGENTA_TRY(auto const changed,
             db.write(Durability::full, statements_->decide, decided.id.text, name_of(decided.state),
                      decided.scope == ApprovalScope::session ? "session" : "once", decided.answer,
                      milliseconds_of(decided.decided_at), by.uid, by.user, by.host, by.program));
  return changed > 0;
}

Result<bool> ApprovalStore::take(ApprovalId const& id, ExecutionId const& by) {
  Locked db{database_};
  // Durable: what a power cut forgot could be used a second time.
  AGENTA_TRY(auto const changed, db.write(Durability::full, statements_->take, id.text, by.text));
  return changed > 0;
}

Result<bool> ApprovalStore::has_due(WallTime now) {
  Locked db{database_};
  return statements_->due.use(db, milliseconds_of(now)).next();
}

Result<std::vector<ApprovalId>> ApprovalStore::expire(WallTime now, WallTime stamp) {
  Locked db{database_};
  AGENTA_TRY(auto ids, read_ids(statements_->due.use(db, milliseconds_of(now))));
  for (ApprovalId const& id : ids)
    AGENTA_CHECK(db.write(Durability::normal, statements_->expire, id.text, milliseconds_of(stamp)));
  AGENTA_CHECK(db.write(Durability::normal, statements_->drop_old, milliseconds_of(now - kExpiredFor)));
  return ids;
}

Result<Page<Approval>> ApprovalStore::list(ProjectId const& project, ApprovalFilter const& filter) {
  std::optional<std::int64_t> before;
  if (!filter.cursor.empty()) {
    AGENTA_TRY(auto const last, find({filter.cursor}));
    if (!last || last->project != project) {
      return fail(ErrorCode::invalid_request, "the cursor '" + filter.cursor + "' is not one of this list",
                  {"agenta-tools", "approvals", "list"});
    }
    before = milliseconds_of(last->created_at);
  }
  std::optional<std::string_view> state;
  if (filter.state) state = name_of(*filter.state);
  auto const session = null_if_empty(filter.session);
  Page<Approval> page;
  Locked db{database_};
  {
    auto row = statements_->page.use(db, project.text, state, session, before, filter.cursor,
                                     filter.limit + 1, filter.granted ? 1 : 0);
    for (;;) {
      AGENTA_TRY(bool const found, row.next());
      if (!found) break;
      if (static_cast<int>(page.items.size()) == filter.limit) {
        page.next_cursor = page.items.back().id.text;
        break;
      }
      page.items.push_back(read_approval(row));
    }
  }
  auto count = statements_->count.use(db, project.text, state, session, kMostCounted, filter.granted ? 1 : 0);
  AGENTA_CHECK(count.next());
  page.total = count.integer(0);
  return page;
}

Result<std::vector<Approval>> ApprovalStore::changed(ProjectId const& project, WallTime after, int most) {
  std::vector<Approval> items;
  Locked db{database_};
  auto row = statements_->changed.use(db, project.text, milliseconds_of(after), most);
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return items;
    items.push_back(read_approval(row));
  }
}

Result<WallTime> ApprovalStore::last_change() {
  Locked db{database_};
  auto row = statements_->last_change.use(db);
  AGENTA_CHECK(row.next());
  return time_of(row.integer(0));
}

Result<std::optional<JsonText>> ApprovalStore::find_previous(Approval const& like) {
  Locked db{database_};
  auto const read = [](Use row) -> Result<std::optional<JsonText>> {
    AGENTA_TRY(bool const found, row.next());
    std::optional<JsonText> arguments;
    if (found) arguments = JsonText{row.text(0)};
    return arguments;
  };
  AGENTA_TRY(auto found, read(statements_->previous_in_session.use(db, like.project.text, like.tool.text,
                                                                   connection_of(like), like.session_name)));
  if (found) return found;
  return read(statements_->previous.use(db, like.project.text, like.tool.text, connection_of(like)));
}

}  // namespace agenta::daemon::store
