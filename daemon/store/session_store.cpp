#include "daemon/store/session_store.hpp"

#include <charconv>
#include <utility>

#include "daemon/store/row.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon::store {
namespace {

#define AGENTA_SESSION_COLUMNS                                                                           \
  "id, project_id, name, state, selectors, policy, policy_source, socket_uids, created_at, expires_at, " \
  "ended_at, actor_uid, actor_user, actor_host, actor_program, excluded"

std::string write_texts(std::vector<std::string> const& texts) {
  std::string out = "[";
  for (std::string const& each : texts) {
    if (out.size() > 1) out += ',';
    protocol::append_string(out, each);
  }
  return out + "]";
}

std::string write_numbers(std::vector<unsigned> const& numbers) {
  std::string out = "[";
  for (unsigned const each : numbers) out += (out.size() > 1 ? "," : "") + std::to_string(each);
  return out + "]";
}

std::vector<std::string> read_texts(std::string const& json) {
  std::vector<std::string> texts;
  for (std::string_view const each : protocol::elements_of(json).value_or(std::vector<std::string_view>{})) {
    if (auto text = protocol::read_string(each)) texts.push_back(std::move(*text));
  }
  return texts;
}

std::vector<unsigned> read_numbers(std::string const& json) {
  std::vector<unsigned> numbers;
  for (std::string_view const each : protocol::elements_of(json).value_or(std::vector<std::string_view>{})) {
    unsigned number = 0;
    auto const [end, error] = std::from_chars(each.data(), each.data() + each.size(), number);
    if (error == std::errc{} && end == each.data() + each.size()) numbers.push_back(number);
  }
  return numbers;
}

Session read_session(Use const& row) {
  Session session;
  session.id.text = row.text(0);
  session.project.text = row.text(1);
  session.name = row.text(2);
  session.state = parse_session_state(row.text(3)).value_or(SessionState::closed);
  session.selectors = read_texts(row.text(4));
  session.policy = row.text(5);
  session.policy_source = row.text(6);
  session.socket_uids = read_numbers(row.text(7));
  session.created_at = time_of(row.integer(8));
  session.expires_at = time_of(row.optional_integer(9));
  session.ended_at = time_of(row.optional_integer(10));
  session.created_by.uid = static_cast<unsigned>(row.integer(11));
  session.created_by.user = row.text(12);
  session.created_by.host = row.text(13);
  session.created_by.program = row.text(14);
  session.excluded = read_texts(row.text(15));
  return session;
}

constexpr std::int64_t kCountLimit = 10'000;  // a list is never as slow as the history is long

}  // namespace

struct SessionStore::Statements {
  Statement insert{"INSERT INTO sessions (" AGENTA_SESSION_COLUMNS
                   ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"};
  Statement find{"SELECT " AGENTA_SESSION_COLUMNS " FROM sessions WHERE id = ?1"};
  Statement find_by_id{"SELECT " AGENTA_SESSION_COLUMNS
                       " FROM sessions WHERE project_id = ?1 AND id = lower(?2)"};
  Statement find_open{"SELECT " AGENTA_SESSION_COLUMNS
                      " FROM sessions WHERE project_id = ?1 AND name = ?2 AND state = 'open'"};
  Statement find_ended{"SELECT " AGENTA_SESSION_COLUMNS
                       " FROM sessions WHERE project_id = ?1 AND name = ?2 ORDER BY created_at DESC, id DESC "
                       "LIMIT 1"};
  Statement page{
      "SELECT " AGENTA_SESSION_COLUMNS
      " FROM sessions WHERE project_id = ?1 AND (?2 IS NULL OR state = ?2) "
      "AND (?3 IS NULL OR (created_at, id) < (?3, ?4)) ORDER BY created_at DESC, id DESC LIMIT ?5"};
  Statement count{
      "SELECT count(*) FROM (SELECT 1 FROM sessions WHERE project_id = ?1 AND (?2 IS NULL OR "
      "state = ?2) LIMIT ?3)"};
  Statement list_open{"SELECT " AGENTA_SESSION_COLUMNS
                      " FROM sessions WHERE state = 'open' ORDER BY created_at, id"};
  Statement set_selectors{
      "UPDATE sessions SET selectors = ?2, excluded = ?3 WHERE id = ?1 AND state = 'open'"};
  Statement end{"UPDATE sessions SET state = ?2, ended_at = ?3 WHERE id = ?1 AND state = 'open'"};
  Statement drop_bindings{"DELETE FROM session_bindings WHERE session_id = ?1"};
  Statement bind{
      "INSERT INTO session_bindings (session_id, integration_slug, connection_id, connection_slug, "
      "usable) VALUES (?1, ?2, ?3, ?4, ?5)"};
  Statement bindings{
      "SELECT integration_slug, connection_id, connection_slug, usable FROM session_bindings "
      "WHERE session_id = ?1 ORDER BY integration_slug"};
  Statement record{"INSERT INTO session_changes (session_id, at, change, detail) VALUES (?1, ?2, ?3, ?4)"};
  Statement changes{
      "SELECT seq, at, change, detail FROM session_changes WHERE session_id = ?1 AND seq > ?2 "
      "ORDER BY seq LIMIT ?3"};
  Statement last_change{"SELECT coalesce(max(seq), 0) FROM session_changes WHERE session_id = ?1"};
};

SessionStore::SessionStore(Database& database, std::function<void()> changed)
    : database_(database), changed_(std::move(changed)), statements_(std::make_unique<Statements>()) {}

SessionStore::~SessionStore() {
  Locked const db{database_};
  statements_.reset();
}

Result<void> SessionStore::write_bindings(Locked& db, Session const& session) {
  AGENTA_CHECK(statements_->drop_bindings.use(db, session.id.text).run());
  for (SessionBinding const& each : session.bindings) {
    AGENTA_CHECK(statements_->bind
                     .use(db, session.id.text, each.integration.text, null_if_empty(each.connection.text),
                          each.slug, each.is_usable ? 1 : 0)
                     .run());
  }
  return {};
}

Result<void> SessionStore::read_bindings(Locked& db, Session& session) {
  auto row = statements_->bindings.use(db, session.id.text);
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return {};
    SessionBinding& binding = session.bindings.emplace_back();
    binding.integration.text = row.text(0);
    binding.connection.text = row.text(1);
    binding.slug = row.text(2);
    binding.is_usable = row.integer(3) != 0;
  }
}

Result<void> SessionStore::write_note(Locked& db, SessionId const& id, SessionNote const& note) {
  AGENTA_CHECK(
      statements_->record
          .use(db, id.text, milliseconds_of(note.at), name_of(note.change), null_if_empty(note.detail.text))
          .run());
  return {};
}

Result<void> SessionStore::insert(Session const& session) {
  Locked db{database_};
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(Durability::full));
  {
    auto row = statements_->insert.use(
        db, session.id.text, session.project.text, session.name, name_of(session.state),
        write_texts(session.selectors), session.policy, session.policy_source,
        write_numbers(session.socket_uids), milliseconds_of(session.created_at),
        milliseconds_of(session.expires_at), milliseconds_of(session.ended_at), session.created_by.uid,
        session.created_by.user, session.created_by.host, session.created_by.program,
        write_texts(session.excluded));
    auto written = row.run();
    if (!written && row.conflicted()) {
      return fail(ErrorCode::idempotency_conflict,
                  "there is an open session named " + session.name +
                      " already; choose another name, or close that one",
                  {"agenta-tools", "session", "show", session.name});
    }
    AGENTA_CHECK(written);
  }
  AGENTA_CHECK(write_bindings(db, session));
  return transaction.commit();
}

Result<std::optional<Session>> SessionStore::find(SessionId const& id) {
  Locked db{database_};
  std::optional<Session> session;
  {
    auto row = statements_->find.use(db, id.text);
    AGENTA_TRY(bool const found, row.next());
    if (found) session = read_session(row);
  }
  if (session) AGENTA_CHECK(read_bindings(db, *session));
  return session;
}

Result<std::optional<Session>> SessionStore::find_by_name(ProjectId const& project,
                                                          std::string_view name_or_id) {
  Locked db{database_};
  for (Statement* const statement :
       {&statements_->find_open, &statements_->find_by_id, &statements_->find_ended}) {
    std::optional<Session> session;
    {
      auto row = statement->use(db, project.text, name_or_id);
      AGENTA_TRY(bool const found, row.next());
      if (found) session = read_session(row);
    }
    if (!session) continue;
    AGENTA_CHECK(read_bindings(db, *session));
    return session;
  }
  return std::optional<Session>{};
}

Result<Page<Session>> SessionStore::list(ProjectId const& project, std::optional<SessionState> state,
                                         std::string const& cursor, int limit) {
  std::optional<std::int64_t> before;
  if (!cursor.empty()) {
    AGENTA_TRY(auto const last, find({cursor}));
    if (!last || last->project != project)
      return fail(ErrorCode::invalid_request, "the cursor '" + cursor + "' is not one of this list");
    before = milliseconds_of(last->created_at);
  }
  std::optional<std::string_view> const wanted =
      state ? std::optional<std::string_view>{name_of(*state)} : std::nullopt;
  Page<Session> page;
  Locked db{database_};
  {
    auto row = statements_->page.use(db, project.text, wanted, before, cursor, limit + 1);
    for (;;) {
      AGENTA_TRY(bool const found, row.next());
      if (!found) break;
      if (static_cast<int>(page.items.size()) == limit) {
        page.next_cursor = page.items.back().id.text;
        break;
      }
      page.items.push_back(read_session(row));
    }
  }
  for (Session& each : page.items) AGENTA_CHECK(read_bindings(db, each));
  auto count = statements_->count.use(db, project.text, wanted, kCountLimit);
  AGENTA_CHECK(count.next());
  page.total = count.integer(0);
  return page;
}

Result<std::vector<Session>> SessionStore::list_open() {
  std::vector<Session> sessions;
  Locked db{database_};
  {
    auto row = statements_->list_open.use(db);
    for (;;) {
      AGENTA_TRY(bool const found, row.next());
      if (!found) break;
      sessions.push_back(read_session(row));
    }
  }
  for (Session& each : sessions) AGENTA_CHECK(read_bindings(db, each));
  return sessions;
}

Result<bool> SessionStore::update(Session const& session, std::vector<SessionNote> const& notes) {
  {
    Locked db{database_};
    Transaction transaction{db};
    AGENTA_CHECK(transaction.begin(Durability::full));
    AGENTA_TRY(auto const changed,
               statements_->set_selectors
                   .use(db, session.id.text, write_texts(session.selectors), write_texts(session.excluded))
                   .run());
    if (changed == 0) return false;
    AGENTA_CHECK(write_bindings(db, session));
    for (SessionNote const& note : notes) AGENTA_CHECK(write_note(db, session.id, note));
    AGENTA_CHECK(transaction.commit());
  }
  if (!notes.empty()) changed_();
  return true;
}

Result<bool> SessionStore::end(SessionId const& id, SessionState as, SessionNote const& note) {
  {
    Locked db{database_};
    Transaction transaction{db};
    AGENTA_CHECK(transaction.begin(Durability::full));
    AGENTA_TRY(auto const changed,
               statements_->end.use(db, id.text, name_of(as), milliseconds_of(note.at)).run());
    if (changed == 0) return false;
    AGENTA_CHECK(write_note(db, id, note));
    AGENTA_CHECK(transaction.commit());
  }
  changed_();
  return true;
}

Result<void> SessionStore::record(SessionId const& id, SessionNote const& note) {
  {
    Locked db{database_};
    AGENTA_CHECK(db.write(Durability::normal, statements_->record, id.text, milliseconds_of(note.at),
                          name_of(note.change), null_if_empty(note.detail.text)));
  }
  changed_();
  return {};
}

Result<std::vector<SessionEvent>> SessionStore::changes_after(SessionId const& id, std::int64_t sequence,
                                                              int limit) {
  std::vector<SessionEvent> events;
  Locked db{database_};
  auto row = statements_->changes.use(db, id.text, sequence, limit);
  for (;;) {
    AGENTA_TRY(bool const found, row.next());
    if (!found) return events;
    SessionEvent& event = events.emplace_back();
    event.sequence = row.integer(0);
    event.session = id;
    event.at = time_of(row.integer(1));
    event.change = parse_session_change(row.text(2)).value_or(SessionChange::tools_added);
    event.detail.text = row.text(3);
  }
}

Result<std::int64_t> SessionStore::last_change(SessionId const& id) {
  Locked db{database_};
  auto row = statements_->last_change.use(db, id.text);
  AGENTA_CHECK(row.next());
  return row.integer(0);
}

}  // namespace agenta::daemon::store
