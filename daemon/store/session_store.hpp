#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/database.hpp"
#include "shared/domain/page.hpp"
#include "shared/domain/session.hpp"

namespace agenta::daemon::store {

class Locked;

/// What is recorded with a change of a session.
struct SessionNote {
  SessionChange change = SessionChange::tools_added;
  WallTime at{};
  JsonText detail{};
};

/// The sessions of every project, their bindings, and the record of their changes. A name is taken as long as
/// its session is open; ended sessions keep their rows. Any thread.
class SessionStore {
 public:
  /// `changed` is told after a change was recorded, on the thread that recorded it.
  explicit SessionStore(
      Database& database, std::function<void()> changed = [] {});
  ~SessionStore();

  /// With its bindings, as one. `IDEMPOTENCY_CONFLICT` where an open session of the project has the name.
  Result<void> insert(Session const& session);
  Result<std::optional<Session>> find(SessionId const& id);
  /// Within the project, by id or name: the open one, else the newest that had the name.
  Result<std::optional<Session>> find_by_name(ProjectId const& project, std::string_view name_or_id);
  /// Newest first; `limit` of them, after the one whose id is `cursor` (`INVALID_REQUEST` where none is).
  Result<Page<Session>> list(ProjectId const& project, std::optional<SessionState> state,
                             std::string const& cursor, int limit);
  /// Of every project.
  Result<std::vector<Session>> list_open();

  /// Its selectors and bindings, with what is recorded of that; whether it was still open.
  Result<bool> update(Session const& session, std::vector<SessionNote> const& notes);
  /// Ends an open session; whether it was open.
  Result<bool> end(SessionId const& id, SessionState as, SessionNote const& note);
  Result<void> record(SessionId const& id, SessionNote const& note);

  /// What was recorded after `sequence`, oldest first, at most `limit`.
  Result<std::vector<SessionEvent>> changes_after(SessionId const& id, std::int64_t sequence, int limit);
  /// The sequence of the session's newest record; 0 where it has none.
  Result<std::int64_t> last_change(SessionId const& id);

 private:
  struct Statements;
  Result<void> write_bindings(Locked& db, Session const& session);
  Result<void> read_bindings(Locked& db, Session& session);
  Result<void> write_note(Locked& db, SessionId const& id, SessionNote const& note);
  Database& database_;
  std::function<void()> const changed_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace agenta::daemon::store
